"""Training jobs that die or cannot work: the execution tries again or ends, and what serves keeps serving."""

from __future__ import annotations

import os
import re
import signal

import pytest

from greenfraud.naming import execution_key
from tests.e2e.deployment import wait_until
from tests.e2e.first_run import process_of

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("first_run")]

FORCED = {"families": ["light"], "force": True}


def plan_of(deployment, arn):
    """The plan of an execution that has started, once there is one."""
    return wait_until(lambda: plan_or_none(deployment, execution_key(arn)), 60)


def plan_or_none(deployment, execution):
    """The plan, None before it is made."""
    try:
        return deployment.document(execution, "plan.json")
    except deployment.client("s3").exceptions.NoSuchKey:
        return None


def test_a_killed_job_is_tried_again_under_another_name(deployment):
    """Killed in the middle of its work; the second attempt completes and the execution succeeds."""
    arn = deployment.start_execution(FORCED)
    plan = plan_of(deployment, arn)
    key = plan["families"][0]["chunks"][0]["job_key"]
    first, second = (f"gf-light-{plan['date']}-{attempt}-{key}" for attempt in (0, 1))
    process = wait_until(lambda: process_of(deployment, first), 120, pause=0.02)
    os.kill(process.pid, signal.SIGKILL)
    assert deployment.end_of(arn)["status"] == "SUCCEEDED"
    jobs = {job["TrainingJobName"]: job for job in deployment.jobs(key)}
    assert {first, second} == set(jobs)
    assert jobs[first]["FailureReason"] == "AlgorithmError: killed by signal 9, exit code: 137"
    assert jobs[second]["TrainingJobStatus"] == "Completed"


def test_a_spot_interruption_costs_no_step_twice(deployment):
    """Stopped as SageMaker takes an instance back, in the middle of its fit; the second attempt goes on from that very step."""
    arn = deployment.start_execution(FORCED)
    plan = plan_of(deployment, arn)
    key = plan["families"][0]["chunks"][0]["job_key"]
    first, second = (f"gf-light-{plan['date']}-{attempt}-{key}" for attempt in (0, 1))
    wait_until(lambda: "the fit begins" in log_of(deployment, first), 120, pause=0.02)
    deployment.client("sagemaker").stop_training_job(TrainingJobName=first)
    assert deployment.end_of(arn)["status"] == "SUCCEEDED"
    jobs = {job["TrainingJobName"]: job["TrainingJobStatus"] for job in deployment.jobs(key)}
    assert jobs == {first: "Stopped", second: "Completed"}
    assert re.search(r"the fit goes on after step \d+", log_of(deployment, second))


def log_of(deployment, job):
    """What a job has written so far."""
    log = deployment.folder / ".local/logs/jobs" / f"{job}.log"
    return log.read_text() if log.exists() else ""


def test_a_job_that_always_fails_ends_the_execution_with_its_reason(deployment):
    """Features nobody can read: two attempts, then Fail through the Catch, with the job's own words; production stays."""
    serving = deployment.health()
    lake = deployment.outputs["LakeBucket"]
    feature_files = deployment.client("s3").list_objects_v2(Bucket=lake, Prefix="features/")["Contents"]
    (key,) = (entry["Key"] for entry in feature_files if "chunk=20260115-20260122" in entry["Key"])
    with deployment.replaced(lake, key, b"no parquet"):
        arn = deployment.start_execution(FORCED)
        job_key = plan_of(deployment, arn)["families"][0]["chunks"][0]["job_key"]
        ended = deployment.end_of(arn)
    jobs = deployment.jobs(job_key)
    assert [job["TrainingJobStatus"] for job in jobs] == ["Failed", "Failed"]
    assert ended["status"] == "FAILED"
    assert "Parquet" in jobs[-1]["FailureReason"]
    assert jobs[-1]["FailureReason"] in ended["cause"]
    assert serving == deployment.health()


def test_a_failed_execution_can_simply_be_run_again(deployment):
    """Nothing half-made is in the way: the lineage has no entry of the failed attempt."""
    ended = deployment.execute({})
    assert ended["status"] == "SUCCEEDED"
    assert ended["output"]["outcome"] == "nothing_to_train"
