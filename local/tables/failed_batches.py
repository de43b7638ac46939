"""Where Lambda keeps a batch of stream records that it gives up on: named in a queue or topic, whole in a bucket.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from __future__ import annotations

import json
import sys
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import EventSourceMapping

from local.context import Context
from local.monitoring import metrics
from local.permissions.callers import Caller
from local.permissions.decision import check_all
from local.permissions.needs import Need
from local.targets import deliver

Records = list[dict[str, Any]]
BUCKET = "arn:aws:s3:::"
SHARD = "shardId-00000001541626099285-f35f62ef"
COUNTED = "EventCount"  # the group of metrics a mapping has to ask for


@dataclass(frozen=True)
class Condition:
    """How the last attempt ended."""

    attempts: int
    version: str | None
    error: str | None


def sequence_number(record: dict[str, Any]) -> str:
    """What identifies a record in its shard."""
    return str(record["dynamodb"]["SequenceNumber"])


@dataclass(frozen=True)
class FailureDestination:
    """Where a mapping's failed batches go, in the name of its function's role; what cannot be kept is gone."""

    context: Context
    mapping: EventSourceMapping
    caller: Caller

    def keep(self, records: Records, condition: Condition) -> None:
        """Hand over the batch, and count what became of it where the mapping asks for that."""
        destination = (self.mapping.destination_config or {}).get("OnFailure", {}).get("Destination")
        name = "DroppedEventCount"
        try:
            if destination:
                self._deliver(destination, records, condition)
                name = "OnFailureDestinationDeliveredEventCount"
        except Exception as failure:
            print(f"{destination}: {failure}", file=sys.stderr, flush=True)
            function = {"FunctionName": self.mapping.function_arn.split(":")[6]}
            metrics.record("AWS/Lambda", {"DestinationDeliveryFailures": 1}, function)
        if COUNTED in (self.mapping.metrics or {}).get("Metrics", []):
            metrics.record("AWS/Lambda", {name: len(records)}, {"EventSourceMappingUUID": self.mapping.uuid})

    def _deliver(self, destination: str, records: Records, condition: Condition) -> None:
        note = invocation_record(self.mapping, records, condition)
        if not destination.startswith(BUCKET):
            deliver(self.context, destination, json.dumps(note), caller=self.caller, source_arn=self.mapping.function_arn)
            return
        body = json.dumps({**note, "payload": json.dumps({"Records": records})}).encode()
        for _ in range(self.context.deliveries):  # AWS promises at least one, each under a key of its own
            key = object_key(self.mapping.uuid, datetime.now(UTC))
            check_all(self.caller, [Need("s3:ListBucket", destination), Need("s3:PutObject", f"{destination}/{key}")])
            self.context.client("s3").put_object(Bucket=destination.removeprefix(BUCKET), Key=key, Body=body)


def object_key(mapping: str, at: datetime) -> str:
    """The key of an object, as AWS builds it."""
    return f"aws/lambda/{mapping}/{SHARD}/{at:%Y/%m/%d}/{at:%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"


def invocation_record(mapping: EventSourceMapping, records: Records, condition: Condition) -> dict[str, Any]:
    """What Lambda tells of a batch; the records themselves are added for a bucket alone."""
    arrived = [
        datetime.fromtimestamp(one["dynamodb"]["ApproximateCreationDateTime"], UTC).isoformat() for one in (records[0], records[-1])
    ]
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(),
        "requestContext": {
            "functionArn": mapping.function_arn,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": condition.attempts,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": condition.version,
            "functionError": condition.error,
        },
        "DDBStreamBatchInfo": {
            "shardId": SHARD,
            "startSequenceNumber": sequence_number(records[0]),
            "endSequenceNumber": sequence_number(records[-1]),
            "approximateArrivalOfFirstRecord": arrived[0],
            "approximateArrivalOfLastRecord": arrived[1],
            "batchSize": len(records),
            "streamArn": mapping.event_source_arn,
        },
    }
