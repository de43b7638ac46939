"""One damaged state: the score flags it, ingest names it and goes on, and neither changes it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from score_world import TRANSACTION, World, customer_state
from stream_world import CUSTOMER, DECISION, OCCURRED_US, TERMINAL, IngestWorld, decision

from greenfraud.features.encoding import entity_id
from greenfraud.features.tiles import ViewState
from greenfraud.items.decision import key, record_of
from greenfraud.items.state import encode
from tests.damaged_items import STORABLE

HOUR_US = 3_600_000_000


@pytest.fixture(params=STORABLE)
def damaged(request: pytest.FixtureRequest):
    """The attribute at fault, and how a whole item comes to it."""
    return STORABLE[request.param]


@pytest.fixture
def world(aws: None) -> World:
    """A service over tables in memory."""
    return World()


@pytest.fixture
def ingest_world(aws: None) -> IngestWorld:
    """An ingestion over the same."""
    return IngestWorld()


@pytest.fixture
def state():
    """Two payments in two hours."""
    return customer_state((OCCURRED_US - HOUR_US, 100), (OCCURRED_US - 2 * HOUR_US, 200))


def item_of(state: ViewState) -> dict[str, Any]:
    """The item of customer C1."""
    return encode(entity_id("customer_id", "C1"), state, version=3, now_seconds=time.time())


def test_a_score_flags_it_and_never_takes_it_for_a_customer_never_seen(world, damaged, state, caplog):
    """The answer stands on the rest; the log names the attribute and no value."""
    attribute, damage = damaged
    world.dynamodb.put_item(TableName=CUSTOMER.table, Item=damage(item_of(state)))
    assert "customer_unreadable" in world.score()["degraded"]
    assert f"customer_activity.{attribute}:" in caplog.text
    assert "4711" not in caplog.text


def test_ingest_names_it_and_applies_and_lands_all_the_rest(ingest_world, damaged, state):
    """The event still reaches the terminal's state and the lake, from which the item is rebuilt."""
    attribute, damage = damaged
    broken = damage(item_of(state))
    ingest_world.dynamodb.put_item(TableName=CUSTOMER.table, Item=broken)
    assert ingest_world.ingest(DECISION) == []
    assert ingest_world.item(CUSTOMER, "C1") == broken
    assert ingest_world.state(TERMINAL, "M1").newest_us == OCCURRED_US
    assert len(ingest_world.lake("transactions/")) == 1
    (message,) = ingest_world.rejected()
    assert (message["reason"], message["at"]) == ("item_damaged", f"customer_activity.{attribute}")


def test_a_receipt_cut_off_is_named_and_its_neighbours_go_on(ingest_world):
    """Delivered again beside a good event: both are known, only the note is lost."""
    assert ingest_world.ingest(DECISION) == []
    (stored,) = ingest_world.dynamodb.scan(TableName="receipts")["Items"]
    ingest_world.dynamodb.put_item(TableName="receipts", Item={**stored, "emissions": {"S": '{"emissions/da'}})
    assert ingest_world.ingest(DECISION, decision(2)) == []
    (message,) = ingest_world.rejected()
    assert (message["reason"], message["at"]) == ("item_damaged", "receipt.emissions")
    assert ingest_world.state(CUSTOMER, "C1").newest_us is not None


def damage_answer(world: World, transaction_id: str, answer: str) -> None:
    """Spoil a stored answer."""
    item = world.dynamodb.get_item(TableName="decisions", Key=key(transaction_id))["Item"]
    world.dynamodb.put_item(TableName="decisions", Item={**item, "answer": {"S": answer}})


@pytest.mark.parametrize("answer", ["null", "[]", "{}", '{"degraded": ['])
def test_a_damaged_decision_spoils_neither_its_batch_nor_the_review_list(world, answer, caplog):
    """It is named; the others are answered and listed."""
    for name in ("T1", "T2"):
        world.score(transaction_id=name, amount_minor=90_000)
    damage_answer(world, "T1", answer)
    body = {"transactions": [TRANSACTION | {"transaction_id": name, "amount_minor": 90_000} for name in ("T1", "T2")]}
    first, second = world.http.post("/v1/score/batch", json=body).json()["results"]
    assert (first["status"], second["transaction_id"]) == (500, "T2")
    listed = world.http.get(f"/v1/reviews?day={TRANSACTION['occurred_at'][:10]}").json()["reviews"]
    assert [one["transaction_id"] for one in listed] == ["T2"]
    assert "decision.answer:" in caplog.text


def test_labels_are_stored_all_or_none_where_one_transactions_records_are_damaged(world):
    """The problem names its place in the list."""
    for name in ("T1", "T2"):
        world.score(transaction_id=name)
    item = world.dynamodb.get_item(TableName="decisions", Key=key("T2"))["Item"]
    world.dynamodb.put_item(TableName="decisions", Item={**item, "occurred_us": {"S": "4711"}})
    labels = [{"transaction_id": name, "is_fraud": True, "observed_at": "2018-05-27T12:00:00Z"} for name in ("T1", "T2")]
    answer = world.http.post("/v1/labels", json=labels)
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("labels[1].transaction_id: its stored records are damaged: decision.occurred_us:")
    assert all(record_of(one) == "decision" for one in world.dynamodb.scan(TableName="decisions")["Items"])
