"""One damaged state: the score flags it, ingest names it and goes on, and neither changes it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from score_world import World, customer_state
from stream_world import CUSTOMER, DECISION, OCCURRED_US, TERMINAL, IngestWorld

from greenfraud.features.encoding import entity_id
from greenfraud.features.tiles import ViewState
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
