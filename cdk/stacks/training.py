"""Retraining: plan and control, the training image, experiment tracking, the pipeline and its schedule."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from cdk.components.alerts import alarm
from cdk.components.function import ServiceFunction
from cdk.components.grants import allow_items, allow_listing, allow_objects
from cdk.components.layers import Layers
from cdk.components.pipeline import Pipeline
from cdk.components.training_jobs import TrainingJobs
from cdk.components.upkeep import Upkeep
from cdk.settings import Settings
from cdk.stacks.data import DataStack


class TrainingStack(Stack):
    """Turns mature chunks of the lake into a proven model in production."""

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, data: DataStack, **stack: Any) -> None:
        super().__init__(scope, id_, **stack)
        self._settings, self._data = settings, data
        self._layers = Layers(self, "Layers", architecture=settings.architecture)
        self.plan = self._plan()
        self.control = self._control()
        self.tracking = data.tracking
        self.jobs = TrainingJobs(self, "Jobs", settings=settings, buckets=data.buckets, tables=data.tables, tracking=self.tracking)
        self.pipeline = Pipeline(
            self,
            "Pipeline",
            plan=self.plan.function,
            control=self.control.function,
            jobs=self.jobs,
            log_retention_days=settings.log_retention_days,
        )
        self.schedule = self._schedule()
        self.upkeep = Upkeep(
            self,
            "Upkeep",
            jobs=self.jobs,
            cron=settings.upkeep_cron,
            topic=data.alerts.topic,
            log_retention_days=settings.log_retention_days,
        )
        self.alarms: list[cloudwatch.Alarm] = [self._failure_alarm(), *self.upkeep.alarms]
        for output, value in self._outputs().items():
            CfnOutput(self, output, value=value)

    def _outputs(self) -> dict[str, str]:
        return {
            "StateMachineArn": self.pipeline.machine.state_machine_arn,
            "MlflowTrackingUri": self.tracking.uri,
            "TrainingImageUri": self.jobs.image.image_uri,
            "ScheduleName": self.schedule.schedule_name,
            "UpkeepStateMachineArn": self.upkeep.machine.state_machine_arn,
            "PlanFunction": self.plan.function.function_name,
            "ControlFunction": self.control.function.function_name,
        }

    def _plan(self) -> ServiceFunction:
        buckets, tables = self._data.buckets, self._data.tables
        plan = self._function(
            "Plan",
            "plan",
            {
                "LAKE_BUCKET": buckets.lake.bucket_name,
                "ARTIFACTS_BUCKET": buckets.artifacts.bucket_name,
                "LINEAGE_TABLE": tables.lineage.table_name,
            },
        )
        allow_listing(plan.role, buckets.lake, buckets.artifacts)
        allow_objects(plan.role, buckets.lake, ["s3:GetObject"], "dataset.json")
        allow_objects(plan.role, buckets.artifacts, ["s3:GetObject", "s3:PutObject"], "checkpoints/", "executions/")
        allow_items(plan.role, ["Query"], tables.lineage)
        return plan

    def _control(self) -> ServiceFunction:
        artifacts, tables = self._data.buckets.artifacts, self._data.tables
        control = self._function(
            "Control",
            "control",
            {
                "CONTROL_TABLE": tables.control.table_name,
                "LEDGER_TABLE": tables.ledger.table_name,
                "LINEAGE_TABLE": tables.lineage.table_name,
                "ARTIFACTS_BUCKET": artifacts.bucket_name,
            },
        )
        allow_listing(control.role, artifacts)
        allow_objects(control.role, artifacts, ["s3:GetObject"], "models/", "executions/")
        allow_objects(control.role, artifacts, ["s3:PutObject"], "executions/")
        allow_items(control.role, ["GetItem", "PutItem"], tables.control)
        allow_items(control.role, ["GetItem", "PutItem", "Query"], tables.ledger, tables.lineage)
        return control

    def _function(self, id_: str, name: str, environment: dict[str, str]) -> ServiceFunction:
        return ServiceFunction(
            self,
            id_,
            name=name,
            layers=self._layers,
            architecture=self._settings.architecture,
            memory_mb=256,
            timeout_seconds=60,
            environment=environment,
            log_retention_days=self._settings.log_retention_days,
        )

    def _schedule(self) -> scheduler.Schedule:
        """Only the schedule may wait for clean power: it alone carries a deadline, in hours."""
        deadline = scheduler.ScheduleTargetInput.from_object({"deadline": self._settings.retrain_deadline_hours})
        return scheduler.Schedule(
            self,
            "Retrain",
            description="Weekly retraining",
            schedule=scheduler.ScheduleExpression.expression(self._settings.retrain_cron),
            target=targets.StepFunctionsStartExecution(self.pipeline.machine, input=deadline),
        )

    def _failure_alarm(self) -> cloudwatch.Alarm:
        return alarm(
            self,
            "PipelineFailed",
            metric=self.pipeline.machine.metric_failed(period=Duration.minutes(5)),
            above=0,
            why="A retraining run failed; production keeps its model.",
            topic=self._data.alerts.topic,
        )
