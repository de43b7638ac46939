"""The state that runs one step of the training image as a managed-spot SageMaker job, in Amazon States Language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_stepfunctions as sfn

RESOURCE = "arn:aws:states:::sagemaker:createTrainingJob.sync"
MAX_RUNTIME_SECONDS = 3600
MAX_WAIT_SECONDS = 7200  # runtime and waiting for spot capacity together


@dataclass(frozen=True)
class Source:
    """What a channel is filled with, as JSONPath: an S3 prefix, or an object of a `kind` that the state names."""

    uri: str
    kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class Job:
    """One step of the image: its name, its arguments and its inputs, as JSONPath where they come from the state."""

    step: str
    name: str  # the ASL expression of the job's name, unique per attempt
    hyperparameters: Mapping[str, str]
    channels: Mapping[str, Source] | None = None
    checkpoint: str | None = None  # ASL expression of the S3 prefix of resume points
    max_wait_seconds: int = MAX_WAIT_SECONDS


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What all jobs have in common: image, instance, output and environment."""

    image_uri: str
    instance_type: str
    volume_gb: int
    output: Mapping[str, str]  # where SageMaker puts its own copy of what a job leaves, and under which key
    network: Mapping[str, Any]  # empty where jobs run in none of ours
    environment: Mapping[str, str]


def state_of(job: Job, machine: Machine, role_arn: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """The state, with variables of the step's own; its result is dropped, so that its input passes through."""
    return {
        "Type": "Task",
        "Resource": RESOURCE,
        "Parameters": {"RoleArn": role_arn, **_fixed(job, machine, environment), **_inputs(job)},
        "ResultPath": sfn.JsonPath.DISCARD,  # a plain None would be dropped on the way to JSON
    }


def _fixed(job: Job, machine: Machine, environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        "AlgorithmSpecification": {
            "TrainingImage": machine.image_uri,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python", "-m", "training"],
            "ContainerArguments": [job.step],
        },
        "OutputDataConfig": dict(machine.output),
        "ResourceConfig": {
            "InstanceType": machine.instance_type,
            "InstanceCount": 1,
            "VolumeSizeInGB": machine.volume_gb,
        },
        "StoppingCondition": {
            "MaxRuntimeInSeconds": MAX_RUNTIME_SECONDS,
            "MaxWaitTimeInSeconds": job.max_wait_seconds,
        },
        "EnableManagedSpotTraining": True,
        "Environment": dict(machine.environment) | dict(environment),
        **machine.network,
    }


def _inputs(job: Job) -> dict[str, Any]:
    """The parameters that differ by step; keys ending in `.$` are read from the state's input."""
    parameters: dict[str, Any] = {
        "TrainingJobName.$": job.name,
        "HyperParameters": {f"{name}.$": path for name, path in job.hyperparameters.items()},
    }
    if job.channels:
        parameters["InputDataConfig"] = [_channel(name, source) for name, source in job.channels.items()]
    if job.checkpoint:
        parameters["CheckpointConfig"] = {"S3Uri.$": job.checkpoint, "LocalPath": "/opt/ml/checkpoints"}
    return parameters


def _channel(name: str, source: Source) -> dict[str, Any]:
    kind = {"S3DataType.$": source.kind} if source.kind else {"S3DataType": "S3Prefix"}
    place = {**kind, "S3Uri.$": source.uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "InputMode": "File", "DataSource": {"S3DataSource": place}}
