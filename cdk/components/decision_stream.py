"""The decisions table's stream as the source of a function: partial failures, and what is given up on kept whole in a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import jsii
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.components.alerts import alarm
from cdk.components.granted import granted
from cdk.components.grants import allow_listing, allow_objects
from cdk.components.review import acknowledge

BATCH_SIZE = 100


class DecisionStream(Construct):
    """Follows the stream from its oldest record for one function; AWS advises at most two readers of a stream."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        table: dynamodb.ITable,
        function: lambda_.Function,
        abandoned: s3.IBucket,
        retry_attempts: int,
        pattern: Mapping[str, Any],
    ) -> None:
        super().__init__(scope, id_)
        self._function = function
        role = cast("iam.Role", function.role)
        self._source = _source(table, abandoned, retry_attempts, pattern)
        function.add_event_source(self._source)
        _remember_grants(role, table)
        # By the function's role Lambda itself keeps batches there, under `aws/lambda/`; nothing else lies in that bucket.
        allow_objects(role, abandoned, ["s3:PutObject"], "*")
        allow_listing(role, abandoned)

    def rings_when_abandoned(self, scope: Construct, why: str, topic: sns.ITopic) -> cloudwatch.Alarm:
        """The alarm on records of the last hour that were set aside, or that the bucket did not take."""
        return alarm(scope, "Abandoned", metric=_given_up(self._source), above=0, why=why, topic=topic)

    def rings_when_late(self, scope: Construct, seconds: int, why: str, topic: sns.ITopic) -> cloudwatch.Alarm:
        """The alarm on records that wait for longer."""
        age = self._function.metric("IteratorAge", statistic="Maximum", period=Duration.minutes(1))
        return alarm(scope, "Late", metric=age, above=seconds * 1000, why=why, topic=topic, periods=3)


def _source(
    table: dynamodb.ITable, abandoned: s3.IBucket, retry_attempts: int, pattern: Mapping[str, Any]
) -> sources.DynamoEventSource:
    return sources.DynamoEventSource(
        table,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=BATCH_SIZE,
        max_batching_window=Duration.seconds(0),  # features should know of an event before the next one comes
        bisect_batch_on_error=True,
        report_batch_item_failures=True,
        retry_attempts=retry_attempts,
        # A queue would be told where the records stand in the stream, which forgets them after a day.
        on_failure=_WholeRecords(abandoned),
        metrics_config=lambda_.MetricsConfig(metrics=[lambda_.MetricType.EVENT_COUNT]),
        filters=[lambda_.FilterCriteria.filter(dict(pattern))],
    )


def _remember_grants(role: iam.Role, table: dynamodb.ITable) -> None:
    """Tells what the event source lets the function do with the stream."""
    granted(role, ["dynamodb:ListStreams"], ["*"])
    stream = ["DescribeStream", "GetRecords", "GetShardIterator"]
    granted(role, [f"dynamodb:{action}" for action in stream], [cast("str", table.table_stream_arn)])
    acknowledge(role, "AwsSolutions-IAM5[Resource::*]", "Listing streams accepts no resource.")


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
