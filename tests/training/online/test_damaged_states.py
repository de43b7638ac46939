"""The nightly job rebuilds a damaged state from the lake, names and counts it, and goes on with everybody else."""

from __future__ import annotations

import logging
import time

import pytest
from live_world import CUSTOMER, NOW_US, TERMINAL, payments

from greenfraud.items import state as state_items
from tests.damaged_items import STORABLE
from training.online.state_writes import Outcome


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
    assert f"a state is damaged: customer_activity.{attribute}:" in caplog.text
    assert state_items.identity_of(item) not in caplog.text
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
    """The write holds only over the very item that was found damaged; what came since is left alone."""
    world.ingest(payments(60))
    whole = world.item(CUSTOMER, "C0")
    identity, state = state_items.identity_of(whole), world.state(CUSTOMER, "C0").add_transaction(NOW_US + 5, 777)
    live = state_items.encode(identity, state, version=9, now_seconds=time.time())
    world.client.put_item(TableName=CUSTOMER.table, Item={**whole, "values": {"S": "?"}, "version": {"S": "?"}})
    write, arriving = world.client.transact_write_items, [live]

    def write_after_the_update(**asked):
        while arriving:
            world.client.put_item(TableName=CUSTOMER.table, Item=arriving.pop())
        return write(**asked)

    monkeypatch.setattr(world.client, "transact_write_items", write_after_the_update)
    world.reconciliation().run()
    assert not arriving
    assert world.item(CUSTOMER, "C0") == live
