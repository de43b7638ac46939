"""An ingestion over in-process tables, and the golden records of its stream."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import boto3
from aws_world import NAMES, golden
from score_world import MANIFEST, Proxy, World, customer_state

from functions.ingest.emissions import Grid
from functions.ingest.ingestion import Ingestion
from functions.ingest.landing import Lake
from functions.ingest.online import OnlineStates
from greenfraud.features.tiles import ViewState
from greenfraud.items.state import decode, key_of
from greenfraud.rejections import RejectedQueue

CUSTOMER, TERMINAL = MANIFEST.views["customer_activity"], MANIFEST.views["terminal_activity"]
DECISION, REPORT = golden("dynamodb_stream_decisions")["Records"]
OCCURRED_US, OBSERVED_US = 1526817600000000, 1527422400000000


class IngestWorld:
    """The ingestion over in-process tables, through clients that a test can break."""

    def __init__(self) -> None:
        self.dynamodb = Proxy(boto3.client("dynamodb"))
        self.s3 = Proxy(boto3.client("s3"))
        self.sqs = Proxy(boto3.client("sqs"))
        self.ingestion = Ingestion(
            {view.name: view.table for view in (CUSTOMER, TERMINAL)},
            MANIFEST,
            states=OnlineStates(lambda: self.dynamodb, "receipts", pause_seconds=0.0005),
            lake=Lake(lambda: self.s3, "lake", Grid(8.0, 1.135), MANIFEST),
            rejected=RejectedQueue(lambda: self.sqs, NAMES["REJECTED_QUEUE_URL"]),
        )

    def ingest(self, *records: dict[str, Any]) -> list[str]:
        """Ingest a batch; the sequence numbers of what failed."""
        failures = self.ingestion.ingest(records)["batchItemFailures"]
        return [failure["itemIdentifier"] for failure in failures]

    def item(self, view: Any, identity: str) -> dict[str, Any]:
        """The stored item of an entity."""
        item: dict[str, Any] = self.dynamodb.get_item(TableName=view.table, Key=key_of(view, identity))["Item"]
        return item

    def state(self, view: Any, identity: str) -> ViewState:
        """The stored state of an entity."""
        state = decode(view, self.item(view, identity), now_seconds=0.0)
        assert state is not None
        return state

    def rejected(self) -> list[dict[str, Any]]:
        """What waits in the queue of rejected records."""
        taken = self.sqs.receive_message(QueueUrl=NAMES["REJECTED_QUEUE_URL"], MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in taken]

    def lake(self, prefix: str) -> dict[str, list[dict[str, Any]]]:
        """The lines of each file below a prefix."""
        listed = self.s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
        bodies = {one["Key"]: self.s3.get_object(Bucket="lake", Key=one["Key"])["Body"].read() for one in listed}
        return {key: [json.loads(line) for line in body.splitlines()] for key, body in bodies.items()}


def decision(number: int, **changes: dict[str, str]) -> dict[str, Any]:
    """The golden decision under another id, with changed attributes."""
    record = copy.deepcopy(DECISION)
    record["dynamodb"]["SequenceNumber"] = str(number)
    record["dynamodb"]["NewImage"] |= {"transaction_id": {"S": f"T{number}"}, **changes}
    return record


def expected_customer() -> ViewState:
    """What one golden decision makes of its customer."""
    return customer_state((OCCURRED_US, 1250))


def stored_by(scoring: World, *, kind: str = "decision") -> list[dict[str, Any]]:
    """The stream's records of what the scoring function stored."""
    items = [item for item in scoring.dynamodb.scan(TableName="decisions")["Items"] if item["record"]["S"].startswith(kind)]
    at = time.time()
    return [
        {"eventName": "INSERT", "dynamodb": {"NewImage": item, "SequenceNumber": str(n), "ApproximateCreationDateTime": at}}
        for n, item in enumerate(items)
    ]
