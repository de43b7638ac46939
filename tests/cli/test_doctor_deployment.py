"""The doctor's look at a deployment: each part by itself, and nothing asked that rests on a part that is not there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from cli.doctor import deployment
from cli.doctor.examination import examine_aws, examine_deployment
from greenfraud.items.ledger import ROLL_BACK
from greenfraud.naming import DATASET_KEY, QUARANTINE

NOW = datetime.now(UTC)
ARN = "arn:aws:states:eu-north-1:123456789012:execution:machine:monday"
DATASET = {"name": "mine", "rows": 1000, "frauds": 7, "first_day": "2026-01-01", "newest_occurred_at": "2026-03-01T00:00:00Z"}
HELD = {"chunk": "20260101-20260108", "faults": ["no reports"], "found_at": "2026-01-20T00:00:00Z", "accepted": None}


WELL = {"status": "ok", "production": {"family": "light", "version": "v1"}, "columns": {}}


class Healthy:
    """A deployment of which everything is well, until a test changes it."""

    def __init__(self, target, s3) -> None:
        self.stacks = dict.fromkeys(deployment.EVERY_STACK, "UPDATE_COMPLETE")
        self.alarms: list[dict] = []
        self.executions = {"StateMachineArn": ("SUCCEEDED", NOW), "UpkeepStateMachineArn": ("SUCCEEDED", NOW)}
        self.target = target
        target.outputs = {name: name for name in deployment.NEEDED}
        s3.put_object(Bucket="lake", Key=DATASET_KEY, Body=json.dumps(DATASET))
        target.outputs["LakeBucket"] = "lake"
        caller = {"Arn": "arn:aws:iam::123456789012:user/ada"}
        target._clients |= {
            "s3": s3,
            "sts": SimpleNamespace(get_caller_identity=lambda: caller),
            "cloudformation": SimpleNamespace(describe_stacks=self.described),
            "cloudwatch": SimpleNamespace(get_paginator=self.paginated),
            "stepfunctions": SimpleNamespace(list_executions=self.listed),
        }

    def described(self, *, StackName):
        status = self.stacks[StackName.removeprefix("GreenFraud-")]
        if status is None:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": f"{StackName} does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": status}]}

    def paginated(self, _):
        return SimpleNamespace(paginate=lambda **_: [{"MetricAlarms": self.alarms}])

    def listed(self, *, stateMachineArn, maxResults, statusFilter=None):
        status, at = self.executions[stateMachineArn]
        is_listed = status and statusFilter in (None, status)
        return {"executions": [{"status": status, "startDate": at, "executionArn": ARN}] if is_listed else []}

    def found(self):
        """Place and state of everything that is not well, with all that was said of it."""
        return [(one.place, one.state, f"{one.found} {one.mend}") for one in examine_deployment(self.target) if one.state != "well"]


@pytest.fixture
def healthy(api, s3) -> Healthy:
    """It answers over HTTP, and is in AWS."""
    api.answer = lambda path, *_: (200, WELL)
    api.target.endpoint = None
    return Healthy(api.target, s3)


def test_nothing_is_wrong_with_what_is_well(healthy):
    """And each part was looked at."""
    found = list(examine_deployment(healthy.target))
    assert {one.state for one in found} == {"well"}
    places = ["stacks", "outputs", "api", "model", "columns", "alarms", "training", "upkeep", "data"]
    assert [one.place for one in found if one.place != "clock"] == places


@pytest.mark.parametrize(("status", "said"), [(None, "is not there"), ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")])
def test_a_stack_that_is_not_whole_ends_the_look(healthy, status, said):
    """Nothing that rests on it is asked for."""
    healthy.stacks["Serving"] = status
    ((place, state, told),) = healthy.found()
    assert (place, state) == ("stack GreenFraud-Serving", "wrong")
    assert said in told
    assert "make deploy" in told


def test_stacks_of_another_release_are_named_by_what_they_do_not_tell(healthy):
    """Commands would fail later, and say less."""
    del healthy.target.outputs["UpkeepStateMachineArn"]
    ((place, state, told),) = healthy.found()
    assert (place, state, "without UpkeepStateMachineArn" in told) == ("outputs", "wrong", True)


@pytest.mark.parametrize(("answer", "said"), [((200, {"status": "degraded"}), "degraded"), ((503, {}), "answered 503")])
def test_an_api_that_is_not_ok_is_wrong(api, healthy, answer, said):
    """In its own word."""
    well = api.answer
    api.answer = lambda path, *rest: answer if path == "/health" else well(path, *rest)
    ((place, state, told),) = healthy.found()
    assert (place, state, said in told) == ("api", "wrong", True)


@pytest.mark.parametrize(
    ("columns", "state", "said"),
    [
        ({"device": "entity"}, "wrong", "takes device, which feature_repo/columns.toml here does not declare"),
        (None, "note", "not told"),
    ],
)
def test_columns_that_were_deployed_otherwise_are_wrong(api, healthy, columns, state, said):
    """An import would be refused, and live payments would lose what is declared. A release that does not tell them is no fault."""
    api.answer = lambda *_: (200, {**WELL, "columns": columns})
    ((place, found, told),) = healthy.found()
    assert (place, found) == ("columns", state)
    assert said in told
    assert "make deploy" in told


def test_a_clock_that_differs_from_the_apis_is_wrong(healthy, monkeypatch):
    """AWS refuses what is signed five minutes off."""
    monkeypatch.setattr(deployment, "SKEW", timedelta(seconds=-1))
    ((place, state, _),) = healthy.found()
    assert (place, state) == ("clock", "wrong")


def test_an_alarm_that_rings_is_wrong_by_its_name_and_words(healthy):
    """One that does not is left out, also where the service did not."""
    alarm = {"AlarmDescription": "Too slow.", "StateUpdatedTimestamp": NOW}
    rings = {"AlarmName": "GreenFraud-Serving-WatchSlow63FCFE2B-352c763b", "StateValue": "ALARM"}
    healthy.alarms = [alarm | rings, alarm | {"AlarmName": "GreenFraud-other", "StateValue": "OK"}]
    ((place, state, told),) = healthy.found()
    assert (place, state, "Too slow." in told) == ("alarm WatchSlow", "wrong", True)


@pytest.mark.parametrize(("upkeep", "state"), [(None, "note"), ("SUCCEEDED", "wrong")])
def test_a_new_deployment_rings_once_and_that_is_no_fault(healthy, upkeep, state):
    """Until the first upkeep can tell that something was trained."""
    healthy.executions["UpkeepStateMachineArn"] = (upkeep, NOW)
    name = "GreenFraud-Training-TrainingOverdue23933304-0ce3b80b"
    healthy.alarms = [{"AlarmName": name, "StateValue": "ALARM", "StateUpdatedTimestamp": NOW}]
    assert ("alarm TrainingOverdue", state) in [(place, found) for place, found, _ in healthy.found()]


@pytest.mark.parametrize("output", ["StateMachineArn", "UpkeepStateMachineArn"])
@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_an_execution_that_ended_badly_is_wrong(healthy, output, status):
    """By its name, and how it ended."""
    healthy.executions[output] = (status, NOW)
    ((_, state, told),) = healthy.found()
    assert (state, f"monday of {NOW:%Y-%m-%d %H:%M} UTC ended as {status}" in told) == ("wrong", True)


@pytest.mark.parametrize(("endpoint", "states"), [(None, ["wrong"]), ("http://127.0.0.1:4566", [])])
def test_an_upkeep_that_did_not_come_is_wrong_in_aws(healthy, endpoint, states):
    """A laptop sleeps at night."""
    healthy.executions["UpkeepStateMachineArn"] = ("SUCCEEDED", NOW - timedelta(days=3))
    healthy.target.endpoint = endpoint
    assert [state for _, state, _ in healthy.found()] == states


def test_what_never_happened_yet_is_a_note(api, healthy, s3):
    """No model, no training, no upkeep, no data: that is how one begins."""
    api.answer = (200, {**WELL, "production": None})
    healthy.executions = dict.fromkeys(healthy.executions, (None, NOW))
    s3.delete_object(Bucket="lake", Key=DATASET_KEY)
    assert [(place, state) for place, state, _ in healthy.found()] == [
        (place, "note") for place in ("model", "training", "upkeep", "data")
    ]


def test_while_an_execution_trains_a_missing_model_is_waited_for(api, healthy):
    """Starting another one would mend nothing."""
    api.answer = (200, {**WELL, "production": None})
    healthy.executions["StateMachineArn"] = ("RUNNING", NOW)
    ((place, state, told),) = healthy.found()
    assert (place, state) == ("model", "note")
    assert f"none yet: the rules answer while an execution trains, since {NOW:%Y-%m-%d %H:%M} UTC" in told
    assert told.endswith("greenfraud status --watch shows its steps")


def test_a_model_that_was_taken_back_is_named_with_the_way_to_it(api, healthy, monkeypatch):
    """A training would find nothing new to learn."""
    api.answer = (200, {**WELL, "production": None, "revision": 2})
    back = {"verb": ROLL_BACK, "production": None, "previous": {"family": "light", "version": "v1"}}
    monkeypatch.setattr("cli.models.without_model.read_entries", lambda _: [back])
    ((place, state, told),) = healthy.found()
    assert (place, state, "greenfraud promote light/v1" in told, "retrain" in told) == ("model", "note", True, False)


def test_a_week_in_quarantine_is_wrong_with_its_faults(healthy, s3):
    """And the command that lets it through."""
    s3.put_object(Bucket="lake", Key=f"{QUARANTINE}20260101-20260108.json", Body=json.dumps(HELD))
    ((place, state, told),) = healthy.found()
    assert (place, state) == ("week 20260101-20260108", "wrong")
    assert "no reports" in told
    assert "--accept-chunk 20260101-20260108" in told


def test_what_may_not_be_looked_at_is_said_and_the_rest_is_looked_at(healthy):
    """In AWS's words, with where the permission stands."""
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "DescribeAlarms")

    def refuse(_):
        raise denied

    healthy.target._clients["cloudwatch"] = SimpleNamespace(get_paginator=refuse)
    ((place, state, told),) = healthy.found()
    assert (place, state) == ("alarms", "wrong")
    assert "not authorized" in told
    assert "Who may do what" in told


def test_without_credentials_nothing_else_is_asked(healthy):
    """One finding, with how to configure them."""

    def nobody():
        raise NoCredentialsError

    healthy.target._clients = {"sts": SimpleNamespace(get_caller_identity=nobody)}
    ((found,),) = [list(examine_aws(healthy.target))]
    assert (found.place, found.state) == ("credentials", "wrong")
    assert "aws sts get-caller-identity" in found.mend
