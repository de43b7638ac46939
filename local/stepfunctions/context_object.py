"""The context object: every execution has a name, its start is a string, RedriveCount is there."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.backend import execution_worker
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from local.patches import replace


def instant(moment: datetime | str) -> str:
    """The time as Step Functions writes it."""
    if isinstance(moment, str):
        return moment
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def execution_data(**given: Any) -> dict[str, Any]:
    """`$$.Execution`."""
    return {**given, "StartTime": instant(given["StartTime"]), "RedriveCount": 0}


def install() -> None:
    """Name executions and describe them."""

    def start_execution(
        backend: StepFunctionsParserBackend,
        state_machine_arn: str,
        name: str | None = None,
        execution_input: str | None = None,
        trace_header: str | None = None,
    ) -> Any:
        return original(backend, state_machine_arn, name or str(uuid.uuid4()), execution_input, trace_header)

    original = replace(StepFunctionsParserBackend, "start_execution", start_execution)
    replace(execution_worker, "ExecutionData", execution_data)
