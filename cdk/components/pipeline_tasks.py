"""What the pipeline's states run: jobs of the training image and calls of our functions, each retried."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from cdk.components.job_names import run_job_name, training_job_name
from cdk.components.job_state import Job, Source

LAMBDA_TRANSIENT = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
CONFLICT = "StateConflict"  # another writer moved the control document first: read again and retry


def run_job(step: str) -> Job:
    """A step that runs once per execution and reads the rest from the plan."""
    return Job(step=step, name=run_job_name(step), hyperparameters={"execution": "$.execution"})


def evaluation_job() -> Job:
    """Production and challengers on the holdout."""
    return Job(
        step="evaluate",
        name=run_job_name("evaluate"),
        hyperparameters={"execution": "$.execution", "holdout_chunk": "$.holdout.chunk"},
        channels={"holdout": Source("$.holdout.features_uri")},
    )


def training_job(artifacts_bucket: str) -> Job:
    """One family on one chunk, from its parent's checkpoint, or on a list of them from nothing; an interrupted attempt resumes."""
    names = ["execution", "family", "chunk", "version", "is_last"]
    return Job(
        step="train",
        name=training_job_name(),
        hyperparameters={name: f"$.{name}" for name in names},
        channels={"features": Source("$.features_uri", "$.features_type"), "parent": Source("$.parent_uri")},
        checkpoint=f"States.Format('s3://{artifacts_bucket}/spot/{{}}/', $.job_key)",
    )


def call(scope: Construct, id_: str, *, function: lambda_.IFunction, payload: dict[str, Any], **paths: Any) -> tasks.LambdaInvoke:
    """A call of a function that retries what passes by itself; `paths` say where the answer goes."""
    state = tasks.LambdaInvoke(
        scope,
        id_,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(payload),
        retry_on_service_exceptions=False,
        **paths,
    )
    errors = [*LAMBDA_TRANSIENT, CONFLICT]
    state.add_retry(errors=errors, interval=Duration.seconds(1), max_attempts=5, backoff_rate=2)
    return state


def of_state(*names: str) -> dict[str, str]:
    """Values of the state's input under their own names."""
    return {f"{name}.$": f"$.{name}" for name in names}
