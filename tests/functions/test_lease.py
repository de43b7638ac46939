"""One execution trains: whoever comes while it runs is told its name, and whoever comes after its end takes its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import boto3
import pytest
from aws_world import golden
from botocore.exceptions import ClientError, EndpointConnectionError
from control_world import EXECUTION_ARN, hold_lease, start_execution
from lake_world import put_dataset

from functions.plan.lease_table import LeaseTable, Start
from greenfraud.errors import DamagedItem, InvalidInput, StateConflict, StoreUnavailableError
from greenfraud.items import lease as lease_items
from greenfraud.items.lease import LASTS

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
FIRST, SECOND = (f"{EXECUTION_ARN.rpartition(':')[0]}:{name}" for name in ("first", "second"))
MONDAY = "2026-11-30T01:00:00Z"
ENDS = ["SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT", None]


class Gone(Exception):
    """Step Functions knows no such execution."""


class StepFunctions:
    """How each execution stands; a status may be an error that is raised."""

    exceptions = SimpleNamespace(ExecutionDoesNotExist=Gone, InvalidArn=Gone)

    def __init__(self) -> None:
        self.statuses = {FIRST: "RUNNING", SECOND: "RUNNING"}

    def describe_execution(self, *, executionArn):
        status = self.statuses[executionArn]
        if status is None:
            raise Gone
        if isinstance(status, Exception):
            raise status
        return {"status": status}


@pytest.fixture
def stepfunctions():
    """Two executions that run."""
    return StepFunctions()


@pytest.fixture
def leases(dynamodb, stepfunctions):
    """The table as the plan sees it, and asks it."""
    return AskedLeases(lambda: dynamodb, lambda: stepfunctions, "leases")


class AskedLeases(LeaseTable):
    """Asks, and takes the lease unless that is refused."""

    def ask(self, arn, *, now, scheduled_at):
        before, start = self.current(), Start(arn, now, scheduled_at)
        refusal = self.refusal(before, start)
        if refusal is None:
            self.take(before, start)
        return refusal


def lease_in(dynamodb):
    """The lease as it is stored."""
    return lease_items.decode(dynamodb.get_item(TableName="leases", Key=lease_items.key())["Item"])


def test_whoever_comes_first_has_the_lease_and_the_other_is_told_the_name(leases, dynamodb):
    """For as long as the first one runs, though the lease be older than an execution may become."""
    assert leases.ask(FIRST, now=NOW, scheduled_at=None) is None
    refusal = leases.ask(SECOND, now=NOW + 2 * LASTS, scheduled_at=None)
    assert (refusal.outcome, refusal.holder) == ("already_running", "first")
    assert refusal.reason == "first trains since 2026-11-30 01:00:00 UTC"
    assert lease_in(dynamodb).holder == FIRST


@pytest.mark.parametrize("status", ENDS)
def test_whatever_end_an_execution_comes_to_gives_the_lease_back(leases, stepfunctions, dynamodb, status):
    """At once: Step Functions tells of every one, and of those that it has forgotten."""
    leases.ask(FIRST, now=NOW, scheduled_at=None)
    stepfunctions.statuses[FIRST] = status
    assert leases.ask(SECOND, now=NOW, scheduled_at=None) is None
    assert lease_in(dynamodb).holder == SECOND


@pytest.mark.parametrize(
    "fault",
    [
        ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeExecution"),
        EndpointConnectionError(endpoint_url="https://states.eu-north-1.amazonaws.com"),
    ],
)
def test_where_nobody_can_tell_whether_the_holder_runs_its_time_decides(leases, stepfunctions, dynamodb, fault):
    """Before, the start fails and says why; after, the holder counts as dead."""
    leases.ask(FIRST, now=NOW, scheduled_at=None)
    stepfunctions.statuses[FIRST] = fault
    with pytest.raises(StoreUnavailableError, match=r"first trains since .*, and whether it still runs cannot be asked"):
        leases.ask(SECOND, now=NOW + LASTS - timedelta(seconds=1), scheduled_at=None)
    assert lease_in(dynamodb).holder == FIRST
    assert leases.ask(SECOND, now=NOW + LASTS, scheduled_at=None) is None


def test_an_execution_keeps_its_own_lease(leases, dynamodb):
    """Its plan may be tried again, or redriven days later."""
    leases.ask(FIRST, now=NOW, scheduled_at=MONDAY)
    later = NOW + timedelta(days=3)
    assert leases.ask(FIRST, now=later, scheduled_at=MONDAY) is None
    assert lease_in(dynamodb).ends_at == later + LASTS


def test_of_two_that_ask_at_the_same_moment_one_is_sent_to_ask_again(leases, monkeypatch):
    """The state machine does so by itself."""
    monkeypatch.setattr(LeaseTable, "current", lambda _: None)  # both saw nobody
    leases.ask(FIRST, now=NOW, scheduled_at=None)
    with pytest.raises(StateConflict, match="took the lease at the same moment"):
        leases.ask(SECOND, now=NOW, scheduled_at=None)


@pytest.mark.parametrize("status", ENDS)
def test_an_event_of_a_schedule_starts_one_execution_however_late_it_comes_again(leases, stepfunctions, status):
    """The one that it started first, whatever became of that; the next event starts the next."""
    leases.ask(FIRST, now=NOW, scheduled_at=MONDAY)
    stepfunctions.statuses[FIRST] = status
    refusal = leases.ask(SECOND, now=NOW, scheduled_at=MONDAY)
    assert (refusal.outcome, refusal.holder) == ("nothing_to_train", "first")
    assert refusal.reason == f"the start scheduled for {MONDAY} was made by first"
    assert leases.ask(SECOND, now=NOW, scheduled_at="2026-12-07T01:00:00Z") is None


def test_a_person_who_starts_in_between_does_not_make_the_event_new(leases, stepfunctions):
    """The lease remembers it."""
    third = f"{FIRST}-third"
    leases.ask(FIRST, now=NOW, scheduled_at=MONDAY)
    stepfunctions.statuses |= {FIRST: "SUCCEEDED", SECOND: "SUCCEEDED", third: "RUNNING"}
    assert leases.ask(SECOND, now=NOW, scheduled_at=None) is None
    assert leases.ask(third, now=NOW, scheduled_at=MONDAY).holder == "first"


@pytest.mark.parametrize("attribute", ["holder", "taken_at", "ends_at"])
def test_a_lease_that_cannot_be_read_is_named_and_nobody_trains(leases, dynamodb, attribute):
    """Its holder may run."""
    leases.ask(FIRST, now=NOW, scheduled_at=None)
    item = dynamodb.get_item(TableName="leases", Key=lease_items.key())["Item"]
    dynamodb.put_item(TableName="leases", Item={**item, attribute: {"N": "4711"}})
    with pytest.raises(DamagedItem, match=rf"^lease\.{attribute}: KeyError$"):
        leases.ask(SECOND, now=NOW, scheduled_at=None)


@pytest.fixture
def plan(start, s3):
    """The plan function over five weeks of data, called by the golden event's execution."""
    put_dataset(s3)
    handler = start("plan")
    return lambda **request: handler(golden("step_functions_plan") | {"input": request}, None)


