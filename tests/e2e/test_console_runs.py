"""Executions as a person starts them in the console, or the schedule by night."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.deployment import wait_until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("first_run")]


def states_of(deployment, arn):
    """Names of the states an execution entered."""
    pages = deployment.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    events = [event for page in pages for event in page["events"]]
    return [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]


def test_an_empty_input_finds_nothing_new(deployment):
    """Every mature chunk is learned: the run ends well in NothingToTrain, and starts no job."""
    ended = deployment.execute({})
    assert ended["status"] == "SUCCEEDED"
    assert ended["output"]["outcome"] == "nothing_to_train"
    assert states_of(deployment, ended["executionArn"]) == ["MayWait", "Plan", "IsAnythingNew", "NothingToTrain"]
    assert deployment.jobs(ended["output"]["execution"]) == []


def test_a_run_with_a_deadline_asks_when_the_grid_is_cleanest(deployment):
    """The grid here is taken as even, so it starts at once, and says so beside the plan."""
    ended = deployment.execute({"deadline": 12})
    assert ended["status"] == "SUCCEEDED"
    walked = ["MayWait", "ChooseStart", "IsCleanerLater", "Plan", "IsAnythingNew", "NothingToTrain"]
    assert states_of(deployment, ended["executionArn"]) == walked
    start = deployment.document(ended["output"]["execution"], "start.json")
    assert (start["waits"], start["fault"], start["kind"]) == (False, None, "average")


def test_one_family_by_force_is_trained_and_judged(deployment):
    """The last chunk once more, from the checkpoint before it; the gate decides against what serves."""
    serving = deployment.health()["model"]
    ended = deployment.execute({"families": ["light"], "force": True, "deadline": 1})
    assert ended["status"] == "SUCCEEDED"
    execution = ended["output"]["execution"]
    plan, evaluation, decision = (deployment.document(execution, f"{name}.json") for name in ("plan", "evaluation", "decision"))
    (family,) = plan["families"]
    (chunk,) = family["chunks"]
    assert family["family"] == "light"
    assert "genesis" not in chunk["parent"]
    assert {one["role"] for one in evaluation["candidates"]} == {"production", "challenger"}
    assert evaluation["production"] == serving
    assert decision["outcome"] in {"promote", "shadow", "reject"}
    assert decision["reasons"]
    promoted = f"light/{chunk['version']}" if decision["outcome"] == "promote" else serving
    assert promoted == deployment.health()["model"]
    waited = deployment.document(execution, "waiting.json")
    assert (waited["saved_g"], waited["unavailable"]) == (0.0, None)
    assert waited["energy_kwh"] == deployment.document(execution, "report.json")["energy_kwh_total"]


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"families": ["quantum"]}, "families: 'quantum' is unknown; choose from baseline, light, heavy"),
        ({"chunks": ["20200101-20200108"]}, "chunks: '20200101-20200108' cannot be used; choose from 20260101-20260108"),
    ],
)
def test_an_impossible_request_fails_with_the_choices(deployment, asked, complaint):
    """The execution ends in Fail, its cause names the field and what may stand there."""
    serving = deployment.health()["model"]
    ended = deployment.execute(asked)
    assert ended["status"] == "FAILED"
    assert ended["error"] == "InvalidInput"
    assert complaint in ended["cause"]
    assert deployment.health()["model"] == serving


def test_the_schedules_own_target_starts_the_machine(deployment):
    """A schedule with the deployed one's target, due now, really fires, with the input that the template says."""
    client = deployment.client("scheduler")
    deployed = client.get_schedule(Name=deployment.outputs["ScheduleName"])
    declared = deployment.synthesised("GreenFraud-Training", "AWS::Scheduler::Schedule")
    said = {schedule["ScheduleExpression"]: schedule["Target"]["Input"] for schedule in declared}
    assert said[deployed["ScheduleExpression"]] == deployed["Target"]["Input"]
    due = datetime.now(UTC) + timedelta(seconds=1)
    before = executions_of(deployment)
    name = f"once-{uuid.uuid4().hex[:8]}"
    client.create_schedule(
        Name=name,
        ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=deployed["Target"],
    )
    started = wait_until(lambda: executions_of(deployment) - before)
    client.delete_schedule(Name=name)
    (arn,) = started
    ended = deployment.end_of(arn)
    assert ended["status"] == "SUCCEEDED"
    moment = {"scheduled_at": f"{due:%Y-%m-%dT%H:%M:%SZ}"}  # filled in by Scheduler
    assert json.loads(ended["input"]) == json.loads(deployed["Target"]["Input"]) | moment
    assert ended["output"]["outcome"] == "nothing_to_train"
    assert ended["output"]["may_wait"]


def executions_of(deployment):
    """ARNs of all executions."""
    client = deployment.client("stepfunctions")
    listed = client.list_executions(stateMachineArn=deployment.outputs["StateMachineArn"])["executions"]
    return {execution["executionArn"] for execution in listed}
