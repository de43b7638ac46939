"""A platform whose ingestion can fail: real tables, buckets and queue in memory, and the real ingest code behind `invoke`."""

from __future__ import annotations

import io
import json
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
from rich.console import Console

from cli.recovery.redrive import redrive
from cli.screen import Screen
from functions.ingest.emissions import Grid
from functions.ingest.ingestion import Ingestion
from functions.ingest.landing import Lake
from functions.ingest.online import OnlineStates
from functions.notify.bus import EventBus
from functions.notify.telling import Telling
from greenfraud import redelivery
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.forgotten_people import ForgottenPeople
from greenfraud.items import casework
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items import release as release_items
from greenfraud.items import state as state_items
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.items.release import ReleasedPayment
from greenfraud.items.tables import DECISIONS, RECEIPTS, STATES
from greenfraud.records import Label, Transaction
from greenfraud.rejections import RejectedQueue

MANIFEST = load_manifest()
CUSTOMER, TERMINAL = MANIFEST.views["customer_activity"], MANIFEST.views["terminal_activity"]
START_US = 1_790_000_000_000_000
HOUR_US = 3_600_000_000
KEYS = {"decisions": DECISIONS, "receipts": RECEIPTS, CUSTOMER.table: STATES, TERMINAL.table: STATES}
HOUR_SECONDS = 3_600.0
Record = dict[str, Any]


