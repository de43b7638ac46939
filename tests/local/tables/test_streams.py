"""Streams reach their functions, and failures go where they should."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

# Keeps each batch it is given as a line of the file SEEN, and fails as the records ask it to.
RECORDER = """
    import json, os
    def handler(event, context):
        changes = [record["dynamodb"] for record in event["Records"]]
        keys = [change["Keys"]["id"]["S"] for change in changes]
        with open(os.environ["SEEN"], "a+") as seen:
            seen.write(json.dumps(keys) + "\\n")
            seen.seek(0)
            tried = [json.loads(line) for line in seen]
        def fails(key):
            return key.startswith("poison") or key.startswith("once") and sum(key in batch for batch in tried) == 1
        failed = [change["SequenceNumber"] for change, key in zip(changes, keys) if fails(key)]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
"""
PARTIAL = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


class Recorded:
    """A function that keeps what it was sent."""

    def __init__(self, server, folder):
        self.server, self.seen = server, folder / "seen"
        self.function = server.function(RECORDER, Environment={"Variables": {"SEEN": str(self.seen)}})

    def batches(self):
        """The keys of each batch, in order."""
        return [json.loads(line) for line in self.seen.read_text().splitlines()] if self.seen.exists() else []

    def count(self, key):
        """How often a key was sent."""
        return sum(key in batch for batch in self.batches())

    def follow(self, arn, **options):
        """Connect the function to a stream."""
        client = self.server.client("lambda")
        self.mapping = client.create_event_source_mapping(EventSourceArn=arn, FunctionName=self.function, **options)["UUID"]


def counted(embedded, name, **dimension):
    """The sum of one of Lambda's metrics."""
    now = datetime.now(UTC)
    window = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(minutes=1), "Period": 7200, "Statistics": ["Sum"]}
    ((key, value),) = dimension.items()
    asked = {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": [{"Name": key, "Value": value}], **window}
    return sum(point["Sum"] for point in embedded.client("cloudwatch").get_metric_statistics(**asked)["Datapoints"])


@pytest.fixture
def recorded(embedded, tmp_path):
    """A recorder of this test's own."""
    return Recorded(embedded, tmp_path)


class Stream:
    """A table with a stream."""

    def __init__(self, server):
        self.server = server
        view = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        description = server.table(StreamSpecification=view)
        self.name, self.arn = description["TableName"], description["LatestStreamArn"]

    def put(self, *keys, **attributes):
        """Write one item after the other."""
        for key in keys:
            item = {"id": {"S": key}, **{name: {"S": value} for name, value in attributes.items()}}
            self.server.client("dynamodb").put_item(TableName=self.name, Item=item)


@pytest.fixture
def stream(embedded):
    """A stream of this test's own."""
    return Stream(embedded)


def test_stream_records_arrive_in_order_and_in_batches(embedded, recorded, stream):
    """Everything written since the table was made, when the mapping starts at the horizon."""
    keys = [f"k{number}" for number in range(7)]
    stream.put(*keys)
    recorded.follow(stream.arn, StartingPosition="TRIM_HORIZON", BatchSize=3)
    assert embedded.wait_until(lambda: recorded.count("k6"))
    assert keys == [key for batch in recorded.batches() for key in batch]
    assert max(len(batch) for batch in recorded.batches()) == 3


def test_a_batching_window_collects_records(embedded, recorded, stream):
    """Records that come one by one are sent together."""
    recorded.follow(stream.arn, StartingPosition="LATEST", BatchSize=10, MaximumBatchingWindowInSeconds=5)
    stream.put("a", "b", "c")
    assert embedded.wait_until(recorded.batches)
    assert recorded.batches() == [["a", "b", "c"]]


def test_a_failed_record_is_repeated_without_those_before_it(embedded, recorded, stream):
    """The batch goes on at the first failure the function reports."""
    stream.put("before", "once", "after")
    recorded.follow(stream.arn, StartingPosition="TRIM_HORIZON", **PARTIAL)
    assert embedded.wait_until(lambda: recorded.count("once") == 2)
    assert recorded.batches() == [["before", "once", "after"], ["once", "after"]]


def test_a_poison_record_is_set_aside_and_the_others_pass(embedded, recorded, stream):
    """Split until it is alone, tried to the limit, then described on the failure queue."""
    url, queue = embedded.queue()
    stream.put("a", "b", "poison", "c", "d")
    recorded.follow(
        stream.arn,
        StartingPosition="TRIM_HORIZON",
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": queue}},
        **PARTIAL,
    )
    letter = embedded.wait_until(lambda: embedded.messages(url))[0]
    assert embedded.wait_until(lambda: recorded.count("d"))
    info = letter["DDBStreamBatchInfo"]
    assert (1, stream.arn) == (info["batchSize"], info["streamArn"])
    assert letter["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert recorded.batches().count(["poison"]) == 3
    assert (recorded.count("a"), recorded.count("b")) == (1, 1)
    stream.put("next")
    assert embedded.wait_until(lambda: recorded.count("next"))


def test_a_bucket_keeps_the_whole_records_of_what_is_given_up(embedded, recorded, stream):
    """Under the key that AWS builds, with the event as the function got it; and what was kept is counted."""
    bucket = embedded.bucket()
    stream.put("a", "poison", note="all of it")
    recorded.follow(
        stream.arn,
        StartingPosition="TRIM_HORIZON",
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{bucket}"}},
        MetricsConfig={"Metrics": ["EventCount"]},
        **PARTIAL,
    )
    s3 = embedded.client("s3")
    (entry,) = embedded.wait_until(lambda: s3.list_objects_v2(Bucket=bucket).get("Contents"))
    mapping = recorded.mapping
    assert re.fullmatch(rf"aws/lambda/{mapping}/shardId-[\w-]+/\d{{4}}/\d\d/\d\d/[\d-]+T[\d.]+-[0-9a-f-]{{36}}", entry["Key"])
    kept = json.loads(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read())
    (record,) = json.loads(kept["payload"])["Records"]
    assert record["dynamodb"]["NewImage"] == {"id": {"S": "poison"}, "note": {"S": "all of it"}}
    assert record["dynamodb"]["SequenceNumber"] == kept["DDBStreamBatchInfo"]["startSequenceNumber"]
    assert counted(embedded, "OnFailureDestinationDeliveredEventCount", EventSourceMappingUUID=mapping) == 1


def test_what_the_bucket_does_not_take_is_counted_as_dropped(embedded, recorded, stream):
    """Nobody ever sees such a batch again, so it must not go in silence."""
    stream.put("poison")
    recorded.follow(
        stream.arn,
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::nobody-made-this-bucket"}},
        MetricsConfig={"Metrics": ["EventCount"]},
        **PARTIAL,
    )
    assert embedded.wait_until(lambda: counted(embedded, "DroppedEventCount", EventSourceMappingUUID=recorded.mapping) == 1)
    assert counted(embedded, "DestinationDeliveryFailures", FunctionName=recorded.function) == 1


def test_a_filter_keeps_records_from_the_function(embedded, recorded, stream):
    """Only what matches costs an invocation."""
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["decision"]}}}}
    filters = {"Filters": [{"Pattern": json.dumps(pattern)}]}
    recorded.follow(stream.arn, StartingPosition="TRIM_HORIZON", FilterCriteria=filters)
    stream.put("r1", kind="report")
    stream.put("d1", kind="decision")
    stream.put("d1", kind="decision", note="changed")
    stream.put("d2", kind="decision")
    assert embedded.wait_until(lambda: recorded.count("d2"))
    assert [key for batch in recorded.batches() for key in batch] == ["d1", "d2"]


def test_another_source_is_refused(embedded, recorded):
    """Nothing that is deployed reads another one: it fails instead of staying silent."""
    client, kinesis = embedded.client("lambda"), "arn:aws:kinesis:eu-north-1:123456789012:stream/s"
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="from DynamoDB streams and queues alone"):
        recorded.follow(kinesis)
