"""Decisions and reports flow from the table's stream into the online state and the lake, exactly once."""

from __future__ import annotations

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.components.alerts import alarm, our_metric
from cdk.components.decision_stream import DecisionStream
from cdk.components.waiting_queue import waiting_queue

RETRY_ATTEMPTS = 5
# Records are written once; what changes later (expiry, corrections of ours) is no new event.
NEW = {"eventName": lambda_.FilterRule.is_equal("INSERT")}
ABANDONED = "Retries ended: events were set aside in the bucket, or could not be kept there. Run greenfraud redrive."


class Ingestion(Construct):
    """The stream's event source. What it gives up on is kept whole in a bucket, what is rejected is named in a queue.

    Neither blocks its shard, and `greenfraud redrive` brings both back.
    """

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        table: dynamodb.ITable,
        function: lambda_.Function,
        abandoned: s3.IBucket,
        topic: sns.ITopic,
        key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, id_)
        # Where the function itself sends what it can never ingest, with the reason.
        self.rejected = waiting_queue(self, "Failures", sender=cast("iam.Role", function.role), key=key)
        function.add_environment("REJECTED_QUEUE_URL", self.rejected.queue_url)
        stream = DecisionStream(
            self,
            "Stream",
            table=table,
            function=function,
            abandoned=abandoned,
            retry_attempts=RETRY_ATTEMPTS,
            pattern=NEW,
        )
        self.alarms = self._alarms(stream, topic)

    def _alarms(self, stream: DecisionStream, topic: sns.ITopic) -> list[cloudwatch.Alarm]:
        waiting = self.rejected.metric_approximate_number_of_messages_visible(period=Duration.minutes(1))
        failures = our_metric("IngestFailures")
        return [
            alarm(self, "Failing", metric=failures, above=0, why="Events could not be ingested.", topic=topic),
            alarm(self, "Rejected", metric=waiting, above=0, why="Rejected events wait in the queue.", topic=topic),
            stream.rings_when_abandoned(self, ABANDONED, topic),
            stream.rings_when_late(self, 60, "Features lag events by a minute.", topic),
        ]
