"""Training jobs that die or cannot work: the execution tries again or ends, and what serves keeps serving."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from greenfraud.naming import execution_key
from tests.e2e.deployment import wait_until
from tests.e2e.job_killing import kill, plan_of

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("first_run")]

FORCED = {"families": ["light"], "force": True}


@dataclass(frozen=True)
class Attempts:
    """A family's one job: the names of its attempts, and their descriptions by name."""

    first: str
    second: str
    jobs: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def troubled(deployment):
    """An execution that trains two families: the job of heavy is killed in the middle of its work, that of light interrupted.

    Returns its description, and the attempts by family.
    """
    arn = deployment.start_execution({"families": ["light", "heavy"], "force": True})
    plan = plan_of(deployment, arn)
    keys = {family["family"]: family["chunks"][0]["job_key"] for family in plan["families"]}
    names = {family: [f"gf-{family}-{plan['date']}-0-{attempt}-{key}" for attempt in (0, 1)] for family, key in keys.items()}
    with ThreadPoolExecutor() as pool:
        for ended in [pool.submit(kill, deployment, names["heavy"][0]), pool.submit(interrupt, deployment, names["light"][0])]:
            ended.result()
    execution = deployment.end_of(arn)
    jobs = {family: {job["TrainingJobName"]: job for job in deployment.jobs(key)} for family, key in keys.items()}
    return execution, {family: Attempts(*names[family], jobs[family]) for family in keys}


def interrupt(deployment, job):
    """Stop a job as SageMaker takes an instance back, in the middle of its fit."""
    wait_until(lambda: "the fit begins" in log_of(deployment, job), pause=0.02)
    deployment.client("sagemaker").stop_training_job(TrainingJobName=job)


def test_a_killed_job_is_tried_again_under_another_name(troubled):
    """The second attempt completes and the execution succeeds."""
    execution, attempts = troubled
    heavy = attempts["heavy"]
    assert execution["status"] == "SUCCEEDED"
    assert {heavy.first, heavy.second} == set(heavy.jobs)
    assert heavy.jobs[heavy.first]["FailureReason"] == "AlgorithmError: killed by signal 9, exit code: 137"
    assert heavy.jobs[heavy.second]["TrainingJobStatus"] == "Completed"


def test_a_spot_interruption_costs_no_step_twice(deployment, troubled):
    """The second attempt goes on from the very step at which the first was stopped."""
    execution, attempts = troubled
    light = attempts["light"]
    assert execution["status"] == "SUCCEEDED"
    statuses = {name: job["TrainingJobStatus"] for name, job in light.jobs.items()}
    assert statuses == {light.first: "Stopped", light.second: "Completed"}
    assert re.search(r"the fit goes on after step \d+", log_of(deployment, light.second))


def log_of(deployment, job):
    """What a job has written so far."""
    log = deployment.folder / ".local/logs/jobs" / f"{job}.log"
    return log.read_text() if log.exists() else ""


def test_a_job_that_always_fails_ends_the_execution_with_its_reason(deployment):
    """Features nobody can read: two attempts, then the end, with the job's own words; production stays."""
    serving = deployment.health()
    lake = deployment.outputs["LakeBucket"]
    feature_files = deployment.client("s3").list_objects_v2(Bucket=lake, Prefix="features/")["Contents"]
    (key,) = (entry["Key"] for entry in feature_files if entry["Key"].endswith("chunk=20260115-20260122/part.parquet"))
    with deployment.replaced(lake, key, b"no parquet"):
        arn = deployment.start_execution(FORCED)
        ended = deployment.end_of(arn)
    jobs = deployment.jobs(execution_key(arn))
    assert [(job["TrainingJobStatus"], "features" in job["TrainingJobName"]) for job in jobs] == [("Failed", True)] * 2
    assert ended["status"] == "FAILED"
    assert "Parquet" in jobs[-1]["FailureReason"]
    assert jobs[-1]["FailureReason"] in ended["cause"]
    assert serving == deployment.health()


def test_a_failed_execution_can_simply_be_run_again(deployment):
    """Nothing half-made is in the way: the lineage has no entry of the failed attempt."""
    ended = deployment.execute({})
    assert ended["status"] == "SUCCEEDED"
    assert ended["output"]["outcome"] == "nothing_to_train"
