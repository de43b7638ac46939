"""How long a request of many parts may begin new ones: it answers for the rest itself, before the function's timeout does."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

BATCH_SECONDS = 5.0
FOREVER = float("inf")


def give_up_at(scope: Mapping[str, Any], longest_call_seconds: float) -> float:
    """When, by the monotonic clock, nothing more is begun: after BATCH_SECONDS, or earlier where the function has less left.

    `scope` is the request's, with the invocation's context where Lambda runs it. A call begun at the last moment may still take
    `longest_call_seconds` until it succeeds or fails.
    """
    now = time.monotonic()
    context = scope.get("aws.context")
    if context is None:
        return now + BATCH_SECONDS
    left_seconds: float = context.get_remaining_time_in_millis() / 1000
    return now + min(BATCH_SECONDS, left_seconds - longest_call_seconds)
