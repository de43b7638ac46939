"""A role per step of the training image: what its code reads and writes, and what SageMaker does in its name.

SageMaker lists and reads the channels, keeps checkpoints, stores the output, pulls the image and writes the logs, all of
it by the job's role. Every other permission is one that the step's module in `training/steps` uses; the trainer cannot
write an evaluation, and only `features`, `evaluate` and the nightly upkeep see the raw lake, each its part.
"""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk.components.alerts import NAMESPACE
from cdk.components.buckets import Buckets
from cdk.components.grants import allow, allow_items, allow_listing, allow_objects
from cdk.components.job_logs import LOG_GROUP, allow_limiting_logs
from cdk.components.job_names import STEPS, name_beginnings
from cdk.components.keys import ENCRYPT
from cdk.components.network import allow_jobs
from cdk.components.review import acknowledge, finding
from cdk.components.tables import Tables
from cdk.components.tracking import PREFIX as MLFLOW_PREFIX
from cdk.components.tracking import Tracking

READ, WRITE, DELETE = ["s3:GetObject"], ["s3:PutObject"], ["s3:DeleteObject"]
HISTORY = ("transactions/", "labels/", "releases/")
# What ingestion writes by kind, and into what it is merged.
SMALL_FILES = {
    "transactions": "landing-*.jsonl",
    "labels": "landing-*.jsonl",
    "releases": "landing-*.jsonl",
    "decisions": "*.jsonl",
    "emissions": "serve-*.json",
}
WHOLE_DAY = "whole-day.parquet"
DATASET, WEEKS = "dataset.json", "weeks.json"
INBOX, RECEIPTS = "labels/", "receipts/labels/"  # as intake.labels.inbox
PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"]
TRACKED = ("features", "train", "report")  # the steps that tell MLflow of themselves


