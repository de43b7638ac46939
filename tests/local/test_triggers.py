"""Streams, queues and events reach their functions, and failures go where they should."""

from __future__ import annotations

import json

import pytest

# Keeps each batch it is given as a line of the file SEEN, and fails as the records ask it to.
RECORDER = """
    import json, os
    def key_of(record):
        return record["dynamodb"]["Keys"]["id"]["S"] if "dynamodb" in record else record["body"]
    def number_of(record):
        return record["dynamodb"]["SequenceNumber"] if "dynamodb" in record else record["messageId"]
    def handler(event, context):
        keys = [key_of(record) for record in event["Records"]]
        with open(os.environ["SEEN"], "a+") as seen:
            seen.write(json.dumps(keys) + "\\n")
            seen.seek(0)
            tried = [json.loads(line) for line in seen]
        def fails(key):
            return key.startswith("poison") or key.startswith("once") and sum(key in batch for batch in tried) == 1
        failed = [number_of(record) for record, key in zip(event["Records"], keys) if fails(key)]
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
        """Connect the function to a stream or queue."""
        self.server.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=self.function, **options)


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


def test_lanes_keep_the_order_of_each_key(embedded, recorded, stream):
    """With a parallelisation factor keys overtake each other, but not themselves."""
    recorded.follow(stream.arn, StartingPosition="TRIM_HORIZON", BatchSize=1, ParallelizationFactor=4, **PARTIAL)
    stream.put("once-a", "b", "c", "d", "e")
    assert embedded.wait_until(lambda: recorded.count("once-a") == 2 and recorded.count("e"))
    assert all(recorded.count(key) == 1 for key in "bcde")


def test_a_queue_keeps_only_what_failed(embedded, recorded):
    """A message that fails for ever ends on the dead-letter queue; its batch mates are processed once."""
    letters_url, letters = embedded.queue()
    redrive = json.dumps({"deadLetterTargetArn": letters, "maxReceiveCount": 2})
    url, queue = embedded.queue(VisibilityTimeout="1", RedrivePolicy=redrive)
    client = embedded.client("sqs")
    entries = [{"Id": str(index), "MessageBody": json.dumps(body)} for index, body in enumerate(["a", "poison", "b"])]
    entries = [entry | {"MessageBody": json.loads(entry["MessageBody"])} for entry in entries]
    client.send_message_batch(QueueUrl=url, Entries=entries)
    recorded.follow(queue, BatchSize=10, **PARTIAL)

    def letter():
        return client.receive_message(QueueUrl=letters_url).get("Messages")

    assert embedded.wait_until(letter)[0]["Body"] == "poison"
    assert (recorded.count("a"), recorded.count("b"), recorded.count("poison")) == (1, 1, 2)


def test_an_event_reaches_function_machine_topic_and_queue(embedded, recorded):
    """Each target with the event, its constant input or a filled template."""
    url, queue = embedded.queue()
    topic_url, topic_queue = embedded.queue()
    sns = embedded.client("sns")
    topic = sns.create_topic(Name=embedded.name("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=topic_queue)
    machine = embedded.machine({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    events, rule, source = embedded.client("events"), embedded.name("rule"), embedded.name("source")
    function = embedded.client("lambda").get_function(FunctionName=recorded.function)["Configuration"]["FunctionArn"]
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    template = {"InputPathsMap": {"f": "$.detail.family"}, "InputTemplate": '{"family": <f>}'}
    targets = [
        {"Id": "f", "Arn": function, "Input": json.dumps({"Records": [{"body": "hello"}]})},
        {"Id": "m", "Arn": machine, "InputPath": "$.detail"},
        {"Id": "t", "Arn": topic, "InputTransformer": template},
        {"Id": "q", "Arn": queue},
    ]
    events.put_targets(Rule=rule, Targets=targets)
    detail = json.dumps({"family": "light"})
    events.put_events(Entries=[{"Source": source, "DetailType": "Drift", "Detail": detail}])
    assert embedded.wait_until(lambda: embedded.messages(url))[0]["detail-type"] == "Drift"
    notice = embedded.wait_until(lambda: embedded.messages(topic_url))[0]
    assert json.loads(notice["Message"]) == {"family": "light"}
    assert embedded.wait_until(lambda: recorded.count("hello"))
    machines = embedded.client("stepfunctions")
    run = embedded.wait_until(lambda: machines.list_executions(stateMachineArn=machine)["executions"])[0]
    assert json.loads(machines.describe_execution(executionArn=run["executionArn"])["input"]) == {"family": "light"}
