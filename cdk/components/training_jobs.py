"""The one training image and the state that runs a step of it as a managed-spot SageMaker job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import ArnFormat, Duration, IgnoreMode, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.alerts import NAMESPACE
from cdk.components.buckets import Buckets
from cdk.components.grants import allow_items, allow_listing, allow_objects
from cdk.components.review import acknowledge, finding
from cdk.components.source import ROOT, only
from cdk.components.tables import Tables
from cdk.components.tracking import PREFIX as MLFLOW_PREFIX
from cdk.components.tracking import Tracking
from cdk.settings import Settings

# What the image installs: a change of any other pin builds no new image.
INSTALLED = [f"requirements/{name}.txt" for name in ("torch-cpu", "torch-cu130", "training", "uv")]
MAX_RUNTIME_SECONDS = 3600
MAX_WAIT_SECONDS = 7200  # runtime and waiting for spot capacity together
# Step Functions learns of a job's end through this rule, which it manages itself.
JOB_EVENTS_RULE = "StepFunctionsGetEventsForSageMakerTrainingJobsRule"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"  # SageMaker writes every job of the account there
RESOURCE = "arn:aws:states:::sagemaker:createTrainingJob.sync"
# Throttling and full quotas pass by waiting; a failed job (also an interrupted or unlucky one) is tried once more.
BUSY = ["SageMaker.AmazonSageMakerException", "SageMaker.ResourceLimitExceededException", "SageMaker.ThrottlingException"]


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


class TrainingJobs(Construct):
    """Image, role and environment shared by every step."""

    def __init__(  # noqa: PLR0913
        self, scope: Construct, id_: str, *, settings: Settings, buckets: Buckets, tables: Tables, tracking: Tracking
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self.artifacts_bucket = buckets.artifacts.bucket_name
        self.image = ecr_assets.DockerImageAsset(
            self,
            "Image",
            directory=str(ROOT),
            file="training/Dockerfile",
            build_args={"TORCH_BACKEND": settings.training_torch_backend},
            exclude=only("training/", "layers/greenfraud/", "feature_repo/", *INSTALLED),
            ignore_mode=IgnoreMode.GIT,
            platform=ecr_assets.Platform.LINUX_AMD64,
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        self.environment = _environment(settings, buckets, tables, tracking)
        self._grant(buckets, tables, tracking)

    def state(self, scope: Construct, id_: str, job: Job) -> sfn.CustomState:
        """The state that runs `job` and waits; its result is dropped, so the state's input passes through."""
        state = sfn.CustomState(scope, id_, state_json=self._definition(job))
        state.add_retry(errors=BUSY, interval=Duration.seconds(30), max_attempts=3, backoff_rate=2)
        state.add_retry(errors=["States.TaskFailed"], interval=Duration.seconds(2), max_attempts=1)
        return state

    def allow_running(self, machine: sfn.StateMachine) -> None:
        """What `.sync` needs: to start, watch and stop our jobs, hand them their role, and hear from them."""
        stack = Stack.of(machine)
        jobs = stack.format_arn(service="sagemaker", resource="training-job", resource_name="gf-*")
        rule = stack.format_arn(service="events", resource="rule", resource_name=JOB_EVENTS_RULE)
        actions = ["CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "ListTags"]
        for statement in (
            iam.PolicyStatement(actions=[f"sagemaker:{action}" for action in actions], resources=[jobs]),
            iam.PolicyStatement(actions=["events:PutTargets", "events:PutRule", "events:DescribeRule"], resources=[rule]),
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[self.role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            ),
        ):
            machine.add_to_role_policy(statement)
        reason = "Job names carry run and attempt; the prefix gf- is ours."
        acknowledge(machine, f"AwsSolutions-IAM5[Resource::{finding(machine, jobs)}]", reason)

    def _definition(self, job: Job) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": RESOURCE,
            "Parameters": {**self._fixed(job), **_inputs(job)},
            "ResultPath": sfn.JsonPath.DISCARD,  # a plain None would be dropped on the way to JSON
        }

    def _fixed(self, job: Job) -> dict[str, Any]:
        settings = self._settings
        return {
            "AlgorithmSpecification": {
                "TrainingImage": self.image.image_uri,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python", "-m", "training"],
                "ContainerArguments": [job.step],
            },
            "RoleArn": self.role.role_arn,
            "OutputDataConfig": {"S3OutputPath": f"s3://{self.artifacts_bucket}/jobs/"},
            "ResourceConfig": {
                "InstanceType": settings.training_instance_type,
                "InstanceCount": 1,
                "VolumeSizeInGB": settings.training_volume_gb,
            },
            "StoppingCondition": {
                "MaxRuntimeInSeconds": MAX_RUNTIME_SECONDS,
                "MaxWaitTimeInSeconds": MAX_WAIT_SECONDS,
            },
            "EnableManagedSpotTraining": True,
            "Environment": self.environment,
        }

    def _grant(self, buckets: Buckets, tables: Tables, tracking: Tracking) -> None:
        role = self.role
        allow_listing(role, buckets.lake, buckets.artifacts)
        allow_objects(role, buckets.lake, ["s3:GetObject"], "")
        allow_objects(role, buckets.lake, ["s3:PutObject"], "features/", "emissions/", "reports/")
        written = ["models/", "checkpoints/", "executions/", "jobs/", "spot/", "feast/", f"{MLFLOW_PREFIX}/"]
        allow_objects(role, buckets.artifacts, ["s3:GetObject", "s3:PutObject"], *written)
        allow_objects(role, buckets.artifacts, ["s3:DeleteObject"], "spot/")  # what a job removes from its checkpoint folder
        allow_items(role, ["BatchGetItem", "DescribeTable", "GetItem", "Scan", "UpdateItem"], tables.customer, tables.terminal)
        allow_items(role, ["BatchGetItem", "GetItem", "Query"], tables.control, tables.ledger, tables.lineage)
        tracking.allow_client(role)
        self.image.repository.grant_pull(role)
        _allow_telemetry(role, self)


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


