"""The state machine `feature-upkeep`: every night the lake is compacted and corrects the online state, and skew is looked for."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.alerts import alarm, our_metric
from cdk.components.dead_letters import DeadLetters
from cdk.components.execution_alarms import execution_alarms
from cdk.components.first_job import REFUSED, FirstJob
from cdk.components.function import log_group
from cdk.components.job_names import run_job_name
from cdk.components.job_state import Job
from cdk.components.no_quota import allow_telling, no_quota_alarm, quota_told
from cdk.components.scheduled_once import allow_remembering, scheduled_once
from cdk.components.spot_quota import BRIEFLY, FULL
from cdk.components.state_machines import remember_logs_and_tracing
from cdk.components.training_jobs import TrainingJobs

NAME = "feature-upkeep"
STEPS = {"Compact": "compact", "Reconcile": "reconcile", "WatchSkew": "monitor"}  # state -> step, in their order
# What a person may wish for: the name of a report that compares every state with the lake, and that nothing be written.
WISHES = {"report": "", "only_compares": "false"}
# No plan names these runs, so they name themselves; an intrinsic function cannot cut a digest to twelve digits.
RUN = {
    "execution.$": "States.ArrayGetItem(States.StringSplit(States.UUID(), '-'), 4)",
    "wishes": WISHES,
    "day.$": "States.StringSplit(States.ArrayGetItem(States.StringSplit($$.Execution.StartTime, 'T'), 0), '-')",
}
PARTS_OF_DAY = ", ".join(f"States.ArrayGetItem($.day, {part})" for part in range(3))
ORDERS = {
    "execution.$": "$.execution",
    "date.$": f"States.Format('{{}}{{}}{{}}', {PARTS_OF_DAY})",
    "wishes.$": "States.JsonMerge($.wishes, $$.Execution.Input, false)",
}

# Its hour, and a quarter of an hour for spot capacity: the jobs after it have the longer part of the night.
COMPACTION_WAIT_SECONDS = 4_500

# Payments that follow each other faster than they are ingested: a second of lag makes a tenth of this, a minute half as much again.
TOLERATED_SKEW_SHARE = 0.001

# Of all payments of a week, as of a chunk whose data are at fault (training/features/data_faults.py).
TOLERATED_MISSING_RISE = 0.2


class Upkeep(Construct):
    """Compaction, reconciliation, then the skew watch, as jobs of the training image; the schedule and the alarms."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        jobs: TrainingJobs,
        cron: str,
        topic: sns.ITopic,
        letters: DeadLetters,
        leases: dynamodb.ITable,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self._jobs = jobs
        logs = log_group(self, "Logs", retention_days=log_retention_days, name=f"/aws/vendedlogs/states/{NAME}")
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=NAME,
            definition_body=sfn.DefinitionBody.from_chainable(scheduled_once(self, NAME, leases, self._flow())),
            timeout=Duration.hours(23),  # all jobs wait and try as long as they may, and the next night begins with none of it
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=logs, level=sfn.LogLevel.ALL, include_execution_data=True),
        )
        allow_remembering(self.machine, leases)
        allow_telling(self.machine)
        jobs.allow_running(self.machine, *STEPS.values())
        remember_logs_and_tracing(self.machine)
        self.schedule = scheduler.Schedule(
            self,
            "Nightly",
            description="Nightly upkeep of features",
            schedule=scheduler.ScheduleExpression.expression(cron),
            target=letters.start(self.machine, {"scheduled_at": scheduler.ContextAttribute.scheduled_time}),
        )
        self.alarms = [*self._alarms(topic), no_quota_alarm(self, topic)]

    def _flow(self) -> sfn.Chain:
        no_quota = quota_told(self, "TellNoQuota", is_missing=True, then=sfn.Succeed(self, "NoQuota"))
        reconcile = upkeep_job(STEPS["Reconcile"], *WISHES)
        first = FirstJob(self, "Reconcile", jobs=self._jobs, job=reconcile, no_quota=no_quota)
        watch = self._jobs.state(self, "WatchSkew", upkeep_job(STEPS["WatchSkew"]))
        watch.next(sfn.Succeed(self, "UpkeepDone"))
        run = sfn.Pass(self, "NameRun", parameters=RUN).next(sfn.Pass(self, "DateRun", parameters=ORDERS))
        return run.next(self._compact(first)).next(first).next(quota_told(self, "TellQuota", is_missing=False, then=watch))

    def _compact(self, reconcile: FirstJob) -> sfn.CustomState:
        """Where all machines are taken, or the account may have none, the lake waits for the next night."""
        job = replace(upkeep_job(STEPS["Compact"]), max_wait_seconds=COMPACTION_WAIT_SECONDS)
        compact = self._jobs.state(self, "Compact", job, wait=BRIEFLY)
        compact.add_catch(reconcile, errors=[FULL], result_path=REFUSED)
        return compact

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
            "Uncompacted": (
                our_metric("UncompactedDays", statistic="Maximum"),
                0,
                "Days of the lake are still in small files: a night is too short to merge them.",
            ),
            "Missing": (
                our_metric("MissingRise", statistic="Maximum"),
                TOLERATED_MISSING_RISE,
                "A value that models read is missing in many more of a week's payments than where they learned: look at its feed.",
            ),
            "Quarantined": (
                our_metric("QuarantinedChunks", statistic="Maximum"),
                0,
                "The data of a chunk are at fault: nothing is learned of it until somebody lets it through.",
            ),
        }
        found = [
            alarm(self, id_, metric=metric, above=above, why=why, topic=topic) for id_, (metric, above, why) in watched.items()
        ]
        return [*execution_alarms(self, "", machine=self.machine, run="The nightly upkeep of features", topic=topic), *found]


def upkeep_job(step: str, *wishes: str) -> Job:
    """A step that needs to know nothing but its run, and what was wished for."""
    wished = {name: f"$.wishes.{name}" for name in wishes}
    return Job(step=step, name=run_job_name(step), hyperparameters={"execution": "$.execution", **wished})
