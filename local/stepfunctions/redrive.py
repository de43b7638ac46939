"""RedriveExecution: an execution that did not succeed goes on from the states that did not.

As in AWS it keeps its ARN, its input and its definition; retries and the machine's timeout begin anew, a Fail state
fails again. Unlike AWS's, the history shows the resumed state as entered a second time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import ExecutionStatus, HistoryEventType
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.responses import StepFunctionResponse

from local.limits import figure
from local.monitoring import metrics
from local.patches import replace
from local.stepfunctions.context_object import instant
from local.stepfunctions.executions import METRICS, STOP_REASONS

PERIOD = timedelta(days=14)
TOKENS_REMEMBERED, TOKEN_PERIOD = 10, timedelta(minutes=15)
LOCK = threading.RLock()  # an execution ends, is described and is redriven one after the other


class ExecutionNotRedrivableError(AWSError):  # type: ignore[misc]
    """The execution cannot be redriven; the message says why."""

    TYPE = "ExecutionNotRedrivable"
    STATUS = 400


def install() -> None:
    """Answer RedriveExecution, which moto lacks, and tell of redrives where executions are described and counted."""

    def redrive_execution(response: StepFunctionResponse) -> ActionResult:
        execution: Any = response.stepfunction_backend.describe_execution(response._get_param("executionArn"))
        return ActionResult({"redriveDate": redrive(execution, response._get_param("clientToken"))})

    def describe_execution(response: StepFunctionResponse) -> ActionResult:
        answer = original_describe(response)
        execution: Any = response.stepfunction_backend.describe_execution(response._get_param("executionArn"))
        answer.result.update(redrives_of(execution) | redrivable(execution))
        return answer

    def list_executions(response: StepFunctionResponse) -> ActionResult:
        answer = original_list(response)
        for item in answer.result["executions"]:
            item.update(redrives_of(response.stepfunction_backend.describe_execution(item["executionArn"])))
        return answer

    def terminated(communication: BaseExecutionWorkerCommunication) -> None:
        with LOCK:
            original_terminated(communication)
            execution = communication.execution
            if count_of(execution):
                record(execution, f"Redriven{METRICS[execution.status]}")

    StepFunctionResponse.redrive_execution = redrive_execution
    original_describe = replace(StepFunctionResponse, "describe_execution", describe_execution)
    original_list = replace(StepFunctionResponse, "list_executions", list_executions)
    original_terminated = replace(BaseExecutionWorkerCommunication, "terminated", terminated)


def record(execution: Execution, metric: str) -> None:
    """One data point of the execution's machine."""
    metrics.record("AWS/States", {metric: 1}, {"StateMachineArn": execution.state_machine.arn})


def count_of(execution: Execution) -> int:
    """How often it has been redriven."""
    return getattr(execution, "redrive_count", 0)


def redrives_of(execution: Execution) -> dict[str, Any]:
    """`redriveCount`, and `redriveDate` where there was one."""
    moment = getattr(execution, "redrive_date", None)
    return {"redriveCount": count_of(execution)} | ({"redriveDate": moment} if moment else {})


def redrivable(execution: Execution) -> dict[str, str]:
    """`redriveStatus`, with the reason where it is none."""
    reason = hindrance(execution)
    if reason is None:
        return {"redriveStatus": "REDRIVABLE"}
    return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}


def hindrance(execution: Execution) -> str | None:
    """Why the execution cannot be redriven, in AWS's words."""
    if execution.exec_status in (ExecutionStatus.RUNNING, ExecutionStatus.SUCCEEDED):
        return f"Execution is {execution.status} and cannot be redriven"
    if execution.stop_date is not None and datetime.now(UTC) - execution.stop_date > PERIOD:
        return "Execution redrivable period exceeded"
    if len(execution.exec_worker.env.event_manager._history_event_list) >= figure("states_history") - 1:
        return "Execution history event limit exceeded"
    return None


def redrive(execution: Any, token: str | None) -> datetime:
    """Let the execution go on; when it did, which the same token is told again.

    Raises ExecutionNotRedrivable.
    """
    with LOCK:
        tokens: OrderedDict[str | None, datetime] = execution.__dict__.setdefault("redrive_tokens", OrderedDict())
        if token and token in tokens and datetime.now(UTC) - tokens[token] < TOKEN_PERIOD:
            return tokens[token]
        if reason := hindrance(execution):
            raise ExecutionNotRedrivableError(reason)
        tokens[token] = go_on(execution)
        if len(tokens) > TOKENS_REMEMBERED:
            tokens.popitem(last=False)
        return tokens[token]


def go_on(execution: Any) -> datetime:
    """Run the execution from where it stands; when that began."""
    moment = datetime.now(UTC)
    execution.redrive_count, execution.redrive_date = count_of(execution) + 1, moment
    STOP_REASONS.pop(execution.exec_arn, None)  # asked for after its last end, and no reason of the next one
    worker = execution._get_start_execution_worker()
    program = worker._get_evaluation_entrypoint()
    worker.env = continued(execution, worker)
    worker.env.next_state_name = program.start_at.start_at_name  # running from now on, so that it can be stopped
    execution.stop_date = execution.error = execution.cause = None
    execution.exec_worker, execution.exec_status = worker, ExecutionStatus.RUNNING
    threading.Thread(target=run, args=(worker, program), daemon=True).start()
    record(execution, "ExecutionsRedriven")
    return moment


def continued(execution: Any, worker: Any) -> Any:
    """An environment with the history and the progress of the attempt before."""
    before, env = execution.exec_worker.env, worker._get_evaluation_environment()
    env.event_manager, env.progress = before.event_manager, before.progress.again()
    env.event_manager.root = env
    told = {"RedriveCount": execution.redrive_count, "RedriveTime": instant(execution.redrive_date)}
    env.states.context_object.context_object_data["Execution"] |= told
    env.event_history_context.source_event_id = before.event_history_context.last_published_event_id
    details = {"executionRedrivenEventDetails": {"redriveCount": execution.redrive_count}}
    env.event_manager.add_event(env.event_history_context, HistoryEventType.ExecutionRedriven, details)
    return env


def run(worker: Any, program: Any) -> None:
    """The execution's thread: to the end, with the machine's timeout from now on."""
    program.eval(worker.env)
    worker._execution_communication.terminated()
