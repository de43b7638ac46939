from __future__ import annotations
import pytest, time
pytestmark = pytest.mark.xdist_group("e2e")
def test_x(deployment, first_run):
    import json
    print(json.dumps({k:v for k,v in first_run.execution.results.items() if k in ("decision.json","report.json")}, indent=1))
    print(first_run.execution.seconds())
    ev=first_run.execution.results["evaluation.json"]; print(ev["holdout"]); 
    for j in first_run.execution.jobs: print(j.name, (j.ended_at-j.started_at).total_seconds() if j.started_at else None)
    print(first_run.seen)
    for d in ({}, {"families":["light"],"force":True}):
        t=time.time(); e=deployment.execute(d); print(d, e["status"], e["output"] and e["output"].get("outcome"), time.time()-t)
