"""Executions as the API and CloudWatch show them: output that is JSON, the reason of a stop, a metric of every end."""

from __future__ import annotations

import json
import time
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.responses import StepFunctionResponse

from local.monitoring import metrics
from local.patches import replace

BEGIN_SECONDS = 10.0
STOP_REASONS: dict[str, tuple[str | None, str | None]] = {}
METRICS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def install() -> None:
    """Replace describing, stopping and ending."""

    def describe_execution(response: StepFunctionResponse) -> ActionResult:
        answer = original_describe(response)
        execution: Any = response.stepfunction_backend.describe_execution(response._get_param("executionArn"))
        if execution.status == "SUCCEEDED":
            # Moto shows a string without its quotes and leaves null out.
            answer.result["output"] = json.dumps(execution.output, default=str)
        if execution.status == "TIMED_OUT":
            answer.result["stopDate"] = execution.stop_date
        return answer

    def stop_execution(response: StepFunctionResponse) -> ActionResult:
        arn = response._get_param("executionArn")
        wait_for_begin(response.stepfunction_backend.describe_execution(arn))
        STOP_REASONS[arn] = (response._get_param("error"), response._get_param("cause"))
        stopped: ActionResult = original_stop(response)
        return stopped

    def terminated(communication: BaseExecutionWorkerCommunication) -> None:
        original_terminated(communication)
        execution = communication.execution
        keep_reason_of_stop(execution)
        metrics.record("AWS/States", {METRICS[execution.status]: 1}, {"StateMachineArn": execution.state_machine.arn})

    original_describe = replace(StepFunctionResponse, "describe_execution", describe_execution)
    original_stop = replace(StepFunctionResponse, "stop_execution", stop_execution)
    original_terminated = replace(BaseExecutionWorkerCommunication, "terminated", terminated)


def wait_for_begin(execution: Any) -> None:
    """Wait until the execution's thread has parsed the definition: before that moto has nothing to stop, and fails."""
    deadline = time.monotonic() + BEGIN_SECONDS
    while execution.exec_worker is not None and execution.exec_worker.env is None and time.monotonic() < deadline:
        time.sleep(0.01)


def keep_reason_of_stop(execution: Execution) -> None:
    """Mark a stopped execution as aborted, with the error and cause that it was stopped with.

    Moto drops both, and takes a step that was cut off between two of its parts for a failed one.
    """
    if execution.exec_arn in STOP_REASONS and execution.exec_status != ExecutionStatus.SUCCEEDED:
        execution.exec_status = ExecutionStatus.ABORTED
        execution.error, execution.cause = STOP_REASONS.pop(execution.exec_arn)
