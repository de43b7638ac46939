"""Wait states: exact to the fraction of a second, in UTC, with offsets; or skipped, so that a night passes in a moment.

Where waits are skipped, the clock of an execution is ahead by what it would have waited: `$$.State.EnteredTime` tells it, and so
do later Wait states. Where the clock was told to begin at another hour, it is behind for all of them. History, logs and events keep
the time of this machine, so a deadline that an event tells is never in the past.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from local.context import Context
from local.patches import replace
from local.stepfunctions.context_object import instant


def parse_timestamp(text: str) -> datetime | None:
    """An RFC 3339 time with its offset, or None.

    >>> parse_timestamp("2018-05-01T02:00:00.5+02:00").astimezone(UTC).isoformat()
    '2018-05-01T00:00:00.500000+00:00'
    >>> parse_timestamp("2018-05-01") is None
    True
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo and "T" in text else None


class Clock:
    """The time as each execution has it."""

    def __init__(self, shift: timedelta) -> None:
        self._shift = shift
        self._ahead: dict[str, timedelta] = {}

    def now(self, env: Any) -> datetime:
        """The moment at which an execution is."""
        return datetime.now(UTC) + self._shift + self._ahead.get(execution_of(env), timedelta())

    def skip(self, env: Any, seconds: float) -> None:
        """Let that time have passed."""
        execution = execution_of(env)
        self._ahead[execution] = self._ahead.get(execution, timedelta()) + timedelta(seconds=max(seconds, 0.0))


def execution_of(env: Any) -> str:
    """The ARN of the execution that an environment belongs to."""
    return str(env.states.context_object.context_object_data["Execution"]["Id"])


def seconds_until(state: Timestamp, env: Any, now: datetime) -> float:
    """How long a state that waits for a time still has to wait."""
    state.string.eval(env=env)
    text = env.stack.pop()
    moment = parse_timestamp(text)
    if moment is None:
        raise FailureEventException(state._create_failure_event(env, text))
    return (moment - now).total_seconds()


def wait(_: WaitFunction, env: Any, wait_seconds: float) -> None:
    """Wait, but no longer than the execution runs."""
    end = time.monotonic() + wait_seconds
    while env.is_running() and (left := end - time.monotonic()) > 0:
        env.program_state_event.wait(left)


def install(context: Context) -> None:
    """Replace reading the time, telling it and waiting for it."""
    clock = Clock(context.clock_shift)

    def enter(state: CommonStateField, env: Any) -> None:
        env.states.context_object.context_object_data["State"]["EnteredTime"] = instant(clock.now(env))
        original(state, env)

    def skip(_: WaitFunction, env: Any, wait_seconds: float) -> None:
        clock.skip(env, wait_seconds)

    original = replace(CommonStateField, "_eval_state_input", enter)
    replace(Timestamp, "_from_timestamp_string", staticmethod(parse_timestamp))
    replace(Timestamp, "_get_wait_seconds", lambda state, env: seconds_until(state, env, clock.now(env)))
    replace(WaitFunction, "_wait_interval", skip if context.skips_waits else wait)
