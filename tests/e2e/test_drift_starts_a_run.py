"""A drift alarm starts the pipeline, and promotes nothing; a run that nobody asked for is skipped where it gains nothing."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from greenfraud.chunks import chunks_between
from greenfraud.coverage import read_coverage
from greenfraud.instants import DAY_US, format_rfc3339
from greenfraud.naming import DATASET_KEY, execution_key, quality_key
from greenfraud.past_runs import read_past_runs
from tests.e2e.deployment import wait_until
from tests.functions.past_world import past_run, put_past, week

pytestmark = pytest.mark.xdist_group("e2e")
LOOK_SECONDS = 5  # the alarm of an hour is looked at every 3.6


def started_by_drift(deployment):
    """Descriptions of the executions that the alarm started."""
    client = deployment.client("stepfunctions")
    listed = client.list_executions(stateMachineArn=deployment.outputs["StateMachineArn"])["executions"]
    described = [client.describe_execution(executionArn=one["executionArn"]) for one in listed]
    return [one for one in described if json.loads(one["input"]).get("trigger") == "drift"]


def find_drift(deployment, signs):
    """What the nightly monitor tells of a week."""
    data = [{"MetricName": "DriftSigns", "Value": signs}]
    deployment.client("cloudwatch").put_metric_data(Namespace="GreenFraud", MetricData=data)


def test_drift_starts_one_run_that_learns_what_is_new_and_promotes_nothing(deployment, first_run):
    """Here everything is learned, so it ends without a job; the alarm that stays starts no second one."""
    serving = deployment.health()
    find_drift(deployment, 0.0)
    time.sleep(LOOK_SECONDS)
    assert started_by_drift(deployment) == []
    find_drift(deployment, 2.0)
    (started,) = wait_until(lambda: started_by_drift(deployment))
    ended = deployment.end_of(started["executionArn"])
    assert (ended["status"], ended["output"]["outcome"]) == ("SUCCEEDED", "nothing_to_train")
    told = deployment.document(execution_key(started["executionArn"]), "plan.json")["started_by"]
    assert (told["trigger"], told["alarm"].split(":")[2]) == ("drift", "cloudwatch")
    assert told["reason"].startswith("Threshold Crossed")
    find_drift(deployment, 1.0)  # another figure of the same night
    time.sleep(LOOK_SECONDS)
    assert len(started_by_drift(deployment)) == 1
    assert deployment.health() == serving


@pytest.fixture
def worthless(deployment, first_run):
    """A week later there is something to learn, and the past says that it brings nothing; afterwards all is as before."""
    s3, lake, artifacts = deployment.client("s3"), deployment.outputs["LakeBucket"], deployment.outputs["ArtifactsBucket"]
    coverage = read_coverage(s3, lake, today=datetime.now(UTC).date())
    later_us = coverage.as_of_us + 7 * DAY_US
    dataset = json.loads(deployment.read(lake, DATASET_KEY)) | {"newest_occurred_at": format_rfc3339(later_us)}
    ended = [chunk.id for chunk in chunks_between(coverage.first_day, later_us)]
    weeks = [week(chunk, known=chunk not in ended[-2:]) for chunk in ended]
    runs = [past_run(number) for number in range(3)]
    put_past(s3, runs, weeks, (lake, artifacts))
    with deployment.replaced(lake, DATASET_KEY, json.dumps(dataset).encode()):
        yield
    keys = [(artifacts, run.key) for run in runs] + [(lake, quality_key(one["chunk"])) for one in weeks]
    for bucket, key in keys:
        s3.delete_object(Bucket=bucket, Key=key)


def test_a_scheduled_run_that_gains_nothing_ends_as_skipped(deployment, worthless):
    """It succeeds, starts no job, and `status` says why; a person's start of the same would train."""
    ended = deployment.execute({"trigger": "schedule", "scheduled_at": "2026-11-30T01:00:00Z"})
    assert (ended["status"], ended["output"]["outcome"], ended["output"]["families"]) == ("SUCCEEDED", "skipped", [])
    assert deployment.jobs(ended["output"]["execution"]) == []
    told = deployment.document(ended["output"]["execution"], "plan.json")["worth"]
    assert told["gain_minor"] == 0.0 < told["cost_minor"]
    assert told["avoided_g"] > 0.0
    assert f"(started by schedule; {told['words']})" in deployment.command("status").stdout
    wait_until(lambda: deployment.metric_total("RunsSkipped") == 1.0)


def test_every_execution_leaves_what_it_cost_and_brought(deployment, first_run):
    """The first one: all its jobs, and no gain, because no model stood before it."""
    runs = read_past_runs(deployment.client("s3"), deployment.outputs["ArtifactsBucket"], 100)
    (first,) = [run for run in runs if run.execution == first_run.execution.key]
    report = first_run.execution.results["report.json"]
    assert first.seconds == report["duration_seconds_total"] > first.training_seconds > 0.0
    assert first.grams == pytest.approx(report["emissions_g_total"] + report["embodied_g_total"])
    assert (first.trainings, first.gain_minor) == (len(first_run.train_results), None)
    assert first.frauds > 0
    assert report["started_by"] == {"trigger": "person"}
