"""The state machine `label-inbox`: a file of labels that is dropped into its bucket is told by a job, without anybody's doing."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.alerts import alarm, our_metric
from cdk.components.dead_letters import TRIED_FOR, DeadLetters
from cdk.components.execution_alarms import execution_alarms
from cdk.components.function import log_group
from cdk.components.job_roles import INBOX
from cdk.components.pipeline_tasks import run_job
from cdk.components.state_machines import remember_logs_and_tracing, telling_role
from cdk.components.training_jobs import TrainingJobs
from cdk.components.upkeep import ORDERS, RUN

NAME, STEP = "label-inbox", "label"
REFUSED = "A dropped file of labels cannot be used: nothing of it was told. Its receipt, in the bucket InboxBucket, says why."


class LabelInbox(Construct):
    """The rule that hears of dropped files, the job that tells whatever lies there, and the alarms.

    A job, because what a label must know of an imported payment stands in the lake's Parquet, and a file may have a million rows.
    """

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        jobs: TrainingJobs,
        inbox: s3.IBucket,
        topic: sns.ITopic,
        letters: DeadLetters,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        logs = log_group(self, "Logs", retention_days=log_retention_days, name=f"/aws/vendedlogs/states/{NAME}")
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=NAME,
            definition_body=sfn.DefinitionBody.from_chainable(self._flow(jobs)),
            timeout=Duration.hours(12),  # the job waits for a machine and tries twice, as long as it may
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=logs, level=sfn.LogLevel.ALL, include_execution_data=True),
        )
        jobs.allow_running(self.machine, STEP)
        remember_logs_and_tracing(self.machine)
        self.rule = self._rule(inbox, letters)
        self.alarms = self._alarms(topic)

    def _flow(self, jobs: TrainingJobs) -> sfn.Chain:
        """The event goes no further: what lies in the bucket says what is to be done, however often it is told."""
        run = sfn.Pass(self, "NameLabelRun", parameters={name: value for name, value in RUN.items() if name != "wishes"})
        ordered = sfn.Pass(self, "DateLabelRun", parameters={name: value for name, value in ORDERS.items() if "wishes" not in name})
        return run.next(ordered).next(jobs.state(self, "TellLabels", run_job(STEP))).next(sfn.Succeed(self, "LabelsTold"))

    def _rule(self, inbox: s3.IBucket, letters: DeadLetters) -> events.Rule:
        dropped = {"bucket": {"name": [inbox.bucket_name]}, "object": {"key": [{"prefix": INBOX}]}}
        target = targets.SfnStateMachine(
            self.machine,
            input=events.RuleTargetInput.from_object({}),
            dead_letter_queue=letters.queue,
            max_event_age=TRIED_FOR,
            role=telling_role(self, "RuleRole", self.machine),
        )
        pattern = events.EventPattern(source=["aws.s3"], detail_type=["Object Created"], detail=dropped)
        return events.Rule(self, "Dropped", event_pattern=pattern, targets=[target])

    def _alarms(self, topic: sns.ITopic) -> list[cloudwatch.Alarm]:
        refused = our_metric("LabelFilesRefused")
        ends = execution_alarms(self, "", machine=self.machine, run="Telling dropped files of labels", topic=topic)
        return [*ends, alarm(self, "Refused", metric=refused, above=0, why=REFUSED, topic=topic)]
