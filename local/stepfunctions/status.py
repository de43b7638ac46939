"""Execution status: EventBridge events and AWS/States metrics when an execution starts and ends."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution

from local.context import Context
from local.monitoring import metrics
from local.patches import replace
from local.stepfunctions.executions import STOP_REASONS

METRICS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def install(context: Context) -> None:
    """Tell EventBridge and CloudWatch about every start and end."""

    def start(execution: Execution) -> None:
        original_start(execution)
        report(context, execution, "RUNNING")

    def terminated(communication: BaseExecutionWorkerCommunication) -> None:
        original_terminated(communication)
        execution = communication.execution
        keep_reason_of_stop(execution)
        report(context, execution, execution.status)

    original_start = replace(Execution, "start", start)
    original_terminated = replace(BaseExecutionWorkerCommunication, "terminated", terminated)


def keep_reason_of_stop(execution: Execution) -> None:
    """A stopped execution is aborted and keeps the error and cause it was stopped with.

    Moto drops both; and a step that was cut off between two of its parts it takes for a failed one.
    """
    if execution.exec_arn in STOP_REASONS and execution.exec_status != ExecutionStatus.SUCCEEDED:
        execution.exec_status = ExecutionStatus.ABORTED
        execution.error, execution.cause = STOP_REASONS.pop(execution.exec_arn)


def report(context: Context, execution: Execution, status: str) -> None:
    """Send both, from a thread of its own: nobody waits for them."""
    threading.Thread(target=send, args=(context, execution, status), daemon=True).start()


def send(context: Context, execution: Execution, status: str) -> None:
    """One event and one data point; a server that is stopping loses them, and says so."""
    machine = execution.state_machine.arn
    metrics.record(context, "AWS/States", {METRICS[status]: 1}, {"StateMachineArn": machine})
    entry = {
        "Source": "aws.states",
        "DetailType": "Step Functions Execution Status Change",
        "Resources": [execution.exec_arn],
        "Detail": json.dumps(detail(execution, status), default=str),
    }
    try:
        context.client("events").put_events(Entries=[entry])
    except Exception as failure:
        print(f"{execution.exec_arn}: no status event: {failure}", file=sys.stderr, flush=True)


def detail(execution: Execution, status: str) -> dict[str, Any]:
    """The event's detail, times in epoch milliseconds.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    finished = status != "RUNNING"
    return {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine.arn,
        "name": execution.name,
        "status": status,
        "startDate": milliseconds(execution.start_date),
        "stopDate": milliseconds(execution.stop_date) if finished else None,
        "input": json.dumps(execution.input_data),
        "output": json.dumps(execution.output) if status == "SUCCEEDED" else None,
        "error": execution.error if finished else None,
        "cause": execution.cause if finished else None,
    }


def milliseconds(moment: Any) -> int | None:
    """Epoch milliseconds of a datetime."""
    return None if moment is None else int(moment.timestamp() * 1000)
