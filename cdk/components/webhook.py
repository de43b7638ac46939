"""Events to an address outside, signed: a queue of its own behind the bus, so that a receiver may be away for a day."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk.components.alerts import alarm
from cdk.components.function import ServiceFunction
from cdk.components.granted import granted
from cdk.components.grants import allow, allow_items
from cdk.components.keys import ENCRYPT, allow_key
from cdk.components.layers import Layers
from cdk.components.review import acknowledge
from cdk.components.waiting_queue import KEPT, waiting_queue
from cdk.settings import Settings

SOURCE = "greenfraud.decisions"
SECONDS = 60  # a receiver is given 15, and a batch is posted at once
HIDDEN = Duration.seconds(6 * SECONDS)  # of a batch whose function broke; after a failure it says itself when to come back
BATCH_SIZE = 10
AT_ONCE = 2  # the fewest there are: what is told must not take executions from scoring
CRASHES = 250  # of six minutes each: as long as a receiver is tried, so nothing of it is lost to a fault of ours sooner
LATE_SECONDS = 3_600
UNDELIVERED = "Events that the webhook's receiver did not take in a day, or is gone for, wait in the queue: greenfraud webhooks."
LATE = "The webhook's receiver has not taken an event for an hour."


class Webhook(Construct):
    """The rule, the queue, the function that signs and posts, and where what nobody took waits.

    It runs outside of a private network, whose point is that nothing leads out: what this function is for is to call outside, and
    beside its queue and its secret it may read who was forgotten, nothing else.
    """

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        url: str,
        bus: events.IEventBus,
        decisions: dynamodb.ITable,
        settings: Settings,
        layers: Layers,
        topic: sns.ITopic,
        key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._key = key
        self.secret = self._secret()
        self.post = ServiceFunction(
            self,
            "Post",
            name="webhook",
            layers=layers,
            architecture=settings.architecture,
            memory_mb=256,
            timeout_seconds=SECONDS,
            environment={"WEBHOOK_URL": url, "WEBHOOK_SECRET": self.secret.ref, "DECISIONS_TABLE": decisions.table_name},
            log_retention_days=settings.log_retention_days,
        )
        allow(self.post.role, ["secretsmanager:GetSecretValue"], [self.secret.ref])
        allow_key(self.post.role, key, ["kms:Decrypt"], service="secretsmanager")
        allow_items(self.post.role, ["GetItem"], decisions)
        self.undelivered = waiting_queue(self, "Undelivered", sender=self.post.role, key=key)
        self.queue = self._queue()
        self._listen(bus)
        self._feed()
        for name, queue in {"WEBHOOK_QUEUE_URL": self.queue, "UNDELIVERED_QUEUE_URL": self.undelivered}.items():
            self.post.function.add_environment(name, queue.queue_url)
        self.alarms = self._alarms(topic)

    @property
    def outputs(self) -> dict[str, str]:
        """What whoever tests, redrives or hands the secret over looks for."""
        return {
            "WebhookQueueUrl": self.queue.queue_url,
            "UndeliveredQueueUrl": self.undelivered.queue_url,
            "WebhookSecretArn": self.secret.ref,
        }

    def _secret(self) -> secretsmanager.CfnSecret:
        """24 random bytes in base64, which nobody chose; not the CDK's own construct, as for the key of the ids."""
        secret = secretsmanager.CfnSecret(
            self,
            "Secret",
            description="GreenFraud: signs webhooks; two with a space between while it is rotated",
            generate_secret_string=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                password_length=32, exclude_punctuation=True
            ),
            kms_key_id=self._key.key_arn if self._key else None,
        )
        secret.apply_removal_policy(RemovalPolicy.DESTROY)
        acknowledge(secret, "AwsSolutions-SMG4", "The receiver must learn a new one first: docs/events.md.")
        return secret

    def _queue(self) -> sqs.Queue:
        return sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=KEPT,
            visibility_timeout=HIDDEN,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.undelivered, max_receive_count=CRASHES),
        )

    def _listen(self, bus: events.IEventBus) -> None:
        """The event's detail, and no more, is what is posted."""
        rule = events.Rule(self, "Rule", event_bus=bus, event_pattern=events.EventPattern(source=[SOURCE]))
        detail = events.RuleTargetInput.from_event_path("$.detail")
        rule.add_target(targets.SqsQueue(self.queue, message=detail, dead_letter_queue=self.undelivered))
        for queue in (self.queue, self.undelivered):
            granted(queue, ["sqs:SendMessage"], [queue.queue_arn])

    def _feed(self) -> None:
        """The queue into the function, with exactly the rights that Lambda and the function use."""
        taking = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
        allow(self.post.role, taking, [self.queue.queue_arn])
        allow_key(self.post.role, self._key, ENCRYPT, service="sqs")
        lambda_.EventSourceMapping(
            self,
            "Source",
            target=self.post.function,
            event_source_arn=self.queue.queue_arn,
            batch_size=BATCH_SIZE,
            max_concurrency=AT_ONCE,
            report_batch_item_failures=True,
        ).node.add_dependency(self.post.role)

    def _alarms(self, topic: sns.ITopic) -> list[cloudwatch.Alarm]:
        waiting = self.undelivered.metric_approximate_number_of_messages_visible(period=Duration.minutes(1))
        age = self.queue.metric_approximate_age_of_oldest_message(period=Duration.minutes(5))
        return [
            alarm(self, "Unanswered", metric=waiting, above=0, why=UNDELIVERED, topic=topic),
            alarm(self, "Late", metric=age, above=LATE_SECONDS, why=LATE, topic=topic),
        ]
