"""Schedules fire when they say, with their own input."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from local.events.cron import InvalidScheduleError, next_firing

START = datetime(2018, 5, 1, 12, 30, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("cron(0 2 ? * SUN *)", "UTC", "2018-05-06T02:00"),
        ("cron(15,45 12 * * ? *)", "UTC", "2018-05-01T12:45"),
        ("cron(0 8 31 JAN,DEC ? *)", "UTC", "2018-12-31T08:00"),
        ("cron(0 8 ? JUN-AUG MON-FRI *)", "UTC", "2018-06-01T08:00"),
        ("cron(0 8 29 2 ? *)", "UTC", "2020-02-29T08:00"),
        ("cron(0 2 * * ? *)", "Europe/Stockholm", "2018-05-02T00:00"),
        ("at(2018-05-01T15:00:00)", "Europe/Stockholm", "2018-05-01T13:00"),
    ],
)
def test_the_next_firing_is_the_one_aws_documents(expression, zone, expected):
    """Fields, names, lists, ranges and time zones."""
    firing = next_firing(expression, after=START, zone=zone)
    assert f"{expected}:00+00:00" == firing.isoformat()


def test_what_lies_in_the_past_never_fires():
    """A single time, and a day that no month has."""
    for expression in ("at(2018-05-01T12:00:00)", "cron(0 2 31 2 ? *)"):
        assert next_firing(expression, after=START) is None


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 2 * * * *)",
        "cron(0 2 *)",
        "cron(0/15 2 * * ? *)",
        "cron(0 2 L * ? *)",
        "cron(0 2 ? * 3#2 *)",
        "cron(0 2 * * ? 2019)",
        "rate(5 days)",
        "daily",
    ],
)
def test_an_expression_it_cannot_follow_is_refused(expression):
    """With a message that says what is missing."""
    with pytest.raises(InvalidScheduleError):
        next_firing(expression, after=START)


@pytest.fixture
def schedule(embedded):
    """Makes a schedule that fires in a second, or that should have fired some seconds ago."""

    def create(arn, given, seconds=1, letters=None, **options):
        moment = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
        name = embedded.name("schedule")
        embedded.client("scheduler").create_schedule(
            Name=name,
            ScheduleExpression=f"at({moment})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": arn,
                "RoleArn": embedded.role,
                "Input": json.dumps(given),
                **({"DeadLetterConfig": {"Arn": letters}} if letters else {}),
            },
            **options,
        )
        return name

    return create


def first_input(embedded, machine):
    """The input of the machine's first execution."""
    client = embedded.client("stepfunctions")
    runs = embedded.wait_until(lambda: client.list_executions(stateMachineArn=machine)["executions"])
    return json.loads(client.describe_execution(executionArn=runs[0]["executionArn"])["input"])


MACHINE = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


def test_a_schedule_starts_its_state_machine_with_its_input(embedded, schedule):
    """Once, for a single time."""
    machine = embedded.machine(MACHINE)
    schedule(machine, {"deadline": 12})
    assert first_input(embedded, machine) == {"deadline": 12}
    assert len(embedded.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]) == 1


def test_an_input_is_told_of_its_schedule(embedded, schedule):
    """For which moment it was sent is the same however late it comes; the rest is Scheduler's own."""
    machine = embedded.machine(MACHINE)
    words = ("scheduled-time", "schedule-arn", "execution-id", "attempt-number")
    name = schedule(machine, {word: f"<aws.scheduler.{word}>" for word in words} | {"other": "<aws.other>"}, seconds=-5)
    told = first_input(embedded, machine)
    described = embedded.client("scheduler").get_schedule(Name=name)
    assert told["scheduled-time"] == described["ScheduleExpression"].removeprefix("at(").replace(")", "Z")
    assert (told["schedule-arn"], told["attempt-number"], told["other"]) == (described["Arn"], "1", "<aws.other>")
    assert len(told["execution-id"]) == 16


def test_a_moment_that_passes_while_the_schedule_is_being_made_still_counts(embedded, schedule):
    """Within Scheduler's precision of a minute; what passed an hour ago never fires."""
    machine, other = embedded.machine(MACHINE), embedded.machine(MACHINE)
    schedule(other, {}, seconds=-3600)
    schedule(machine, {"late": True}, seconds=-30)
    assert first_input(embedded, machine) == {"late": True}
    assert embedded.client("stepfunctions").list_executions(stateMachineArn=other)["executions"] == []


def test_a_disabled_schedule_stays_silent(embedded, schedule):
    """The one after it fires; it does not."""
    machine, other = embedded.machine(MACHINE), embedded.machine(MACHINE)
    schedule(machine, {}, State="DISABLED")
    schedule(other, {"other": True})
    assert first_input(embedded, other) == {"other": True}
    assert embedded.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"] == []


def test_what_cannot_be_delivered_lies_in_the_dead_letter_queue(embedded, schedule):
    """The input that nobody got, where an alarm counts it."""
    url, letters = embedded.queue()
    machine = embedded.machine(MACHINE)
    schedule(f"{machine}-gone", {"deadline": 12}, letters=letters)
    assert embedded.wait_until(lambda: embedded.messages(url)) == [{"deadline": 12}]
