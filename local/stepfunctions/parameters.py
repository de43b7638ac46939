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


def called(task: Any, service: str | None, action: str | None) -> Any:
    """The model of the operation that a task calls, or None."""
    return operation(task._get_boto_service_name(service), task._get_boto_service_action(action))


def install() -> None:
    """Fill the two hooks that moto leaves empty."""

    def normalise_parameters(
        task: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None
    ) -> None:
        model = called(task, boto_service_name, service_action_name)
        if model and model.input_shape and isinstance(parameters, dict):
            task._to_boto_request(parameters, model.input_shape)

    def normalise_response(
        task: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
    ) -> None:
        model = called(task, boto_service_name, service_action_name)
        if model and model.output_shape and isinstance(response, dict):
            task._from_boto_response(response, model.output_shape)

    replace(StateTaskService, "_normalise_parameters", normalise_parameters)
    replace(StateTaskService, "_normalise_response", normalise_response)
