"""The state machine `feature-upkeep`: every night the lake corrects the online state, and skew is looked for."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.alerts import alarm, our_metric
from cdk.components.dead_letters import DeadLetters
from cdk.components.execution_alarms import execution_alarms
from cdk.components.function import log_group
from cdk.components.pipeline_tasks import failure, run_job_name
from cdk.components.review import acknowledge
from cdk.components.training_jobs import Job, TrainingJobs

NAME = "feature-upkeep"
# No plan names these runs, so they name themselves; an intrinsic function cannot cut a digest to twelve digits.
RUN = {
    "execution.$": "States.ArrayGetItem(States.StringSplit(States.UUID(), '-'), 4)",
    "day.$": "States.StringSplit(States.ArrayGetItem(States.StringSplit($$.Execution.StartTime, 'T'), 0), '-')",
}
PARTS_OF_DAY = ", ".join(f"States.ArrayGetItem($.day, {part})" for part in range(3))
ORDERS = {"execution.$": "$.execution", "date.$": f"States.Format('{{}}{{}}{{}}', {PARTS_OF_DAY})"}

# Payments that follow each other faster than they are ingested: a second of lag makes a tenth of this, a minute half as much again.
TOLERATED_SKEW_SHARE = 0.001


class Upkeep(Construct):
    """Reconciliation, then the skew watch, as jobs of the training image; its schedule and its alarms."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        jobs: TrainingJobs,
        cron: str,
        topic: sns.ITopic,
        letters: DeadLetters,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self._jobs = jobs
        logs = log_group(self, "Logs", retention_days=log_retention_days, name=f"/aws/vendedlogs/states/{NAME}")
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=NAME,
            definition_body=sfn.DefinitionBody.from_chainable(self._flow()),
            timeout=Duration.hours(6),
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=logs, level=sfn.LogLevel.ALL, include_execution_data=True),
        )
        jobs.allow_running(self.machine)
        acknowledge(self.machine, "AwsSolutions-IAM5[Resource::*]", "Log delivery and tracing accept no resource.")
        self.schedule = scheduler.Schedule(
            self,
            "Nightly",
            description="Nightly upkeep of features",
            schedule=scheduler.ScheduleExpression.expression(cron),
            target=letters.start(self.machine, {}),
        )
        self.alarms = self._alarms(topic)

    def _flow(self) -> sfn.Chain:
        failed = failure(self, "UpkeepFailed")
        run = sfn.Pass(self, "NameRun", parameters=RUN).next(sfn.Pass(self, "DateRun", parameters=ORDERS))
        for id_, step in {"Reconcile": "reconcile", "WatchSkew": "monitor"}.items():
            run = run.next(self._jobs.state(self, id_, upkeep_job(step)).add_catch(failed, result_path="$.error"))
        return run.next(sfn.Succeed(self, "UpkeepDone"))

    def _alarms(self, topic: sns.ITopic) -> list[cloudwatch.Alarm]:
        watched: dict[str, tuple[cloudwatch.IMetric, float, str]] = {
            "Skew": (
                our_metric("FeatureSkewShare", statistic="Maximum"),
                TOLERATED_SKEW_SHARE,
                "Decisions saw other values than training does.",
            ),
            "Ahead": (
                our_metric("StatesAheadOfLake", statistic="Maximum"),
                0,
                "Events have not landed in the lake for a day.",
            ),
            "Damaged": (
                our_metric("DamagedStates", statistic="Maximum"),
                0,
                "Stored states cannot be read, and the lake does not know their entities.",
            ),
        }
        found = [
            alarm(self, id_, metric=metric, above=above, why=why, topic=topic) for id_, (metric, above, why) in watched.items()
        ]
        return [*execution_alarms(self, "", machine=self.machine, run="The nightly upkeep of features", topic=topic), *found]


def upkeep_job(step: str) -> Job:
    """A step that needs to know nothing but its run."""
    return Job(step=step, name=run_job_name(step), hyperparameters={"execution": "$.execution"})
