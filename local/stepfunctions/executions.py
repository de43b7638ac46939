"""Executions as the API shows them: output that is JSON whatever its type, and the reason one was stopped for."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.responses import StepFunctionResponse

from local.patches import replace

STOP_REASONS: dict[str, tuple[str | None, str | None]] = {}


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
        given = (response._get_param("error"), response._get_param("cause"))
        STOP_REASONS[response._get_param("executionArn")] = given
        stopped: ActionResult = original_stop(response)
        return stopped

    original_describe = replace(StepFunctionResponse, "describe_execution", describe_execution)
    original_stop = replace(StepFunctionResponse, "stop_execution", stop_execution)
