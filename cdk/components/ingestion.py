"""Decisions and reports flow from the table's stream into the online state and the lake, exactly once."""

from __future__ import annotations

from typing import Any, cast

import jsii
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk.components.alerts import alarm, our_metric
from cdk.components.granted import granted
from cdk.components.grants import allow, allow_listing, allow_objects
from cdk.components.keys import ENCRYPT, allow_key
from cdk.components.review import acknowledge

BATCH_SIZE = 100
RETRY_ATTEMPTS = 5


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
        role = cast("iam.Role", function.role)
        self.rejected = self._rejections(function, role, key)
        source = self._source(table, abandoned)
        function.add_event_source(source)
        self._remember_grants(role, table)
        # By the function's role Lambda itself keeps batches there, under `aws/lambda/`; nothing else lies in that bucket.
        allow_objects(role, abandoned, ["s3:PutObject"], "*")
        allow_listing(role, abandoned)
        self.alarms = self._alarms(function, source, topic)

    def _rejections(self, function: lambda_.Function, role: iam.Role, key: kms.IKey | None) -> sqs.Queue:
        """Where the function itself sends what it can never ingest, with the reason."""
        queue = sqs.Queue(
            self,
            "Failures",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        acknowledge(queue, "AwsSolutions-SQS3", "This queue is the dead-letter queue of the stream.")
        function.add_environment("REJECTED_QUEUE_URL", queue.queue_url)
        allow(role, ["sqs:SendMessage"], [queue.queue_arn])
        allow_key(role, key, ENCRYPT, service="sqs")
        return queue

    def _remember_grants(self, role: iam.Role, table: dynamodb.ITable) -> None:
        """Tells what the event source lets the function do with the stream."""
        granted(role, ["dynamodb:ListStreams"], ["*"])
        stream = ["DescribeStream", "GetRecords", "GetShardIterator"]
        granted(role, [f"dynamodb:{action}" for action in stream], [cast("str", table.table_stream_arn)])
        acknowledge(role, "AwsSolutions-IAM5[Resource::*]", "Listing streams accepts no resource.")

    def _source(self, table: dynamodb.ITable, abandoned: s3.IBucket) -> sources.DynamoEventSource:
        return sources.DynamoEventSource(
            table,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=BATCH_SIZE,
            max_batching_window=Duration.seconds(0),  # features should know of an event before the next one comes
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            retry_attempts=RETRY_ATTEMPTS,
            # A queue would be told where the records stand in the stream, which forgets them after a day.
            on_failure=_WholeRecords(abandoned),
            metrics_config=lambda_.MetricsConfig(metrics=[lambda_.MetricType.EVENT_COUNT]),
            # Records are written once; what changes later (expiry, corrections of ours) is no new event.
            filters=[lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("INSERT")})],
        )

    def _alarms(self, function: lambda_.Function, source: sources.DynamoEventSource, topic: sns.ITopic) -> list[cloudwatch.Alarm]:
        age = function.metric("IteratorAge", statistic="Maximum", period=Duration.minutes(1))
        waiting = self.rejected.metric_approximate_number_of_messages_visible(period=Duration.minutes(1))
        failures = our_metric("IngestFailures")
        return [
            alarm(self, "Failing", metric=failures, above=0, why="Events could not be ingested.", topic=topic),
            alarm(self, "Rejected", metric=waiting, above=0, why="Rejected events wait in the queue.", topic=topic),
            alarm(self, "Abandoned", metric=_given_up(source), above=0, why=ABANDONED, topic=topic),
            alarm(self, "Late", metric=age, above=60_000, why="Features lag events by a minute.", topic=topic, periods=3),
        ]


ABANDONED = "Retries ended: events were set aside in the bucket, or could not be kept there. Run greenfraud redrive."


@jsii.implements(lambda_.IEventSourceDlq)
class _WholeRecords:
    """A bucket as the failure destination. The CDK's own would also let the function read and delete what is kept."""

    def __init__(self, bucket: s3.IBucket) -> None:
        self._bucket = bucket

    def bind(self, _target: Any, _target_handler: Any) -> lambda_.DlqDestinationConfig:
        return lambda_.DlqDestinationConfig(destination=self._bucket.bucket_arn)


def _given_up(source: sources.DynamoEventSource) -> cloudwatch.MathExpression:
    """Events of the last hour that were set aside, and those that the bucket did not take."""

    def counted(name: str) -> cloudwatch.Metric:
        mapping = {"EventSourceMappingUUID": source.event_source_mapping_id}
        return cloudwatch.Metric(namespace="AWS/Lambda", metric_name=name, dimensions_map=mapping, statistic="Sum")

    return cloudwatch.MathExpression(
        expression="FILL(kept, 0) + FILL(dropped, 0)",
        using_metrics={"kept": counted("OnFailureDestinationDeliveredEventCount"), "dropped": counted("DroppedEventCount")},
        period=Duration.hours(1),
    )
