"""Columns that only a declaration knows: ingestion keeps their states, the builder reads the lake, both agree to the bit."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from memory_lake import MemoryLake

from functions.ingest.emissions import Grid
from functions.ingest.ingestion import Ingestion
from functions.ingest.landing import Lake
from functions.ingest.online import OnlineStates
from functions.score.reporting import plan_of
from functions.score.state import DynamoStateReader, Tables, entities_of
from functions.score.tokens import IdTokens
from functions.score.verdict import features_of
from greenfraud.chunks import Chunk
from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import Manifest
from greenfraud.instants import DAY_US, HOUR_US, day_of
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items import release as release_items
from greenfraud.items import state as state_items
from greenfraud.items.decision import Decision
from greenfraud.records import Label, Transaction
from greenfraud.rejections import RejectedQueue
from tests.declared_columns import with_columns  # noqa: F401
from tests.functions.memory_aws import MemoryAws
from training.features.chunk_writing import write_chunks
from training.features.entity_states import states_at
from training.features.feature_matrix import FeatureMatrix
from training.features.history import LABELS, TRANSACTIONS, read_history

START_US = 17_700 * DAY_US
LATE_DAYS, LAST_DAYS = 230, 6
WRITTEN = time.time()
TOKENS = IdTokens(lambda: SimpleNamespace(get_secret_value=lambda **_: {"SecretString": "k" * 32}), "arn:key")


@dataclass
class Platform:
    """Ingestion and the score's reader over one AWS in memory."""

    manifest: Manifest
    aws: MemoryAws = field(default_factory=MemoryAws)

    def __post_init__(self) -> None:
        """Wire both as their handlers do."""
        self.tables = {name: view.table for name, view in self.manifest.views.items()}
        self.ingestion = Ingestion(
            self.tables,
            self.manifest,
            states=OnlineStates(lambda: self.aws, "receipts"),
            lake=Lake(lambda: self.aws, "lake", Grid(8.0, 1.135), self.manifest),
            rejected=RejectedQueue(lambda: self.aws, "rejected"),
        )
        client = SimpleNamespace(batch_get_item=self._read)
        self.reads: list[int] = []
        self.reader = DynamoStateReader(lambda: client, Tables("control", self.tables), self.manifest)

    def ingest(self, items: list[dict[str, Any]]) -> None:
        """Deliver stored items as the stream would."""
        records = [
            {"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(n), "NewImage": item}} for n, item in enumerate(items)
        ]
        for start in range(0, len(records), 40):
            assert self.ingestion.ingest(records[start : start + 40]) == {"batchItemFailures": []}

    def score(self, transaction: Transaction) -> dict[str, float | None]:
        """The features as the scoring function computes them."""
        snapshot = self.reader.read(entities_of(transaction, self.manifest))
        return dict(features_of(self.manifest, transaction, snapshot).values)

    def lake(self) -> MemoryLake:
        """What landed."""
        lake = MemoryLake(TRANSACTIONS.empty_table(), LABELS.empty_table())
        lake.objects |= self.aws.objects
        return lake

    def _read(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:
        self.reads.append(len(RequestItems))
        keys = [(table, key) for table, asked in RequestItems.items() for key in asked["Keys"]]
        return {"Responses": self.aws._found(keys)}


def payments(chance: random.Random, days: range, number: int) -> list[Transaction]:
    """Payments of few entities, so that they meet often; some lack each of the columns."""
    moments = sorted(chance.sample(range(days.start * 24 * 60, days.stop * 24 * 60), number))
    return [TOKENS.of(payment(chance, f"{days.start:03}-{n:04}", START_US + at * 60_000_000)) for n, at in enumerate(moments)]


def payment(chance: random.Random, name: str, occurred_us: int) -> Transaction:
    """One payment."""
    extras = {
        "device": f"D{chance.randrange(9)}",
        "merchant_category": f"{5410 + chance.randrange(4)}",
        "email_domain": f"mail{chance.randrange(5)}.example",
        "distance_km": chance.randrange(900) / 8.0,
    }
    kept = {column: value for column, value in extras.items() if chance.random() < 0.85}
    terminal = f"M{chance.randrange(5)}" if chance.random() < 0.9 else None
    return Transaction(name, occurred_us, f"C{chance.randrange(8)}", terminal, chance.randrange(1, 90_000), extras=kept)


def told(chance: random.Random, transaction: Transaction) -> list[tuple[int, dict[str, Any]]]:
    """A payment's decision and what is told of it later, as stored, with the moments from which on each is known."""
    outcome = chance.choice(("allow", "allow", "allow", "review", "block"))
    answer = {"decision": outcome, "policy_version": "p"}
    decided = decision_items.encode(Decision(transaction, answer, "rules", "1", 0.0, 0.0, 0.0), WRITTEN)
    events = [(transaction.occurred_us, decided)]
    if outcome == "review" and chance.random() < 0.6:
        released = release_items.release_of(decided, transaction.occurred_us + 5 * HOUR_US + 7, "analyst", WRITTEN)
        events.append((released.accepted_us, release_items.encode(released, WRITTEN)))
    if chance.random() < 0.3:
        observed_us = transaction.occurred_us + chance.randrange(2 * DAY_US, 12 * DAY_US)
        label = Label(transaction.transaction_id, is_fraud=True, observed_us=observed_us)
        (report,) = plan_of([label], {label.transaction_id: [decided]}, "").reports
        events.append((observed_us, label_items.encode(report, WRITTEN)))
    return events


@pytest.fixture
def platform(with_columns: Manifest) -> Platform:  # noqa: F811
    """A platform whose manifest knows the columns."""
    return Platform(with_columns)


def replay(platform: Platform) -> dict[str, dict[str, float | None]]:
    """Ingest months in any order and twice in parts, then score some days payment by payment; returns what was scored on."""
    chance = random.Random(20181)
    old, new = payments(chance, range(LATE_DAYS), 700), payments(chance, range(LATE_DAYS, LATE_DAYS + LAST_DAYS), 250)
    events = sorted((event for one in old + new for event in told(chance, one)), key=lambda event: event[0])
    border_us = START_US + LATE_DAYS * DAY_US
    late = [item for at_us, item in events if at_us < border_us]
    chance.shuffle(late)
    platform.ingest(late + late[:100])
    scored, by_name = {}, {one.transaction_id: one for one in new}
    for _, item in events[len(late) :]:
        name = item["transaction_id"]["S"]
        if item["record"]["S"] == decision_items.KIND:
            scored[name] = platform.score(by_name[name])
        platform.ingest([item])
    return scored


def bits(values: Any) -> list[bytes]:
    """Spell doubles so that equal means equal to the bit; one spelling for missing."""
    numbers = (np.float64(np.nan if value is None or np.isnan(value) else value) for value in values)
    return [number.tobytes() for number in numbers]


def test_no_value_differs_between_live_and_offline(platform: Platform):
    """Late events, late labels, releases and payments without the columns; features and states of every view."""
    manifest, scored = platform.manifest, replay(platform)
    history = read_history(platform.lake())
    rows = history.rows_between(START_US + LATE_DAYS * DAY_US, START_US + (LATE_DAYS + LAST_DAYS) * DAY_US)
    built = FeatureMatrix(manifest, history).columns(rows)
    names = history.table["transaction_id"].slice(rows.start, rows.stop - rows.start).to_pylist()
    assert len(names) == len(scored) == 250
    differing = {name for name in manifest.names if bits(built[name]) != bits(scored[transaction][name] for transaction in names)}
    assert differing == set()
    for name in ("device_report_share_28d", "device_customers_1d", "customer_first_email_domain", "merchant_category_count_1h"):
        assert len(set(bits(built[name]))) > 1, name  # it tells something
    as_of_us = max(int(history.occurred_us[-1]), int(history.label_observed_us[-1]))
    for view in manifest.views.values():
        states = states_at(history, view, as_of_us)
        for row, identity in enumerate(states.ids):
            item = platform.aws.items[view.table, entity_id(view.join_key, identity)]
            live = state_items.decode(view, item, 0.0)
            assert live is not None
            assert live.expire(as_of_us) == states.state(row)


def test_chunks_have_the_values_of_the_whole_history(platform: Platform):
    """What slides out of the buffer leaves the newest event of every declared entity behind."""
    scored, lake = replay(platform), platform.lake()
    days = [day_of(START_US + (LATE_DAYS + day) * DAY_US) for day in (0, LAST_DAYS)]
    write_chunks(lake, [Chunk(*days)])
    (table,) = lake.chunks().values()
    for row in table.to_pylist():
        assert bits(row[name] for name in platform.manifest.names) == bits(scored[row["transaction_id"]].values())


def test_one_read_brings_the_states_of_all_entities(platform: Platform):
    """However many views are declared."""
    platform.score(payment(random.Random(3), "T", START_US))
    assert len(platform.reads) == 1


def test_what_names_somebody_is_a_token_in_states_and_lake(platform: Platform):
    """A device does; the domain of an address does not."""
    sent = Transaction("T1", START_US, "C1", None, 100, extras={"device": "D1", "email_domain": "mail.example"})
    made = Decision(TOKENS.of(sent), {"decision": "allow"}, "rules", "1", 0.0, 0.0, 0.0)
    platform.ingest([decision_items.encode(made, WRITTEN)])
    device = str(TOKENS.of(sent).extras["device"])
    assert len(device) == 32
    assert ("greenfraud.device_activity", entity_id("device", device)) in platform.aws.items
    landed = b"".join(body for key, body in platform.aws.objects.items() if key.startswith("transactions/"))
    assert (device.encode() in landed, b"mail.example" in landed, b"D1" in landed) == (True, True, False)
