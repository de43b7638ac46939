"""The steps of an execution, told from a history as Step Functions gives it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from execution_history import HistoryOf

from cli.steps.history import states_of
from cli.steps.progress import progress_of, steps_of
from cli.steps.wording import name_of, told

PLAN = {
    "families": [
        {"family": name, "chunks": [{"chunk": f"2026010{n}-2026010{n + 1}"} for n in (1, 2, 3)]} for name in ("baseline", "light")
    ]
}
FAILED = {"error": "SageMaker.Failed", "cause": '{"FailureReason": "AlgorithmError: the lake is empty"}'}


@pytest.fixture
def events():
    """A history that a test writes, event by event."""
    return HistoryOf()


@pytest.fixture
def two_families(events):
    """Features are built; baseline learns its second chunk, light its first, side by side with the states."""
    events.task("Plan", 0).task("BuildFeatures", 0)
    begun = events.enter("Families", 0, kind="Map").map_begins("Families", 2)
    for family, chunks in ((0, 2), (1, 1)):
        branch = begun.iteration("Families", family).enter("Chunks", 0, kind="Map").map_begins("Chunks", 3)
        for chunk in range(chunks):
            branch = branch.iteration("Chunks", chunk).enter("Train", 0).schedule()
            if chunk + 1 < chunks:
                branch = branch.leave("Train").task("RecordLineage", 0)
    return events


def shown(steps):
    """Each step as a person reads it, without its time."""
    return [(name_of(step), step.state, step.chunk, step.number, step.chunks) for step in steps]


def test_a_family_is_one_step_with_the_chunk_it_learns(events, two_families):
    """However its events are mixed with those of the other."""
    mixed = random.Random(1).sample(two_families.all, len(two_families.all))
    assert shown(steps_of(states_of(mixed), PLAN, None)) == [
        ("plan", "done", None, None, None),
        ("build features", "done", None, None, None),
        ("train baseline", "running", "20260102-20260103", 2, 3),
        ("train light", "running", "20260101-20260102", 1, 3),
    ]


def test_without_a_plan_a_family_is_told_by_its_number(two_families):
    """How many chunks it has, the history says."""
    steps = steps_of(states_of(two_families.all), {}, None)
    assert shown(steps)[2:] == [("train 1", "running", None, 2, 3), ("train 2", "running", None, 1, 3)]


def test_a_family_is_done_when_its_last_chunk_is_recorded(events):
    """Not between two chunks."""
    branch = events.enter("Families", 0, kind="Map").map_begins("Families", 1).iteration("Families", 0)
    branch = branch.enter("Chunks", 0, kind="Map").map_begins("Chunks", 2)
    branch = branch.iteration("Chunks", 0).task("Train", 0).task("RecordLineage", 0)
    (between,) = steps_of(states_of(events.all), PLAN, None)
    branch.iteration("Chunks", 1).task("Train", 0).task("RecordLineage", 0)
    (after,) = steps_of(states_of(events.all), PLAN, None)
    assert (between.state, after.state, told(after)) == ("running", "done", "2 chunks; 0 s")


def test_a_failed_step_says_why_and_what_fell_with_it_was_stopped(two_families):
    """The job's own reason, not the JSON document around it."""
    two_families.last.fail("TaskFailed", FAILED)
    two_families.last.fail("ExecutionFailed", {"error": "States.TaskFailed", "cause": "a branch failed"})
    baseline, light = steps_of(states_of(two_families.all), PLAN, two_families.now)[2:]
    assert (baseline.state, light.state) == ("stopped", "failed")
    assert told(light).endswith("failed: SageMaker.Failed: AlgorithmError: the lake is empty")


def test_a_try_that_failed_is_told_until_the_next_one_begins(events):
    """A state that is tried again is entered once."""
    entered = events.enter("BuildFeatures", 0).schedule()
    tried = entered.fail("TaskFailed", {"error": "SageMaker.CapacityError", "cause": "no machine"})
    (waiting,) = steps_of(states_of(events.all), {}, None)
    tried.schedule()
    (again,) = steps_of(states_of(events.all), {}, None)
    assert (waiting.state, again.state, again.tries, again.reason) == ("running", "running", 2, None)
    assert "a try failed: SageMaker.CapacityError: no machine" in told(waiting)
    assert "try 2" in told(again)


def test_who_stopped_an_execution_is_told(events):
    """No step failed."""
    events.enter("BuildFeatures", 0).schedule()
    stopped = {"error": "Stopped", "cause": "by greenfraud"}
    pages = SimpleNamespace(paginate=lambda **_: [{"events": events.all}])
    client = SimpleNamespace(get_paginator=lambda _: pages, describe_execution=lambda **_: stopped)
    listed = {"executionArn": "arn", "status": "ABORTED", "startDate": events.now, "stopDate": events.now}
    progress = progress_of(client, listed, {})
    assert [(step.state, step.reason) for step in progress.steps] == [("stopped", None)]
    assert progress.cause == "Stopped: by greenfraud"


def test_how_long_a_step_has_taken_ends_with_it(events):
    """One that goes on counts until now, one that was stopped until the execution's end."""
    events.task("Plan", 5).enter("BuildFeatures", 0)
    done, stopped = steps_of(states_of(events.all), {}, events.now + timedelta(seconds=60))
    assert (done.seconds, stopped.seconds, stopped.began_at) == (5, 60, events.now)


def test_a_history_that_may_not_be_read_is_a_fault_that_is_told():
    """The rest of a status stands."""

    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetExecutionHistory")

    client = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=refuse))
    progress = progress_of(client, {"executionArn": "arn", "status": "RUNNING", "startDate": datetime.now(UTC)}, {})
    assert progress.steps == ()
    assert "AccessDeniedException" in progress.fault