def _environment(settings: Settings, buckets: Buckets, tables: Tables, tracking: Tracking) -> dict[str, str]:
    named: dict[str, dynamodb.ITable] = {
        "CONTROL_TABLE": tables.control,
        "LEDGER_TABLE": tables.ledger,
        "LINEAGE_TABLE": tables.lineage,
        "CUSTOMER_TABLE": tables.customer,
        "TERMINAL_TABLE": tables.terminal,
    }
    return {
        "LAKE_BUCKET": buckets.lake.bucket_name,
        "ARTIFACTS_BUCKET": buckets.artifacts.bucket_name,
        **{variable: table.table_name for variable, table in named.items()},
        "MLFLOW_TRACKING_URI": tracking.uri,
        "GRID_INTENSITY_G_PER_KWH": str(settings.grid_intensity_g_per_kwh),
        "GRID_INTENSITY_SOURCE": settings.grid_intensity_source,
        "PUE": str(settings.pue),
        "COUNTRY_ISO3": settings.country_iso3,
    }


def _allow_telemetry(role: iam.Role, scope: Construct) -> None:
    """Metrics of our namespace, and the log group SageMaker writes every training job to."""
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": NAMESPACE}},
        )
    )
    group = Stack.of(scope).format_arn(
        service="logs", resource="log-group", resource_name=LOG_GROUP, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    streams = f"{group}:log-stream:*"
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[group, streams],
        )
    )
    everything = "AwsSolutions-IAM5[Resource::*]"
    acknowledge(role, everything, "Metrics and the registry's login accept no resource; a condition binds the namespace.")
    acknowledge(role, f"AwsSolutions-IAM5[Resource::{finding(scope, streams)}]", "SageMaker names the streams.")
