"""`arn:aws:states:::sagemaker:createTrainingJob.sync`: starts a job, waits for its end, stops it when aborted."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task_factory
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils import boto_client

from local.context import REGION, Context
from local.jobs import training_jobs
from local.patches import replace
from local.stepfunctions.parameters import operation

ACTION = "createtrainingjob"
WAIT_SECONDS = 0.5
# Step Functions marks the jobs it waits for, which is why its role needs to tag them.
STARTED_BY = {"Key": "MANAGED_BY_AWS", "Value": "STARTED_BY_STEP_FUNCTIONS"}
# Errors of SageMaker's API model; all others reach a state machine under one name.
NAMED_ERRORS = ("ConflictException", "ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound")
OTHER_ERROR = "SageMaker.AmazonSageMakerException"


def install(context: Context) -> None:
    """Offer the service to the interpreter."""

    def service_for(service_name: str) -> Any:
        return TrainingJobService(context) if service_name == "sagemaker" else original(service_name)

    original = replace(state_task_factory, "state_task_service_for", service_for)


def error_name(code: str) -> str:
    """The name under which Step Functions reports an error of SageMaker's API.

    >>> error_name("ResourceInUse"), error_name("ValidationException")
    ('SageMaker.ResourceInUseException', 'SageMaker.AmazonSageMakerException')
    """
    if code not in NAMED_ERRORS:
        return OTHER_ERROR
    return f"SageMaker.{code.removesuffix('Exception')}Exception"


def as_json(description: dict[str, Any]) -> dict[str, Any]:
    """The description as a state's result: times in epoch milliseconds."""

    def default(value: Any) -> Any:
        return int(value.timestamp() * 1000) if isinstance(value, datetime) else str(value)

    plain: dict[str, Any] = json.loads(json.dumps(description, default=default))
    return plain


class TrainingJobService(StateTaskServiceCallback):  # type: ignore[misc]
    """The task state; the base class, moto's own, brings history events, parameters and timeouts."""

    def __init__(self, context: Context) -> None:
        super().__init__(supported_integration_patterns={ResourceCondition.Sync})
        self._context = context

    def _get_supported_parameters(self) -> set[str] | None:
        if self.resource.api_action.lower() != ACTION:
            return None
        return set(operation("sagemaker", "create_training_job").input_shape.members)

    def _eval_service_task(
        self,
        env: Any,
        resource_runtime_part: Any,  # noqa: ARG002 - moto's own
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        created = self._client(state_credentials).create_training_job(**normalised_parameters, Tags=[STARTED_BY])
        created.pop("ResponseMetadata", None)
        env.stack.append(created)

    def _eval_integration_pattern(
        self,
        env: Any,
        resource_runtime_part: Any,  # noqa: ARG002 - moto's own
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        # Replaces the base class's, which needs a task token even where the pattern is .sync alone.
        env.stack.pop()
        name = normalised_parameters["TrainingJobName"]
        while env.is_running():
            if training_jobs.wait_for(self._context, name, WAIT_SECONDS):
                env.stack.append(self._result(env, name, state_credentials))
                return
        self._client(state_credentials).stop_training_job(TrainingJobName=name)

    def _result(self, env: Any, name: str, state_credentials: Any) -> dict[str, Any]:
        description = self._client(state_credentials).describe_training_job(TrainingJobName=name)
        description.pop("ResponseMetadata", None)
        result = as_json(description)
        if result["TrainingJobStatus"] == "Completed":
            return result
        failed = StatesErrorName(typ=StatesErrorNameType.StatesTaskFailed)
        raise FailureEventException(self._failure(env, failed, json.dumps(result)))

    def _from_error(self, env: Any, ex: Exception) -> FailureEvent:
        if not isinstance(ex, ClientError):
            return super()._from_error(env=env, ex=ex)
        error, answer = ex.response["Error"], ex.response["ResponseMetadata"]
        details = f"Status Code: {answer['HTTPStatusCode']}; Error Code: {error['Code']}; Proxy: null"
        cause = f"{error['Message']} (Service: AmazonSageMaker; {details})"
        return self._failure(env, CustomErrorName(error_name(error["Code"])), cause)

    def _failure(self, env: Any, error: ErrorName, cause: str) -> FailureEvent:
        details = TaskFailedEventDetails(
            error=error.error_name,
            cause=cause,
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
        )
        return FailureEvent(
            env=env,
            error_name=error,
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),
        )

    def _client(self, state_credentials: Any) -> Any:
        return boto_client.boto_client_for(region=REGION, service="sagemaker", state_credentials=state_credentials)