def test_a_plan_beside_a_running_execution_plans_nothing_and_says_so(plan, dynamodb):
    """In what the state machine carries, and in what it stores."""
    hold_lease(dynamodb, start_execution(SECOND))
    planned = plan(families=["light"])
    assert (planned["outcome"], planned["families"], planned["holder"]) == ("already_running", [], "second")
    assert "holdout" not in planned


def test_a_plan_after_an_execution_that_was_stopped_trains(plan, dynamodb):
    """It has the lease then."""
    hold_lease(dynamodb, start_execution(SECOND))
    boto3.client("stepfunctions").stop_execution(executionArn=SECOND)
    assert plan(families=["light"])["outcome"] == "train"
    assert lease_in(dynamodb).holder == EXECUTION_ARN


def test_a_plan_that_finds_nothing_to_train_takes_no_lease(plan, dynamodb, s3):
    """So an execution that failed after its last chunk can still be redriven, and promotes."""
    s3.delete_object(Bucket="lake", Key="dataset.json")
    before = hold_lease(dynamodb, FIRST)
    assert plan()["outcome"] == "nothing_to_train"
    assert lease_in(dynamodb) == before


def test_of_two_plans_at_the_same_moment_one_trains(plan, dynamodb, monkeypatch):
    """The other read the lease before that took it; it stores no plan, and is asked again by the state machine."""
    original = LeaseTable.refusal
    start_execution(SECOND)

    def overtaken(*arguments):
        answer = original(*arguments)
        hold_lease(dynamodb, SECOND)
        return answer

    monkeypatch.setattr(LeaseTable, "refusal", overtaken)
    with pytest.raises(StateConflict):
        plan()
    monkeypatch.undo()
    assert lease_in(dynamodb).holder == SECOND


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"chunks": ["20990101-20990108"]}, "chunks"),
        ({"families": ["huge"]}, "families"),
        ({"scheduled_at": "<aws.scheduler.scheduled-time>"}, "scheduled_at"),
        ({"scheduled_at": 7}, "scheduled_at"),
    ],
)
def test_a_wish_that_nobody_can_meet_takes_no_lease(plan, dynamodb, wish, field):
    """It is refused by its field."""
    with pytest.raises(InvalidInput) as error:
        plan(**wish)
    assert error.value.field == field
    assert dynamodb.scan(TableName="leases")["Items"] == []
