"""The one training image and its jobs: the states that run them, the roles they run by, and who may run them."""

from __future__ import annotations

from aws_cdk import Duration, IgnoreMode, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.buckets import Buckets
from cdk.components.grants import allow
from cdk.components.job_names import name_beginnings
from cdk.components.job_roles import TRACKED, JobRoles
from cdk.components.job_state import Job, Machine, state_of
from cdk.components.network import Network
from cdk.components.review import acknowledge, finding
from cdk.components.source import ROOT, only
from cdk.components.spot_quota import HOURS, Wait
from cdk.components.tables import Tables
from cdk.components.tracking import Tracking
from cdk.settings import Settings

# What the image installs: a change of any other pin builds no new image.
INSTALLED = [f"requirements/{name}.txt" for name in ("torch-cpu", "torch-cu130", "training", "uv")]
# Step Functions learns of a job's end through this rule, which it manages itself.
JOB_EVENTS_RULE = "StepFunctionsGetEventsForSageMakerTrainingJobsRule"
# Step Functions tags every job it runs by `.sync`: without AddTags SageMaker refuses to create it.
RUN_ACTIONS = ["CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "AddTags", "ListTags"]
# Throttling passes by waiting; a failed job (also an interrupted or unlucky one) is tried once more.
BUSY = ["SageMaker.AmazonSageMakerException", "SageMaker.ThrottlingException"]


class TrainingJobs(Construct):
    """Image, roles and environment of every step."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        buckets: Buckets,
        tables: Tables,
        tracking: Tracking,
        network: Network | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.artifacts_bucket = buckets.artifacts.bucket_name
        self.image = ecr_assets.DockerImageAsset(
            self,
            "Image",
            directory=str(ROOT),
            file="training/Dockerfile",
            build_args={"TORCH_BACKEND": settings.training_torch_backend},
            exclude=only("training/", "intake/", "reporting/", "layers/greenfraud/", "feature_repo/", *INSTALLED),
            ignore_mode=IgnoreMode.GIT,
            platform=ecr_assets.Platform.LINUX_AMD64,
        )
        self.roles = JobRoles(
            self, "Roles", buckets=buckets, tables=tables, tracking=tracking, image=self.image, in_network=network is not None
        ).by_step
        self._tracking_uri = tracking.uri
        self._machine = Machine(
            image_uri=self.image.image_uri,
            instance_type=settings.training_instance_type,
            volume_gb=settings.training_volume_gb,
            output=_archive(buckets),
            network=network.of_jobs() if network else {},
            environment=_environment(settings, buckets, tables),
        )

    def state(self, scope: Construct, id_: str, job: Job, *, wait: Wait = HOURS) -> sfn.CustomState:
        """The state that runs `job` by its step's role and waits; its result is dropped, so the state's input passes through."""
        tracked = {"MLFLOW_TRACKING_URI": self._tracking_uri} if job.step in TRACKED else {}
        definition = state_of(job, self._machine, self.roles[job.step].role_arn, tracked)
        state = sfn.CustomState(scope, id_, state_json=definition)
        wait.retry(state)
        state.add_retry(errors=BUSY, interval=Duration.seconds(30), max_attempts=3, backoff_rate=2)
        state.add_retry(errors=["States.TaskFailed"], interval=Duration.seconds(2), max_attempts=1)
        return state

    def allow_running(self, machine: sfn.StateMachine, *steps: str) -> None:
        """What `.sync` needs: to start, tag, watch and stop the jobs of these steps, hand them their roles, and hear from them."""
        stack = Stack.of(machine)
        beginnings = [beginning for step in steps for beginning in name_beginnings(step)]
        jobs = [stack.format_arn(service="sagemaker", resource="training-job", resource_name=f"{name}*") for name in beginnings]
        rule = stack.format_arn(service="events", resource="rule", resource_name=JOB_EVENTS_RULE)
        to_sagemaker = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
        allow(machine.role, [f"sagemaker:{action}" for action in RUN_ACTIONS], jobs)
        allow(machine.role, ["events:PutTargets", "events:PutRule", "events:DescribeRule"], [rule])
        allow(machine.role, ["iam:PassRole"], [self.roles[step].role_arn for step in steps], to_sagemaker)
        for job in jobs:
            reason = "Job names carry run and attempt; what they begin with is ours."
            acknowledge(machine, f"AwsSolutions-IAM5[Resource::{finding(machine, job)}]", reason)


def _archive(buckets: Buckets) -> dict[str, str]:
    """SageMaker takes the account's default key unless told another."""
    place = {"S3OutputPath": f"s3://{buckets.artifacts.bucket_name}/jobs/"}
    return {**place, "KmsKeyId": buckets.key.key_arn} if buckets.key else place


def _environment(settings: Settings, buckets: Buckets, tables: Tables) -> dict[str, str]:
    named: dict[str, dynamodb.ITable] = {
        "CONTROL_TABLE": tables.control,
        "LEDGER_TABLE": tables.ledger,
        "LINEAGE_TABLE": tables.lineage,
        "CUSTOMER_TABLE": tables.customer,
        "TERMINAL_TABLE": tables.terminal,
        "DECISIONS_TABLE": tables.decisions,
    }
    return {
        "LAKE_BUCKET": buckets.lake.bucket_name,
        "ARTIFACTS_BUCKET": buckets.artifacts.bucket_name,
        "INBOX_BUCKET": buckets.inbox.bucket_name,
        **{variable: table.table_name for variable, table in named.items()},
        "GRID_INTENSITY_G_PER_KWH": str(settings.grid_intensity_g_per_kwh),
        "GRID_INTENSITY_SOURCE": settings.grid_intensity_source,
        "PUE": str(settings.pue),
        "REVIEW_ABOVE": str(settings.review_above),
        "SCORE_ARCHITECTURE": settings.architecture,
        "COUNTRY_ISO3": settings.country_iso3,
        "LOG_RETENTION_DAYS": str(settings.log_retention_days),
    }
