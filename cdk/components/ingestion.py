"""Decisions and reports flow from the table's stream into the online state and the lake, exactly once."""

from __future__ import annotations

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk.components.alerts import alarm, our_metric
from cdk.components.granted import granted
from cdk.components.keys import ENCRYPT, allow_key
from cdk.components.review import acknowledge

BATCH_SIZE = 100
RETRY_ATTEMPTS = 5


class Ingestion(Construct):
    """The stream's event source; what cannot be ingested is described in a queue and never blocks its shard."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        table: dynamodb.ITable,
        function: lambda_.Function,
        topic: sns.ITopic,
        key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.failures = sqs.Queue(
            self,
            "Failures",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        acknowledge(self.failures, "AwsSolutions-SQS3", "This queue is the dead-letter queue of the stream.")
        # The function itself sends there what will never be ingested, with the reason.
        function.add_environment("REJECTED_QUEUE_URL", self.failures.queue_url)
        function.add_event_source(self._source(table))
        role = cast("iam.Role", function.role)
        self._remember_grants(role, table)
        allow_key(role, key, ENCRYPT, service="sqs")
        acknowledge(role, "AwsSolutions-IAM5[Resource::*]", "Listing streams accepts no resource.")
        self.alarms = self._alarms(function, topic)

    def _remember_grants(self, role: iam.Role, table: dynamodb.ITable) -> None:
        """Tells what the event source lets the function do with the stream and with the queue of failures."""
        granted(role, ["dynamodb:ListStreams"], ["*"])
        stream = ["DescribeStream", "GetRecords", "GetShardIterator"]
        granted(role, [f"dynamodb:{action}" for action in stream], [cast("str", table.table_stream_arn)])
        queue = ["SendMessage", "GetQueueAttributes", "GetQueueUrl"]
        granted(role, [f"sqs:{action}" for action in queue], [self.failures.queue_arn])

    def _source(self, table: dynamodb.ITable) -> sources.DynamoEventSource:
        return sources.DynamoEventSource(
            table,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=BATCH_SIZE,
            max_batching_window=Duration.seconds(0),  # features should know of an event before the next one comes
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            retry_attempts=RETRY_ATTEMPTS,
            on_failure=sources.SqsDlq(self.failures),
            # Records are written once; what changes later (expiry, corrections of ours) is no new event.
            filters=[lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("INSERT")})],
        )

    def _alarms(self, function: lambda_.Function, topic: sns.ITopic) -> list[cloudwatch.Alarm]:
        age = function.metric("IteratorAge", statistic="Maximum", period=Duration.minutes(1))
        waiting = self.failures.metric_approximate_number_of_messages_visible(period=Duration.minutes(1))
        failures = our_metric("IngestFailures")
        return [
            alarm(self, "Failing", metric=failures, above=0, why="Events could not be ingested.", topic=topic),
            alarm(self, "Abandoned", metric=waiting, above=0, why="Rejected or abandoned events wait in the queue.", topic=topic),
            alarm(self, "Late", metric=age, above=60_000, why="Features lag events by a minute.", topic=topic, periods=3),
        ]
