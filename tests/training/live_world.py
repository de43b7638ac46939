"""Events that reach the online tables one by one, as live ingestion writes them, and land in a lake."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import boto3

from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import View, load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, day_of
from greenfraud.items import state as state_items
from greenfraud.items.tables import STATES
from greenfraud.naming import labels_prefix, releases_prefix, transactions_prefix
from greenfraud.outcomes import REVIEW
from training.features.history import TRANSACTIONS
from training.online.reconciliation import Reconciliation

MANIFEST = load_manifest()
CUSTOMER, TERMINAL = MANIFEST.views["customer_activity"], MANIFEST.views["terminal_activity"]
NOW_US = 17_700 * DAY_US + 12 * 3_600_000_000 + 123_456
LONG_AGO_SECONDS = 3_600.0


@dataclass(frozen=True)
class Payment:
    """A transaction, reported as a fraud after seven days or not at all."""

    transaction_id: str
    occurred_us: int
    customer_id: str
    terminal_id: str
    amount_minor: int
    is_fraud: bool = False

    @property
    def reported_us(self) -> int:
        """When the report is observed."""
        return self.occurred_us + 7 * DAY_US


def payments(count: int, *, seed: int = 7, days: int = 120) -> list[Payment]:
    """Return payments of the last days in random order; the newest is of now."""
    chance = random.Random(seed)
    made = [
        Payment(
            transaction_id=f"T{number}",
            occurred_us=NOW_US - chance.randrange(days * DAY_US),
            customer_id=f"C{chance.randrange(count // 20 + 1)}",
            terminal_id=f"M{chance.randrange(count // 30 + 1)}",
            amount_minor=chance.randrange(100_000),
            is_fraud=chance.random() < 0.2,
        )
        for number in range(count)
    ]
    return [*made, Payment("T-newest", NOW_US, "C0", "M0", 4_200)]


def parties(event: Payment, view: View) -> tuple[str, str]:
    """Whose state of a view a payment changes, and whom that one met."""
    both = event.customer_id, event.terminal_id
    return both if view.join_key == "customer_id" else both[::-1]


@dataclass
class MemoryLake:
    """A lake in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def folders(self, prefix: str) -> list[str]:
        return sorted({key.removeprefix(prefix).partition("/")[0] for key in self.keys(prefix)})

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.files if key.startswith(prefix))

    def get(self, key: str) -> bytes:
        return self.files[key]

    def get_json(self, key: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.files[key])
        return document

    def put(self, key: str, body: bytes) -> None:
        self.files[key] = body

    def land(self, events: Iterable[Payment]) -> None:
        """Write transactions and reports as ingestion lands them: JSON lines, a file of their own."""
        for one in events:
            row = {name: getattr(one, name) for name in TRANSACTIONS.names}
            self._write(f"{transactions_prefix(day_of(one.occurred_us))}landing-{one.transaction_id}.jsonl", row)
            if one.is_fraud:
                label = {"transaction_id": one.transaction_id, "is_fraud": True, "observed_us": one.reported_us, "source": "bank"}
                self._write(f"{labels_prefix(day_of(one.reported_us))}landing-{one.transaction_id}.jsonl", label)

    def land_released(self, one: Payment, released_us: int) -> None:
        """Write a payment that was held, and its release."""
        payment = {name: getattr(one, name) for name in TRANSACTIONS.names}
        held = payment | {"decision": REVIEW, "accepted_us": None}
        self._write(f"{transactions_prefix(day_of(one.occurred_us))}landing-{one.transaction_id}.jsonl", held)
        released = payment | {"accepted_us": released_us, "source": "analyst"}
        self._write(f"{releases_prefix(day_of(released_us))}landing-{one.transaction_id}.jsonl", released)

    def _write(self, key: str, row: dict[str, Any]) -> None:
        self.files[key] = f"{json.dumps(row)}\n".encode()


