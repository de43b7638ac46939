"""Executions as the API shows them: output that is JSON whatever its type, and the reason one was stopped for."""

from __future__ import annotations

import json
import time
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.responses import StepFunctionResponse

from local.patches import replace

STOP_REASONS: dict[str, tuple[str | None, str | None]] = {}
BEGIN_SECONDS = 10.0


def install() -> None:
    """Replace describing and stopping."""

    def describe_execution(response: StepFunctionResponse) -> ActionResult:
        answer = original_describe(response)
        execution: Any = response.stepfunction_backend.describe_execution(response._get_param("executionArn"))
        if execution.status == "SUCCEEDED":
            # Moto leaves a string without its quotes and null out.
            answer.result["output"] = json.dumps(execution.output, default=str)
        return answer

    def stop_execution(response: StepFunctionResponse) -> ActionResult:
        # Moto stops without error and cause; `status` puts them back.
        arn = response._get_param("executionArn")
        wait_for_begin(response.stepfunction_backend.describe_execution(arn))
        STOP_REASONS[arn] = (response._get_param("error"), response._get_param("cause"))
        stopped: ActionResult = original_stop(response)
        return stopped

    original_describe = replace(StepFunctionResponse, "describe_execution", describe_execution)
    original_stop = replace(StepFunctionResponse, "stop_execution", stop_execution)


def wait_for_begin(execution: Any) -> None:
    """Until its thread has parsed the definition: before that moto has nothing to stop, and fails."""
    deadline = time.monotonic() + BEGIN_SECONDS
    while execution.exec_worker is not None and execution.exec_worker.env is None and time.monotonic() < deadline:
        time.sleep(0.01)
