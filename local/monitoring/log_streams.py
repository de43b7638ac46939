"""Writes log lines the way services do for what they run: by its role, making what is missing on the way."""

from __future__ import annotations

import time
from collections.abc import Sequence

from moto.logs.models import logs_backends

from local.context import ACCOUNT, REGION
from local.permissions.callers import Caller
from local.permissions.decision import check_all
from local.permissions.operations import needs_of


def write(caller: Caller, group: str, stream: str, lines: Sequence[str]) -> None:
    """Append lines, one event each. Raises AccessDeniedError when the caller may not, whatever is missing."""
    backend = logs_backends[ACCOUNT][REGION]
    if group not in backend.groups:
        may(caller, "CreateLogGroup", group)
        backend.create_log_group(group, {})
    if stream not in backend.groups[group].streams:
        may(caller, "CreateLogStream", group, stream)
        backend.create_log_stream(group, stream)
    may(caller, "PutLogEvents", group, stream)
    now = int(time.time() * 1000)
    backend.put_log_events(group, stream, [{"timestamp": now, "message": line} for line in lines])


def may(caller: Caller, operation: str, group: str, stream: str = "") -> None:
    """Raise AccessDeniedError unless the caller may."""
    check_all(caller, needs_of("logs", operation, {"logGroupName": group, "logStreamName": stream}))
