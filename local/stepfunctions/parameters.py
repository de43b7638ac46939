"""Service calls: parameters and results take the case and the types the service's API declares."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService

from local.patches import replace

SESSION = botocore.session.get_session()


@cache
def operation(service: str, action: str) -> Any:
    """Botocore's model of an operation named as in Python, or None."""
    model = SESSION.get_service_model(service)
    names = (name for name in model.operation_names if xform_name(name) == action)
    return next((model.operation_model(name) for name in names), None)


def normalise_parameters(task: Any, parameters: Any, service: str | None = None, action: str | None = None) -> None:
    """Rename and convert what the state machine passes."""
    called = operation(task._get_boto_service_name(service), task._get_boto_service_action(action))
    if called and called.input_shape and isinstance(parameters, dict):
        task._to_boto_request(parameters, called.input_shape)


def normalise_response(task: Any, response: Any, service: str | None = None, action: str | None = None) -> None:
    """Rename and convert what the service answered."""
    called = operation(task._get_boto_service_name(service), task._get_boto_service_action(action))
    if called and called.output_shape and isinstance(response, dict):
        task._from_boto_response(response, called.output_shape)


def install() -> None:
    """Fill the two hooks that moto leaves empty."""

    def parameters_hook(
        task: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None
    ) -> None:
        normalise_parameters(task, parameters, boto_service_name, service_action_name)

    def response_hook(
        task: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
    ) -> None:
        normalise_response(task, response, boto_service_name, service_action_name)

    replace(StateTaskService, "_normalise_parameters", parameters_hook)
    replace(StateTaskService, "_normalise_response", response_hook)
