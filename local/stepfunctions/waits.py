"""Wait states: exact to the fraction of a second, in UTC, with offsets."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from local.patches import replace


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


def seconds_until(state: Timestamp, env: Any) -> float:
    """How long a state that waits for a time still has to wait."""
    state.string.eval(env=env)
    text = env.stack.pop()
    moment = parse_timestamp(text)
    if moment is None:
        raise FailureEventException(state._create_failure_event(env, text))
    return (moment - datetime.now(UTC)).total_seconds()


def wait(_: WaitFunction, env: Any, wait_seconds: float) -> None:
    """Wait, but no longer than the execution runs."""
    end = time.monotonic() + wait_seconds
    while env.is_running() and (left := end - time.monotonic()) > 0:
        env.program_state_event.wait(left)


def install() -> None:
    """Replace reading the time and waiting for it."""
    replace(Timestamp, "_from_timestamp_string", staticmethod(parse_timestamp))
    replace(Timestamp, "_get_wait_seconds", seconds_until)
    replace(WaitFunction, "_wait_interval", wait)