class JobRoles(Construct):
    """The roles by step."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        buckets: Buckets,
        tables: Tables,
        tracking: Tracking,
        image: ecr_assets.DockerImageAsset,
        in_network: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._in_network, self._key = in_network, buckets.key
        self._lake, self._artifacts, self._inbox = buckets.lake, buckets.artifacts, buckets.inbox
        self._tables, self._tracking, self._image = tables, tracking, image
        self.by_step = {step: self._role(step) for step in STEPS}
        self._features(self.by_step["features"])
        self._train(self.by_step["train"])
        self._evaluate(self.by_step["evaluate"])
        self._materialize(self.by_step["materialize"])
        self._compact(self.by_step["compact"])
        self._reconcile(self.by_step["reconcile"])
        self._monitor(self.by_step["monitor"])
        self._report(self.by_step["report"])
        self._label(self.by_step["label"])

    def _role(self, step: str) -> iam.Role:
        """What any job needs: its image, its logs, its metrics, its output, its one emissions record."""
        role = iam.Role(self, step.title(), assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        beginnings = name_beginnings(step)
        allow_objects(role, self._artifacts, WRITE, *(f"jobs/{beginning}*" for beginning in beginnings))
        stage = "materialize" if step == "reconcile" else step  # both fill the online state
        allow_objects(role, self._lake, WRITE, *(f"emissions/dt=*/{stage}-{beginning}*" for beginning in beginnings))
        allow_listing(role, self._lake)
        allow(role, PULL, [self._image.repository.repository_arn])
        self._allow_telemetry(role, beginnings)
        if self._key:  # SageMaker encrypts its archive for the role, by its own call
            allow(role, [*ENCRYPT, "kms:Encrypt"], [self._key.key_arn])
        if self._in_network:
            allow_jobs(role)
        if step in TRACKED:
            self._allow_runs(role)
        self._allow_clock(role, beginnings)
        return role

    def _allow_clock(self, role: iam.Role, beginnings: list[str]) -> None:
        """A job asks since when its machine is held: the time before its own first line is energy too."""
        stack = Stack.of(self)
        for beginning in beginnings:
            job = stack.format_arn(service="sagemaker", resource="training-job", resource_name=f"{beginning}*")
            allow(role, ["sagemaker:DescribeTrainingJob"], [job])
            acknowledge(role, f"AwsSolutions-IAM5[Resource::{finding(self, job)}]", "A job's name carries execution and attempt.")

    def _allow_telemetry(self, role: iam.Role, beginnings: list[str]) -> None:
        allow(role, ["ecr:GetAuthorizationToken"], ["*"])
        allow(role, ["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": NAMESPACE}})
        everything = "AwsSolutions-IAM5[Resource::*]"
        acknowledge(role, everything, "Metrics and the registry's login accept no resource; a condition binds the namespace.")
        group = Stack.of(self).format_arn(
            service="logs", resource="log-group", resource_name=LOG_GROUP, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        streams = [f"{group}:log-stream:{beginning}*" for beginning in beginnings]
        # A group that is still to be made is asked for by the name of a stream that is none.
        allow(role, ["logs:CreateLogGroup", "logs:DescribeLogStreams"], [f"{group}:log-stream:"])
        allow(role, LOGS, streams)
        for stream in streams:
            acknowledge(role, f"AwsSolutions-IAM5[Resource::{finding(self, stream)}]", "SageMaker names the streams by the job.")

    def _allow_runs(self, role: iam.Role) -> None:
        """MLflow's interface, and the execution's run on record."""
        self._tracking.allow_client(role)
        allow_objects(role, self._artifacts, [*READ, *WRITE], "executions/*/mlflow.json")

    def _features(self, role: iam.Role) -> None:
        """From the history of the lake to feature chunks, what was told of them since, and a verdict on their data."""
        allow_objects(role, self._lake, READ, DATASET, *HISTORY)
        allow_objects(role, self._lake, [*READ, *WRITE], "features/", "quarantine/")
        allow_listing(role, self._artifacts)
        allow_objects(role, self._artifacts, READ, "executions/*/plan.json")

    def _train(self, role: iam.Role) -> None:
        """From features and a parent's checkpoint to a checkpoint, a bundle and a result."""
        allow_objects(role, self._lake, READ, "features/")
        allow_listing(role, self._artifacts)
        allow_objects(role, self._artifacts, READ, "executions/*/up-to-*.manifest")
        allow_objects(role, self._artifacts, [*READ, *WRITE], "checkpoints/")
        allow_objects(role, self._artifacts, [*READ, *WRITE, *DELETE], "spot/")
        allow_objects(role, self._artifacts, WRITE, "models/", "executions/*/train/", f"{MLFLOW_PREFIX}/")

    def _evaluate(self, role: iam.Role) -> None:
        """From the holdout, bundles and what serves to an evaluation; whose card was known by then stands in the history."""
        allow_objects(role, self._lake, READ, DATASET, "features/", *HISTORY)
        allow_listing(role, self._artifacts)
        allow_objects(role, self._artifacts, READ, "models/", "policies/", "executions/*/plan.json", "executions/*/train/")
        allow_objects(role, self._artifacts, WRITE, "executions/*/evaluation.json", "executions/*/curves.json", "holdouts/")
        allow_items(role, ["GetItem"], self._tables.control)

    def _materialize(self, role: iam.Role) -> None:
        """From the lake to the states, after Feast has looked for its tables; its registry is kept."""
        self._correct(role)
        allow_items(role, ["DescribeTable"], *self._tables.states)
        allow_objects(role, self._artifacts, WRITE, "feast/registry.db")

    def _compact(self, role: iam.Role) -> None:
        """From small files to one per kind and day: it may delete what landed, and neither an import nor a merged file."""
        small = [f"{kind}/dt=*/{names}" for kind, names in SMALL_FILES.items()]
        merged = [f"{kind}/dt=*/{WHOLE_DAY}" for kind in SMALL_FILES]
        allow_objects(role, self._lake, [*READ, *DELETE], *small)
        allow_objects(role, self._lake, [*READ, *WRITE], *merged)

    def _reconcile(self, role: iam.Role) -> None:
        """From the lake to the states, and to a report where a person rebuilds them."""
        self._correct(role)
        allow_objects(role, self._lake, WRITE, "reports/rebuild/")

    def _correct(self, role: iam.Role) -> None:
        """From the history of the lake to the online states."""
        allow_objects(role, self._lake, READ, *HISTORY)
        allow_items(role, ["BatchGetItem", "Scan", "UpdateItem"], *self._tables.states)

    def _monitor(self, role: iam.Role) -> None:
        """From decisions, the history and the baselines of bundles to reports of skew and of quality."""
        allow_objects(role, self._lake, READ, DATASET, "decisions/", "quarantine/", *HISTORY)
        allow_objects(role, self._lake, [*READ, *WRITE], "reports/quality/", WEEKS)
        allow_objects(role, self._lake, WRITE, "reports/skew/")
        allow_listing(role, self._artifacts)
        allow_objects(role, self._artifacts, READ, "models/*/manifest.json")
        allow_items(role, ["Query"], self._tables.lineage)  # how old the newest model is
        allow_limiting_logs(role)

    def _report(self, role: iam.Role) -> None:
        """From what the execution left to its report, to the pages of it, and to MLflow's registry."""
        allow_objects(role, self._lake, READ, "emissions/", DATASET, "reports/quality/")
        allow_listing(role, self._artifacts)
        documents = [f"executions/*/{name}.json" for name in ("plan", "evaluation", "curves", "decision", "report")]
        allow_objects(role, self._artifacts, READ, *documents, "executions/*/train/")
        allow_objects(role, self._artifacts, READ, "models/", "checkpoints/*/full-refit.json")
        allow_objects(role, self._artifacts, WRITE, "executions/*/report.json", "reports/", "runs/", f"{MLFLOW_PREFIX}/")
        allow_items(role, ["GetItem"], self._tables.control)  # what serves by now, for MLflow's aliases
        allow_items(role, ["Query"], self._tables.ledger)  # the newest changes, for its page

    def _label(self, role: iam.Role) -> None:
        """From dropped files to reports and releases beside decisions, which leave the review list; others stand in the lake."""
        allow_objects(role, self._lake, READ, DATASET, *HISTORY)
        allow_listing(role, self._inbox)
        allow_objects(role, self._inbox, [*READ, *DELETE], INBOX)
        allow_objects(role, self._inbox, [*READ, *WRITE], RECEIPTS)
        allow_items(role, ["BatchGetItem", "PutItem", "Query", "UpdateItem"], self._tables.decisions)
