"""What an execution may carry and how long its history may grow.

Moto measures the results of tasks and what leaves a state, one byte too strictly, and counts no events.
"""

from __future__ import annotations

import json
from typing import Any

from moto.stepfunctions.parser import quotas
from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_lambda import StateTaskLambda
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager

from local.limits import figure
from local.patches import replace, replace_imported

LAST_EVENTS = (
    HistoryEventType.ExecutionFailed,
    HistoryEventType.ExecutionAborted,
    HistoryEventType.ExecutionTimedOut,
    HistoryEventType.ExecutionSucceeded,
)


def is_within(value: Any) -> bool:
    """Whether a value may pass between states."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
    return len(text.encode()) <= figure("states_data")


def history_is_full() -> ExecutionFailedEventDetails:
    """How an execution ends whose history is full, in AWS's words."""
    cause = f"The execution reached the maximum number of history events ({figure('states_history')})."
    return ExecutionFailedEventDetails(error="States.Runtime", cause=cause)


def install() -> None:
    """Measure also what enters a state, and end an execution whose history is full."""
    replace_imported("moto.stepfunctions", "is_within_size_quota", quotas.is_within_size_quota, is_within)

    def eval_body(state: CommonStateField, env: Any) -> None:
        state._verify_size_quota(env=env, value=env.states.get_input())
        enter(state, env)

    def verify_task(task: StateTaskLambda, env: Any, value: Any) -> None:
        # Named by its own ARN a function gives its payload; moto measures what only the SDK sees, too.
        is_answer = isinstance(value, dict) and {"Payload", "StatusCode"} <= value.keys()
        verify(task, env, value["Payload"] if is_answer else value)

    enter = replace(CommonStateField, "_eval_body", eval_body)
    verify = replace(StateTaskLambda, "_verify_size_quota", verify_task)
    install_history()


def install_history() -> None:
    """The last event says that it is the last: one that would take its place fails the execution and is not kept."""

    def make(env: Environment, *arguments: Any, **named: Any) -> None:
        original_make(env, *arguments, **named)
        env.event_manager.root = env  # a frame is then given the manager, and so the root, of the execution

    def add_event(manager: Any, context: Any, event_type: HistoryEventType, *arguments: Any, **named: Any) -> int:
        with manager.root._state_mutex:
            next_id: int = manager._event_id_gen._next_id
            if next_id < figure("states_history") or event_type in LAST_EVENTS:
                recorded: int = original_add(manager, context, event_type, *arguments, **named)
                return recorded
            manager.is_full = True
            manager.root.set_error(history_is_full())
            return next_id - 1

    def set_error(env: Any, error: ExecutionFailedEventDetails) -> None:
        # A step that is cut off between two of its parts fails for reasons of its own, which are not the execution's.
        original_error(env, history_is_full() if getattr(env.event_manager, "is_full", False) else error)

    original_make = replace(Environment, "__init__", make)
    original_error = replace(Environment, "set_error", set_error)
    original_add = replace(EventManager, "add_event", add_event)
