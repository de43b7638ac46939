"""`--skip-waits`: a night passes in a moment, and the state machine's clock tells it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from local.__main__ import build_parser
from tests.local import workbench
from tests.local.workbench import chain

NIGHT = timedelta(hours=9)


@pytest.fixture(scope="module")
def hurried():
    """A server whose state machines do not wait."""
    return workbench.lasting("--skip-waits")


def output_of(hurried, definition, given=None):
    """What an execution ended with."""
    return hurried.execute(definition, given)["output"]


def test_waits_are_kept_where_nobody_chose_otherwise():
    """By option, or where `make run` starts the server by a variable."""
    assert build_parser().parse_args(["serve", "--skip-waits"]).skip_waits
    assert not build_parser().parse_args(["serve"]).skip_waits


def test_what_comes_after_a_wait_is_told_the_time_it_waited_for(hurried):
    """A moment, and seconds on top of it; another execution is where it was."""
    now = datetime.now(UTC)
    wished = {"at": (now + NIGHT).isoformat(timespec="seconds").replace("+00:00", "Z")}
    definition = chain(
        Night={"Type": "Wait", "TimestampPath": "$.at"},
        Hour={"Type": "Wait", "Seconds": 3600},
        Tell={"Type": "Pass", "Parameters": {"now.$": "$$.State.EnteredTime"}},
    )
    began = time.monotonic()
    told = output_of(hurried, definition, wished)
    assert datetime.fromisoformat(told["now"]) >= now.replace(microsecond=0) + NIGHT + timedelta(hours=1)
    assert time.monotonic() - began < NIGHT.total_seconds()
    other = output_of(hurried, chain(Tell={"Type": "Pass", "Parameters": {"now.$": "$$.State.EnteredTime"}}))
    assert datetime.fromisoformat(other["now"]) < now + NIGHT


def test_a_wait_for_a_time_that_has_passed_turns_no_clock_back(hurried):
    """It takes no time."""
    past = {"at": "2018-05-01T00:00:00Z"}
    definition = chain(
        Long={"Type": "Wait", "TimestampPath": "$.at"}, Tell={"Type": "Pass", "Parameters": {"now.$": "$$.State.EnteredTime"}}
    )
    before = datetime.now(UTC)
    told = output_of(hurried, definition, past)["now"]
    assert datetime.fromisoformat(told) >= before.replace(microsecond=0)
    assert told.endswith("Z")


def test_the_clock_may_begin_at_another_hour():
    """So that what depends on the hour can be shown at any; each execution begins with it."""
    definition = chain(Tell={"Type": "Pass", "Parameters": {"now.$": "$$.State.EnteredTime"}})
    told = datetime.fromisoformat(workbench.lasting("--clock", "02:00").execute(definition)["output"]["now"])
    assert told.hour == 2
    assert timedelta() <= datetime.now(UTC) - told <= timedelta(days=1)


@pytest.mark.parametrize("hour", ["25:00", "noon", "2"])
def test_an_hour_that_is_none_is_refused(hour, capsys):
    """With one that is."""
    with pytest.raises(SystemExit):
        build_parser().parse_args(["serve", "--clock", hour])
    assert f"'{hour}' is no hour such as 02:00" in capsys.readouterr().err