@dataclass
class LiveWorld:
    """The two tables, what ingestion does to them, and the lake."""

    client: Any
    lake: MemoryLake = field(default_factory=MemoryLake)

    def make_tables(self) -> None:
        """Create both tables, empty."""
        for view in MANIFEST.views.values():
            self.client.create_table(TableName=view.table, BillingMode="PAY_PER_REQUEST", **STATES.definition)

    def empty_tables(self) -> None:
        """Lose every item."""
        for view in MANIFEST.views.values():
            self.client.delete_table(TableName=view.table)
        self.make_tables()

    def apply(self, event: Payment, *, seconds_ago: float = LONG_AGO_SECONDS, views: Iterable[View] = ()) -> None:
        """Count a payment, and its report once it is due, in the states of its customer and terminal."""
        for view in views or MANIFEST.views.values():
            identity, other = parties(event, view)
            state = self.state(view, identity).add_transaction(event.occurred_us, event.amount_minor, other=other)
            if event.is_fraud and event.reported_us <= NOW_US:
                state = state.add_report(event.reported_us)
            self.put(identity, state, seconds_ago=seconds_ago)

    def ingest(self, events: Iterable[Payment], **options: Any) -> None:
        """Apply events and land them."""
        events = list(events)
        for event in events:
            self.apply(event, **options)
        self.lake.land(events)

    def release(self, one: Payment, released_us: int) -> None:
        """Hold a payment and let it go, as ingestion does, and land both."""
        for view in MANIFEST.views.values():
            identity, other = parties(one, view)
            state = self.state(view, identity).add_transaction(one.occurred_us, one.amount_minor, REVIEW, other)
            self.put(identity, state.add_release(one.occurred_us, released_us, one.amount_minor))
        self.lake.land_released(one, released_us)

    def put(self, identity: str, state: ViewState, *, seconds_ago: float = LONG_AGO_SECONDS, **more: Any) -> None:
        """Write an item as ingestion does."""
        view, before = state.view, self.item(state.view, identity)
        now_seconds = time.time() - seconds_ago
        version = state_items.next_version(before, now_seconds)
        item = state_items.encode(entity_id(view.join_key, identity), state, version=version, now_seconds=now_seconds)
        self.client.put_item(TableName=view.table, Item={**item, **more})

    def item(self, view: View, identity: str) -> dict[str, Any] | None:
        """Return a stored item."""
        key = state_items.key_of(view, identity)
        item: dict[str, Any] | None = self.client.get_item(TableName=view.table, Key=key).get("Item")
        return item

    def state(self, view: View, identity: str) -> ViewState:
        """Return a stored state, empty for none, without the tiles that no window reads any more."""
        item = self.item(view, identity)
        return ViewState.empty(view) if item is None else decoded(view, item)

    def states(self) -> dict[str, ViewState]:
        """Return every stored state, without the tiles that no window reads any more."""
        found = {}
        for view in MANIFEST.views.values():
            for item in self.client.scan(TableName=view.table)["Items"]:
                found[state_items.identity_of(item)] = decoded(view, item)
        return found

    def versions(self) -> dict[str, str]:
        """Return the version of every item."""
        items = [item for view in MANIFEST.views.values() for item in self.client.scan(TableName=view.table)["Items"]]
        return {state_items.identity_of(item): item["version"]["N"] for item in items}

    def reconciliation(self, **caution: Any) -> Reconciliation:
        """Return the reconciliation of these tables with this lake."""
        tables = {name: view.table for name, view in MANIFEST.views.items()}
        return Reconciliation(client=self.client, lake=self.lake, manifest=MANIFEST, tables=tables, **caution)


def dynamodb() -> Any:
    """Return a client of the in-memory AWS."""
    return boto3.client("dynamodb", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")


def decoded(view: View, item: dict[str, Any]) -> ViewState:
    """Return the state of an item that has not expired, without the tiles that no window reads any more."""
    state = state_items.decode(view, item, time.time())
    assert state is not None
    return state.expire(NOW_US)
