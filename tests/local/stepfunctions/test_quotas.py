"""The nightly upkeep, as synthesised, in an account whose machines are taken or that may have none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

TEMPLATE = Path(__file__).resolve().parents[3] / "cdk.out" / "GreenFraud-Training.template.json"
NONE = "is 0 Instances, with current utilization of 0 Instances and a request delta of 1 Instances."
FULL = "is 5 Instances, with current utilization of 5 Instances and a request delta of 1 Instances."
# Refuses a job in SageMaker's words; a name that tells of waiting is let through.
REFUSING = """
def handler(event, context):
    if "-w" in event["name"]:
        return event
    error = type("SageMaker.ResourceLimitExceededException", (Exception,), {})
    raise error("The account-level service limit 'ml.m5.large for spot training job usage' " + event["words"])
"""


def upkeep() -> dict[str, Any]:
    """The definition of the upkeep, its references to other resources as text."""
    resources = json.loads(TEMPLATE.read_text(encoding="utf-8"))["Resources"].values()
    machines = (one["Properties"] for one in resources if one["Type"] == "AWS::StepFunctions::StateMachine")
    (machine,) = (one for one in machines if one["StateMachineName"] == "feature-upkeep")
    parts = machine["DefinitionString"]["Fn::Join"][1]
    definition: dict[str, Any] = json.loads("".join(part if isinstance(part, str) else "x" for part in parts))
    return definition


def with_function(definition: dict[str, Any], function: str, words: str) -> dict[str, Any]:
    """The same with a function in SageMaker's place, and with pauses of a second."""
    for state in definition["States"].values():
        if str(state.get("Resource", "")).endswith("createTrainingJob.sync"):
            state["Resource"] = function
            state["Parameters"] = {"name.$": state["Parameters"]["TrainingJobName.$"], "words": words}
        for retry in state.get("Retry", []):
            retry |= {"IntervalSeconds": 1, "MaxAttempts": 1}
            retry.pop("MaxDelaySeconds", None)
    return definition


@pytest.fixture
def night(embedded):
    """Runs a night in which SageMaker refuses a job with these words; its description and the names of its states."""

    def run(words: str) -> tuple[dict[str, Any], list[str]]:
        arn = embedded.client("lambda").get_function(FunctionName=embedded.function(REFUSING))["Configuration"]["FunctionArn"]
        execution = embedded.execute(with_function(upkeep(), arn, words))
        pages = embedded.client("stepfunctions").get_execution_history(executionArn=execution["executionArn"], maxResults=1000)
        entered = [event["stateEnteredEventDetails"]["name"] for event in pages["events"] if "stateEnteredEventDetails" in event]
        return execution, entered

    return run


def told(embedded) -> set[float]:
    """The values of the metric so far."""
    now = datetime.now(UTC)
    found = embedded.client("cloudwatch").get_metric_statistics(
        Namespace="GreenFraud",
        MetricName="NoTrainingQuota",
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum", "Minimum"],
    )["Datapoints"]
    return {point[statistic] for point in found for statistic in ("Maximum", "Minimum")}


def test_a_night_without_quota_ends_well_and_tells_it(embedded, night):
    """No failure, so that nothing rings but the alarm of the metric."""
    execution, entered = night(NONE)
    assert execution["status"] == "SUCCEEDED"
    assert entered[-2:] == ["TellNoQuota", "NoQuota"]
    assert 1.0 in told(embedded)


def test_a_night_of_full_machines_waits_and_goes_on(embedded, night):
    """In a state of its own; a name with its mark is no job's name yet."""
    execution, entered = night(FULL)
    assert "ReconcileWhenFree" in entered
    assert entered[entered.index("ReconcileWhenFree") + 1 :] == ["TellQuota", "WatchSkew"]
    assert execution["status"] == "FAILED"  # the watch of skew is refused to the end
    assert 0.0 in told(embedded)
