"""One event on a bus of the deployment's own for every challenge, review and block, behind the answer."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.components.alerts import alarm
from cdk.components.decision_stream import DecisionStream
from cdk.components.function import ServiceFunction
from cdk.components.grants import allow, allow_items
from cdk.components.layers import Layers
from cdk.components.network import Network
from cdk.components.tables import Tables
from cdk.components.waiting_queue import waiting_queue
from cdk.components.webhook import Webhook
from cdk.settings import Settings

BUS_NAME = "greenfraud"
OUTCOMES = ("block", "challenge", "review")
# Nothing is decided by an event: it may wait for a bus that is away, and comes back by hand when it waits for longer.
RETRY_ATTEMPTS = 10
LATE_SECONDS = 300
NEW = {
    "eventName": lambda_.FilterRule.is_equal("INSERT"),
    "dynamodb": {
        "NewImage": {
            "record": {"S": lambda_.FilterRule.is_equal("decision")},
            "decision": {"S": lambda_.FilterRule.or_(*OUTCOMES)},
        }
    },
}
ABANDONED = "Retries ended: decisions that nobody was told of were set aside in the bucket. Run greenfraud redrive."
UNTOLD = "Decisions that cannot be read were told to nobody; the queue names them."


class Notification(Construct):
    """The bus, the function that follows the decisions table's stream, and where what could not be told waits."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        layers: Layers,
        tables: Tables,
        abandoned: s3.IBucket,
        topic: sns.ITopic,
        key: kms.IKey | None = None,
        network: Network | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.bus = events.EventBus(self, "Bus", event_bus_name=BUS_NAME)
        self.notify = ServiceFunction(
            self,
            "Notify",
            name="notify",
            layers=layers,
            architecture=settings.architecture,
            memory_mb=256,
            timeout_seconds=60,
            environment={"EVENT_BUS": self.bus.event_bus_name, "RECEIPTS_TABLE": tables.receipts.table_name},
            log_retention_days=settings.log_retention_days,
        )
        if network:
            network.run_function(self.notify.function)
        allow(self.notify.role, ["events:PutEvents"], [self.bus.event_bus_arn])
        allow_items(self.notify.role, ["BatchGetItem"], tables.receipts)  # who is forgotten
        self.untold = waiting_queue(self, "Untold", sender=self.notify.role, key=key)
        self.notify.function.add_environment("UNTOLD_QUEUE_URL", self.untold.queue_url)
        stream = DecisionStream(
            self,
            "Stream",
            table=tables.decisions,
            function=self.notify.function,
            abandoned=abandoned,
            retry_attempts=RETRY_ATTEMPTS,
            pattern=NEW,
        )
        self.alarms = self._alarms(stream, topic)
        self.webhook = None
        if settings.webhook_url:
            self.webhook = Webhook(
                self,
                "Webhook",
                url=settings.webhook_url,
                bus=self.bus,
                decisions=tables.decisions,
                settings=settings,
                layers=layers,
                topic=topic,
                key=key,
            )
            self.alarms += self.webhook.alarms

    def _alarms(self, stream: DecisionStream, topic: sns.ITopic) -> list[cloudwatch.Alarm]:
        waiting = self.untold.metric_approximate_number_of_messages_visible(period=Duration.minutes(1))
        return [
            alarm(self, "Rejected", metric=waiting, above=0, why=UNTOLD, topic=topic),
            stream.rings_when_abandoned(self, ABANDONED, topic),
            stream.rings_when_late(self, LATE_SECONDS, "Events of decisions lag by five minutes.", topic),
        ]
