"""MLflow is away during a whole execution, which is judged and decided all the same; back again, it is told everything, once."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from unittest import mock

import pytest
from workplace import EXECUTION, Workplace

from greenfraud.control import ControlDocument
from greenfraud.naming import decision_key, evaluation_key, mlflow_key, report_key
from greenfraud.promotion import decide
from training.job.bucket import Bucket
from training.job.settings import Settings
from training.tracking.catching_up import catch_up, left_behind

pytestmark = pytest.mark.xdist_group("training-jobs")


@pytest.fixture(scope="module")
def away(imported: Workplace) -> Workplace:
    """Two families learned, judged and decided about while nobody listens where MLflow should be."""
    with mock.patch.dict(os.environ, {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}):
        plan = imported.plan(["baseline", "light"], imported.chunks)
        imported.run("features", {"execution": EXECUTION})
        imported.train(plan)
        imported.evaluate()
        # A world this small says too little of a model for the gate; what is asked here is what MLflow is told of a promotion.
        decision = decide(imported.document(evaluation_key(EXECUTION))).to_json() | {"outcome": "promote"}
        imported.s3.put_object(Bucket="artifacts", Key=decision_key(EXECUTION), Body=json.dumps(decision).encode())
        imported.obey(decision)
        imported.run("report", {"execution": EXECUTION})
    return imported


@pytest.fixture(scope="module")
def back(away: Workplace, no_runs: Path) -> Workplace:
    """The same after MLflow came back, and was told twice."""
    shutil.copy(no_runs, away.root / "mlflow.db")
    for _ in range(2):
        catch_up(Settings.from_env(), EXECUTION)
    return away


def test_the_execution_is_decided_and_reported_without_mlflow(away: Workplace) -> None:
    """Quality and promotion read nothing from it; the record says what is left to tell."""
    assert away.document(decision_key(EXECUTION))["outcome"] == "promote"
    assert away.document(report_key(EXECUTION))["mlflow_parent_run_id"] is None
    assert away.document(mlflow_key(EXECUTION))["run_id"] is None
    assert left_behind(Bucket("artifacts")) == [EXECUTION]


def test_what_was_left_is_told_once(back: Workplace) -> None:
    """A run for the execution and one per family and chunk, ended, in the time when they trained."""
    tracking = back.tracking()
    runs = tracking.client.search_runs([tracking.experiment_id])
    children = tracking.children(tracking.parent_run_id)
    assert len(runs) == 1 + len(children) == 1 + 2 * len(back.chunks)
    assert {"FINISHED"} == {run.info.status for run in runs}
    parent = tracking.client.get_run(tracking.parent_run_id)
    assert all(parent.info.start_time <= run.info.start_time for run in children)
    assert {run.data.tags["job_name"] for run in children} != {"unnamed"}
    history = tracking.client.get_metric_history(children[0].info.run_id, "loss")
    assert len(history) == int(children[0].data.metrics["epochs"])


def test_versions_and_aliases_are_there(back: Workplace) -> None:
    """As the gate decided."""
    client, decision = back.tracking().client, back.document(decision_key(EXECUTION))
    versions = client.search_model_versions("name = 'greenfraud'")
    assert len(versions) == 2
    production = client.get_model_version_by_alias("greenfraud", "production")
    assert production.tags["version"] == decision["version"]
    assert {"holdout/average_precision"} <= client.get_run(production.run_id).data.metrics.keys()


def test_nothing_is_left(back: Workplace) -> None:
    """The next report does not look again."""
    assert left_behind(Bucket("artifacts")) == []


def test_aliases_follow_what_serves_whoever_changed_it(back: Workplace) -> None:
    """A rollback, a canary and a shadow of a person are seen by the next report; what left its place has no alias."""
    client = back.tracking().client
    one, other = (
        back.reference(version.tags["family"], version.tags["version"])
        for version in client.search_model_versions("name = 'greenfraud'")
    )
    for control in (
        ControlDocument(revision=2, production=other, canary=one, canary_percent=5),
        ControlDocument(revision=3, production=one, shadow=other),
        ControlDocument(revision=4),
        ControlDocument(revision=5, production=one),
    ):
        back.serve(control)
        catch_up(Settings.from_env(), EXECUTION)
        placed = {stage: getattr(control, stage) for stage in ("production", "canary", "shadow") if getattr(control, stage)}
        aliases = client.get_registered_model("greenfraud").aliases
        assert set(aliases) - {"challenger"} == set(placed)
        for stage, model in placed.items():
            version = client.get_model_version_by_alias("greenfraud", stage)
            assert (version.tags["family"], version.tags["version"], version.tags["stage"]) == (model.family, model.version, stage)


def test_an_older_execution_that_is_told_late_is_no_challenger(back: Workplace) -> None:
    """The newer decision's stays."""
    client = back.tracking().client
    newer, _ = client.search_model_versions("name = 'greenfraud'")
    client.set_model_version_tag("greenfraud", newer.version, "decided_at", "9999999999")
    client.set_registered_model_alias("greenfraud", "challenger", newer.version)
    catch_up(Settings.from_env(), EXECUTION)
    assert client.get_model_version_by_alias("greenfraud", "challenger").version == newer.version
