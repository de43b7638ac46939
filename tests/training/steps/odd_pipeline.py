"""From a history to the gate's decision: planned as the function plans, run as the jobs run, on an in-memory AWS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workplace import EXECUTION, Workplace

from cli.data.dataset import Dataset
from cli.data.upload import upload
from functions.plan.chain import Lineage
from functions.plan.jobs import Execution
from functions.plan.planning import Lake, make_plan
from greenfraud.chunks import Chunk
from greenfraud.coverage import read_coverage
from greenfraud.instants import parse_rfc3339
from greenfraud.naming import evaluation_key
from greenfraud.promotion import GateDecision, decide
from greenfraud.run_request import RunRequest
from greenfraud.weekly_frauds import read_weeks

FAMILY = "light"


def planned(workplace: Workplace, dataset: Dataset) -> dict[str, Any]:
    """What the function that plans says of a data set that was imported."""
    upload(workplace.s3, "lake", dataset)
    coverage = read_coverage(workplace.s3, "lake", today=datetime.now(UTC).date())
    lake = Lake(coverage, {}, read_weeks(workplace.s3, "lake"))
    execution = Execution(EXECUTION, "20260101", "lake", "artifacts", "v")
    return make_plan(execution, RunRequest(families=(FAMILY,)), lake, {FAMILY: Lineage(())})


def decided(workplace: Workplace, plan: dict[str, Any]) -> tuple[dict[str, Any], GateDecision]:
    """What the jobs of a plan find, and what the gate makes of it."""
    workplace.as_of_us = parse_rfc3339(plan["as_of"], "as_of")
    workplace.holdout = Chunk.parse(plan["holdout"]["chunk"])
    chunks = [Chunk.parse(job["chunk"]) for job in plan["families"][0]["chunks"]]
    stored = workplace.plan([FAMILY], chunks, earlier=plan["holdout"].get("earlier", ()))
    workplace.run("features", {"execution": EXECUTION})
    workplace.train(stored)
    workplace.evaluate()
    evaluation = workplace.document(evaluation_key(EXECUTION))
    return evaluation, decide(evaluation)
