"""Retraining: plan and control, the training image, experiment tracking, the pipeline and its schedule."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from cdk.components.alerts import alarm, our_metric
from cdk.components.control import Control
from cdk.components.dead_letters import DeadLetters
from cdk.components.drift_start import DriftStart
from cdk.components.execution_alarms import execution_alarms
from cdk.components.label_inbox import LabelInbox
from cdk.components.layers import Layers
from cdk.components.network import Network
from cdk.components.pipeline import NAME as PIPELINE
from cdk.components.pipeline import Pipeline
from cdk.components.plan_function import plan_function
from cdk.components.spot_quota import SPOT_SLOTS
from cdk.components.training_jobs import TrainingJobs
from cdk.components.upkeep import Upkeep
from cdk.settings import Settings
from cdk.stacks.data import DataStack

DAY = 24 * 60  # minutes
BUDGET_WARNS = 0.8  # of the month's budget, as the plan function warns


class TrainingStack(Stack):
    """Turns mature chunks of the lake into a proven model in production."""

    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, data: DataStack, network: Network | None = None, **stack: Any
    ) -> None:
        super().__init__(scope, id_, **stack)
        self._settings, self._data = settings, data
        layers = Layers(self, "Layers", architecture=settings.architecture)
        self.plan = plan_function(
            self, "Plan", settings=settings, layers=layers, buckets=data.buckets, tables=data.tables, network=network
        )
        self.control = Control(
            self,
            "Control",
            settings=settings,
            layers=layers,
            buckets=data.buckets,
            tables=data.tables,
            machine_name=PIPELINE,
            network=network,
        )
        self.tracking = data.tracking
        self.jobs = TrainingJobs(
            self, "Jobs", settings=settings, buckets=data.buckets, tables=data.tables, tracking=self.tracking, network=network
        )
        self.pipeline = Pipeline(
            self,
            "Pipeline",
            plan=self.plan.function,
            control=self.control,
            jobs=self.jobs,
            log_retention_days=settings.log_retention_days,
        )
        self.letters = DeadLetters(self, "DeadLetters", topic=data.alerts.topic, key=data.key)
        self.schedule = self._schedule()
        self.drift = DriftStart(
            self,
            "Drift",
            machine=self.pipeline.machine,
            topic=data.alerts.topic,
            letters=self.letters,
            deadline_hours=settings.retrain_deadline_hours,
        )
        self.upkeep = Upkeep(
            self,
            "Upkeep",
            jobs=self.jobs,
            cron=settings.upkeep_cron,
            topic=data.alerts.topic,
            letters=self.letters,
            leases=data.tables.leases,
            log_retention_days=settings.log_retention_days,
        )
        self.label_inbox = LabelInbox(
            self,
            "LabelInbox",
            jobs=self.jobs,
            inbox=data.buckets.inbox,
            topic=data.alerts.topic,
            letters=self.letters,
            log_retention_days=settings.log_retention_days,
        )
        self.alarms: list[cloudwatch.Alarm] = [
            *self._alarms(),
            self.drift.alarm,
            *self.upkeep.alarms,
            *self.label_inbox.alarms,
        ]
        for output, value in self._outputs().items():
            CfnOutput(self, output, value=value)

    def _outputs(self) -> dict[str, str]:
        return {
            "StateMachineArn": self.pipeline.machine.state_machine_arn,
            "TrainingImageUri": self.jobs.image.image_uri,
            "SpotSlots": str(SPOT_SLOTS),  # the quota to ask for: spot training jobs of the instance type at once
            "ScheduleName": self.schedule.schedule_name,
            "LabelsStateMachineArn": self.label_inbox.machine.state_machine_arn,
            "UpkeepStateMachineArn": self.upkeep.machine.state_machine_arn,
            "PlanFunction": self.plan.function.function_name,
        }

    def _schedule(self) -> scheduler.Schedule:
        """A scheduled run may wait for clean power: it carries a deadline, in hours; 0 for none.

        Scheduler delivers at least once and names each execution anew; the moment that it starts one for is in the input.
        """
        scheduled_at = scheduler.ContextAttribute.scheduled_time
        hours = self._settings.retrain_deadline_hours
        given = {"trigger": "schedule", "scheduled_at": scheduled_at} | ({"deadline": hours} if hours else {})
        return scheduler.Schedule(
            self,
            "Retrain",
            description="Weekly retraining",
            schedule=scheduler.ScheduleExpression.expression(self._settings.retrain_cron),
            target=self.letters.start(self.pipeline.machine, given),
        )

    def _alarms(self) -> list[cloudwatch.Alarm]:
        topic = self._data.alerts.topic
        ends = execution_alarms(self, "Pipeline", machine=self.pipeline.machine, run="A retraining run", topic=topic)
        return [*ends, self._overdue(), self.letters.alarm, self._expensive(), self._budget_used()]

    def _overdue(self) -> cloudwatch.Alarm:
        """Rings when nothing was trained for too long, and when nobody has said for two days how long it is.

        No alarm looks back further than a week, so the nightly upkeep tells the age of the newest model, and a run that ends well
        tells it at once. Silence rings, or the alarm would sleep with the upkeep that feeds it; so it rings from the first
        deployment until the first training, which also shows that alarms reach somebody.
        """
        days = self._settings.training_overdue_days
        return alarm(
            self,
            "TrainingOverdue",
            metric=our_metric("DaysSinceTraining", statistic="Minimum", minutes=DAY),
            above=days,
            why=f"Nothing was trained for more than {days} days, or the upkeep that would tell has been silent for two.",
            topic=self._data.alerts.topic,
            periods=2,
            silence=cloudwatch.TreatMissingData.BREACHING,
        )

    def _budget_used(self) -> cloudwatch.Alarm:
        """Told by every run that plans, so with a budget of none it never rings."""
        return alarm(
            self,
            "TrainingBudget",
            metric=our_metric("TrainingBudgetUsed", statistic="Maximum", minutes=DAY),
            above=BUDGET_WARNS,
            why="Most of the month's budget for training is used: soon heavy is left out, then nothing is trained.",
            topic=self._data.alerts.topic,
        )

    def _expensive(self) -> cloudwatch.Alarm:
        minutes = self._settings.training_minutes_a_day
        return alarm(
            self,
            "TrainingExpensive",
            metric=our_metric("TrainingJobSeconds", minutes=DAY),
            above=60 * minutes,
            why=f"Training jobs computed for more than {minutes} minutes in a day.",
            topic=self._data.alerts.topic,
        )
