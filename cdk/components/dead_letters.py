"""Where the inputs of schedules lie that could not be delivered, and who hears of it."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.alerts import alarm
from cdk.components.granted import granted
from cdk.components.keys import ENCRYPT, allow_key
from cdk.components.review import acknowledge
from cdk.components.state_machines import starting_role

# Step Functions that is away for longer is an outage that somebody knows of; a run this late is better started by hand.
TRIED_FOR = Duration.hours(6)


class DeadLetters(Construct):
    """One queue for all schedules; a refusal that trying again does not mend gets there at once."""

    def __init__(self, scope: Construct, id_: str, *, topic: sns.ITopic, key: kms.IKey | None = None) -> None:
        super().__init__(scope, id_)
        self._key = key
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        acknowledge(self.queue, "AwsSolutions-SQS3", "This queue is the dead-letter queue of the schedules.")
        waiting = self.queue.metric_approximate_number_of_messages_visible(period=Duration.minutes(5), statistic="Maximum")
        why = "A schedule, a file that was dropped, or an alarm of drift could not start its run; the queue says which."
        self.alarm = alarm(self, "Undelivered", metric=waiting, above=0, why=why, topic=topic)

    def start(self, machine: sfn.StateMachine, given: dict[str, object]) -> targets.StepFunctionsStartExecution:
        """The target that starts `machine` with `given`, tried again for hours, and then kept here."""
        role = starting_role(machine, "ScheduleRole", machine)
        granted(role, ["sqs:SendMessage"], [self.queue.queue_arn])
        allow_key(role, self._key, ENCRYPT, service="sqs")
        return targets.StepFunctionsStartExecution(
            machine,
            input=scheduler.ScheduleTargetInput.from_object(given),
            dead_letter_queue=self.queue,
            max_event_age=TRIED_FOR,
            role=role,
        )
