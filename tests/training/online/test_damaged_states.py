"""The nightly job rebuilds a damaged state from the lake, names and counts it, and goes on with everybody else."""

from __future__ import annotations

import logging

import pytest
from live_world import CUSTOMER, NOW_US, TERMINAL, LiveWorld, dynamodb, payments
from moto import mock_aws

from greenfraud.items import state as state_items
from tests.damaged_items import STORABLE
from training.online import reconciliation
from training.online.state_writes import Outcome


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch):
    """Tables in memory and a lake; one writer, because moto locks nothing, and nobody waits for a landing."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr("training.online.state_writes.WRITERS", 1)
    monkeypatch.setattr(reconciliation.time, "sleep", lambda _: None)
    with mock_aws():
        made = LiveWorld(dynamodb())
        made.make_tables()
        yield made


@pytest.mark.parametrize("name", STORABLE)
def test_one_damaged_item_is_named_counted_and_rebuilt_and_everything_else_goes_on(world, name, caplog):
    """As if it had never been damaged; another entity's lost item is written in the same night."""
    attribute, damage = STORABLE[name]
    world.ingest(payments(60))
    right, item = world.states(), world.item(CUSTOMER, "C0")
    world.client.put_item(TableName=CUSTOMER.table, Item=damage(item))
    world.client.delete_item(TableName=TERMINAL.table, Key=state_items.key_of(TERMINAL, "M1"))
    with caplog.at_level(logging.WARNING):
        counts = world.reconciliation().run()
    assert (counts[Outcome.REBUILT], counts[Outcome.CREATED], counts[Outcome.DAMAGED]) == (1, 1, 0)
    assert f"entity {state_items.identity_of(item)} is damaged: customer_activity.{attribute}:" in caplog.text
    assert "4711" not in caplog.text
    assert world.states() == right
    assert world.reconciliation().run()[Outcome.REBUILT] == 0


def test_every_item_damaged_in_its_own_way_is_rebuilt_in_one_night(world):
    """However many there are."""
    world.ingest(payments(20 * len(STORABLE)))
    right = world.states()
    broken = 0
    for (_, damage), item in zip(STORABLE.values(), world.client.scan(TableName=CUSTOMER.table)["Items"], strict=False):
        world.client.put_item(TableName=CUSTOMER.table, Item=damage(item))
        broken += 1
    assert world.reconciliation().run()[Outcome.REBUILT] == broken > 10
    assert world.states() == right


def test_a_damaged_item_of_an_entity_that_the_lake_does_not_know_is_left_and_counted(world):
    """There is nothing to rebuild it from; a payment that lands heals it the next night."""
    world.ingest(payments(60))
    stranger = {**world.item(CUSTOMER, "C0"), "values": {"S": "?"}, **state_items.key_of(CUSTOMER, "stranger")}
    world.client.put_item(TableName=CUSTOMER.table, Item=stranger)
    counts = world.reconciliation().run()
    assert (counts[Outcome.DAMAGED], counts[Outcome.REBUILT]) == (1, 0)
    assert world.item(CUSTOMER, "stranger") == stranger


def test_a_live_update_that_comes_while_an_item_is_rebuilt_wins(world, monkeypatch):
    """The write holds only over the very item that was found damaged."""
    world.ingest(payments(60))
    whole = world.item(CUSTOMER, "C0")
    world.client.put_item(TableName=CUSTOMER.table, Item={**whole, "values": {"S": "?"}, "version": {"S": "?"}})
    write = world.client.transact_write_items
    monkeypatch.setattr(
        world.client,
        "transact_write_items",
        lambda **asked: (world.client.put_item(TableName=CUSTOMER.table, Item=whole), monkeypatch.undo(), write(**asked))[-1],
    )
    world.reconciliation().run()
    assert world.state(CUSTOMER, "C0").newest_us == NOW_US
