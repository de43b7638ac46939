"""An ingestion over AWS in memory, the records its stream would carry, and what they should add up to."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from memory_aws import Crash, MemoryAws

from functions.ingest.emissions import Grid
from functions.ingest.ingestion import Ingestion
from functions.ingest.landing import Lake
from functions.ingest.online import OnlineStates
from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.records import Label, Transaction
from greenfraud.rejections import RejectedQueue

MANIFEST = load_manifest()
CUSTOMER, TERMINAL = MANIFEST.views["customer_activity"], MANIFEST.views["terminal_activity"]
START_US = 1_526_817_600_000_000
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
GRAMS = 2.0**-20  # adds up without rounding
Record = dict[str, Any]


def decision(name: str, customer: str, terminal: str | None, occurred_us: int, amount_minor: int = 100) -> Record:
    """The stream record of a decided transaction."""
    transaction = Transaction(name, occurred_us, customer, terminal, amount_minor)
    made = Decision(transaction, {"decision": "allow"}, "rules", "1", 0.0, 0.0, GRAMS)
    return _record(name, decision_items.encode(made, now_seconds=0.0))


def report(name: str, terminal: str | None, observed_us: int, *, is_first: bool = True) -> Record:
    """The stream record of a fraud report."""
    label = Label(name, is_fraud=True, observed_us=observed_us)
    made = Report(label, label_items.record(0), is_first, START_US, terminal)
    return _record(f"r-{name}", label_items.encode(made, now_seconds=0.0))


def _record(number: str, image: dict[str, Any]) -> Record:
    return {"eventName": "INSERT", "eventSourceARN": "stream", "dynamodb": {"SequenceNumber": number, "NewImage": image}}


def expected(view: Any, identity: str, records: Iterable[Record]) -> ViewState:
    """What every record, once and in whatever order, makes of an entity."""
    state = ViewState.empty(view)
    for record in {one["dynamodb"]["SequenceNumber"]: one for one in records}.values():
        image = record["dynamodb"]["NewImage"]
        if image.get(view.join_key, {}).get("S") != identity:
            continue
        if image["record"]["S"] == "decision":
            other = image.get("terminal_id" if view is CUSTOMER else "customer_id", {}).get("S")
            state = state.add_transaction(int(image["occurred_us"]["N"]), int(image["amount_minor"]["N"]), other=other)
        elif image["is_first_report"]["BOOL"]:
            state = state.add_report(int(image["observed_us"]["N"]))
    return state if state.newest_us is None else state.expire(state.newest_us)


@dataclass
class MemoryWorld:
    """One ingestion; several may share their AWS."""

    aws: MemoryAws = field(default_factory=MemoryAws)

    def __post_init__(self) -> None:
        """Wire the function as its handler does."""
        self.ingestion = Ingestion(
            {"customer_activity": "customers", "terminal_activity": "terminals"},
            MANIFEST,
            states=OnlineStates(lambda: self.aws, "receipts", pause_seconds=1e-6),
            lake=Lake(lambda: self.aws, "lake", Grid(8.0, 1.135), MANIFEST),
            rejected=RejectedQueue(lambda: self.aws, "rejected"),
        )

    def ingest(self, *records: Record, seconds: float = 60.0) -> list[str]:
        """Ingest a batch once; the numbers of what failed."""
        response = self.ingestion.ingest(records, give_up_at=time.monotonic() + seconds)
        return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]

    def deliver(self, records: Sequence[Record]) -> None:
        """What Lambda does: again from the first failure, all of it after a crash."""
        while records:
            try:
                failed = self.ingest(*records)
            except Crash:
                continue
            numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
            records = records[min(map(numbers.index, failed)) :] if failed else ()

    def state(self, view: Any, identity: str) -> ViewState:
        """The stored state of an entity, empty where there is none."""
        item = self.item(view, identity)
        if item is None:
            return ViewState.empty(view)
        return ViewState.decode(view, {name: cell["B"] for name, cell in item["values"]["M"].items()})

    def item(self, view: Any, identity: str) -> Record | None:
        """The stored item of an entity."""
        table = "customers" if view is CUSTOMER else "terminals"
        return self.aws.items.get((table, entity_id(view.join_key, identity)))

    def landed(self, kind: str) -> Counter[str]:
        """How often each transaction stands in the files of a kind."""
        bodies = [body for key, body in self.aws.objects.items() if key.startswith(f"{kind}/")]
        return Counter(json.loads(line)["transaction_id"] for body in bodies for line in body.splitlines())

    def emissions(self) -> tuple[float, int]:
        """Grams and decisions of all emissions records."""
        records = [json.loads(body) for key, body in self.aws.objects.items() if key.startswith("emissions/")]
        return sum(record["emissions_g"] for record in records), sum(record["functional_units"] for record in records)

    def rejected(self) -> list[Record]:
        """What waits in the queue."""
        return [json.loads(message) for message in self.aws.messages]