@dataclass
class RecoveryWorld:
    """Made inside `mock_aws`."""

    region: str = "us-east-1"
    down: bool = False  # the store of states
    broken_by: str | None = None  # the transaction that makes the function fail as a whole
    outputs: dict[str, str] = field(default_factory=dict)
    invocations: int = 0

    def __post_init__(self) -> None:
        """Make everything that ingestion touches."""
        self.dynamodb, self.s3, self.sqs = (boto3.client(name, region_name=self.region) for name in ("dynamodb", "s3", "sqs"))
        for table, key in KEYS.items():
            self.dynamodb.create_table(TableName=table, BillingMode="PAY_PER_REQUEST", **key.definition)
        self.s3.create_bucket(Bucket="abandoned")
        self.queue = self.sqs.create_queue(QueueName="rejected")["QueueUrl"]
        self.untold = self.sqs.create_queue(QueueName="untold")["QueueUrl"]
        self.events = boto3.client("events", region_name=self.region)
        self.events.create_event_bus(Name="greenfraud")
        self.outputs |= {
            "NotifyFunction": "notify",
            "UntoldQueueUrl": self.untold,
            "EventBus": "greenfraud",
            "AbandonedBucket": "abandoned",
            "LakeBucket": "lake",
            "RejectedQueueUrl": self.queue,
            "IngestFunction": "ingest",
            "DecisionsTable": "decisions",
            "ReceiptsTable": "receipts",
            "CustomerTable": CUSTOMER.table,
            "TerminalTable": TERMINAL.table,
        }
        self.console = Console(record=True, width=200, file=io.StringIO())
        self.ingestion = Ingestion(
            {view.name: view.table for view in (CUSTOMER, TERMINAL)},
            MANIFEST,
            states=OnlineStates(self._store, "receipts", pause_seconds=1e-6),
            lake=Lake(lambda: self.s3, "lake", Grid(8.0, 1.135), MANIFEST),
            rejected=RejectedQueue(lambda: self.sqs, self.queue),
        )

        self.told: list[dict[str, Any]] = []
        self.telling = Telling(
            EventBus(lambda: SimpleNamespace(put_events=self._put_events), "greenfraud"),
            forgotten=ForgottenPeople(lambda: self.dynamodb, "receipts"),
            untold=RejectedQueue(lambda: self.sqs, self.untold),
        )

    def _put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.told += [] if self.down else [json.loads(entry["Detail"]) for entry in Entries]
        return {"Entries": [{"ErrorCode": "InternalFailure"} if self.down else {"EventId": "1"} for _ in Entries]}

    def client(self, service: str) -> Any:
        """As a target hands them out."""
        return SimpleNamespace(invoke=self.invoke) if service == "lambda" else getattr(self, service)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        """One of the two functions, as Lambda runs them."""
        take = {"ingest": self.ingestion.ingest, "notify": self.telling.tell}[FunctionName]
        self.invocations += 1
        event = json.loads(Payload)
        if self.broken_by and f'"{self.broken_by}"' in Payload.decode():
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorType": "Sandbox.Timedout"}')}
        answer = take(event["Records"], tells_rejections=event.get(redelivery.TELLS_REJECTIONS, False))
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def decide(self, name: str, hour: int = 0, *, written_ago: float = HOUR_SECONDS, **changes: Any) -> Record:
        """Store a decision; its stream record."""
        transaction = Transaction(name, START_US + hour * HOUR_US, "C1", "M1", 100 + hour)
        made = Decision(transaction, {"decision": "allow"}, "rules", "1", 0.0, 0.0, 2.0**-20, features=b"\x00\xff")
        return self._stored({**decision_items.encode(made, time.time() - written_ago), **changes})

    def report(self, name: str, hour: int = 0) -> Record:
        """Store a report of fraud; its stream record."""
        label = Label(name, is_fraud=True, observed_us=START_US + hour * HOUR_US)
        made = Report(label, label_items.record(0), True, START_US, "M1")
        return self._stored(label_items.encode(made, time.time() - HOUR_SECONDS))

    def release(self, name: str, hour: int = 0) -> Record:
        """Store the release of a payment that was held; its stream record."""
        made = ReleasedPayment(name, START_US + hour * HOUR_US + 1, "api", START_US, "C1", "M1", 100)
        return self._stored(release_items.encode(made, time.time() - HOUR_SECONDS))

    def review(self, name: str) -> Record:
        """Store what people did about a payment; its stream record."""
        return self._stored(casework.put(casework.Casework(name, "C1", int(time.time()) + HOUR_SECONDS), "decisions")["Item"])

    def _stored(self, item: dict[str, Any]) -> Record:
        self.dynamodb.put_item(TableName="decisions", Item=item)
        return redelivery.numbered([redelivery.record_of(item)])[0]

    def abandon(self, *records: Record, function: str | None = None) -> str:
        """What Lambda keeps of a batch it gave up; the object's key."""
        key = f"aws/lambda/mapping/shard/2026/11/29/2026-11-29T07.00.00-{uuid.uuid4()}"
        body = {"version": "1.0", "DDBStreamBatchInfo": {}, "payload": json.dumps({"Records": records})}
        if function:
            body["requestContext"] = {"functionArn": f"arn:aws:lambda:eu-north-1:123456789012:function:{function}"}
        self.s3.put_object(Bucket="abandoned", Key=key, Body=json.dumps(body).encode())
        return key

    def redrive(self, **options: Any) -> str:
        """Run the command; what it said."""
        try:
            redrive(self, Screen(self.console), **{"since": None, "until": None, "only_looks": False} | options)
        finally:
            self.said = self.console.export_text()
        return self.said

    def waiting(self) -> list[str]:
        """Keys of the bucket's objects, and messages in the queue."""
        objects = [entry["Key"] for entry in self.s3.list_objects_v2(Bucket="abandoned").get("Contents", [])]
        asked = {"QueueUrl": self.queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0}
        return objects + [message["Body"] for message in self.sqs.receive_message(**asked).get("Messages", [])]

    def state(self, view: Any, identity: str) -> ViewState:
        """The stored state of an entity, empty where there is none."""
        item = self.dynamodb.get_item(TableName=view.table, Key=state_items.key_of(view, identity)).get("Item")
        state = None if item is None else state_items.decode(view, item, 0.0)
        return state or ViewState.empty(view)

    def landed(self, kind: str) -> Counter[str]:
        """How often each transaction stands in the lake's files of a kind."""
        keys = [entry["Key"] for entry in self.s3.list_objects_v2(Bucket="lake", Prefix=f"{kind}/").get("Contents", [])]
        bodies = [self.s3.get_object(Bucket="lake", Key=key)["Body"].read() for key in keys]
        return Counter(json.loads(line)["transaction_id"] for body in bodies for line in body.splitlines())

    def _store(self) -> Any:
        return SimpleNamespace(batch_get_item=self._away) if self.down else self.dynamodb

    def _away(self, **_: Any) -> Any:
        raise self.dynamodb.exceptions.ResourceNotFoundException({"Error": {"Code": "ResourceNotFoundException"}}, "BatchGetItem")


def expected(view: Any, identity: str, records: list[Record]) -> ViewState:
    """What every record, once, makes of an entity."""
    world_free = MemoryStates(view, identity)
    for record in records:
        world_free.add(record["dynamodb"]["NewImage"])
    state = world_free.state
    return state if state.newest_us is None else state.expire(state.newest_us)


@dataclass
class MemoryStates:
    """One entity's state, without any store."""

    view: Any
    identity: str

    def __post_init__(self) -> None:
        """Nothing is known yet."""
        self.state = ViewState.empty(self.view)

    def add(self, image: dict[str, Any]) -> None:
        """Count one event."""
        if image.get(self.view.join_key, {}).get("S") != self.identity:
            return
        if image["record"]["S"] == "decision":
            other = image.get("terminal_id" if self.view.join_key == "customer_id" else "customer_id", {}).get("S")
            payment = int(image["occurred_us"]["N"]), int(image["amount_minor"]["N"])
            self.state = self.state.add_transaction(*payment, other=other)
        else:
            self.state = self.state.add_report(int(image["observed_us"]["N"]))
