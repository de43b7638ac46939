"""Conditional writes of states: whoever else writes meanwhile wins."""

from __future__ import annotations

from collections import Counter

import pytest
from live_world import CUSTOMER, MANIFEST, NOW_US, LiveWorld, dynamodb
from moto import mock_aws

from greenfraud.features.encoding import entity_id, event_ts
from greenfraud.features.tiles import ViewState
from training.online.state_writes import ATTEMPTS, BATCH_ITEMS, Outcome, StateWriter

STATE = ViewState.empty(CUSTOMER).add_transaction(NOW_US, 100)


@pytest.fixture
def world(monkeypatch):
    """Empty tables."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # Plain moto copies whole tables during a transaction and cannot stand a second one beside it.
    monkeypatch.setattr("training.online.state_writes.WRITERS", 1)
    with mock_aws():
        world = LiveWorld(dynamodb())
        world.make_tables()
        yield world


def write(world, states, decide=lambda _, __, state: state):
    """Offer states by customer."""
    writer = StateWriter(world.client, MANIFEST.views["customer_activity"], CUSTOMER.table, decide)
    return writer.write({entity_id("customer_id", customer): state for customer, state in states.items()})


def test_a_new_entity_is_written_with_version_and_time_to_live(world):
    """In Feast's layout, with ours beside it."""
    assert write(world, {"C1": STATE}) == {Outcome.CREATED: 1}
    item = world.item(CUSTOMER, "C1")
    assert item.keys() == {"entity_id", "event_ts", "values", "version", "expires_at"}
    assert (item["version"], item["event_ts"]) == ({"N": "1"}, {"S": event_ts(NOW_US)})
    assert set(item["values"]["M"]) == set(CUSTOMER.columns)


def test_the_same_state_is_not_written_again(world):
    """It costs a read."""
    write(world, {"C1": STATE})
    assert write(world, {"C1": STATE}) == {Outcome.SAME: 1}
    assert world.item(CUSTOMER, "C1")["version"] == {"N": "1"}


def test_what_the_decision_refuses_is_counted_and_kept(world):
    """The item stays as it is."""
    world.put("C1", STATE)
    counts = write(world, {"C1": ViewState.empty(CUSTOMER)}, lambda _, __, ___: Outcome.BEHIND)
    assert (counts, world.state(CUSTOMER, "C1")) == ({Outcome.BEHIND: 1}, STATE)


def test_a_correction_counts_the_version_up_and_prolongs_no_life(world):
    """An ingestion that read version 1 must read again; the time to live is that of the newest event."""
    world.put("C1", STATE)
    before = world.item(CUSTOMER, "C1")
    assert write(world, {"C1": STATE.add_transaction(NOW_US, 50)}) == {Outcome.CORRECTED: 1}
    after = world.item(CUSTOMER, "C1")
    assert (after["version"], after["expires_at"]) == ({"N": "2"}, before["expires_at"])
    assert write(world, {"C1": STATE.add_transaction(NOW_US + 1, 50)}) == {Outcome.CORRECTED: 1}
    assert int(world.item(CUSTOMER, "C1")["expires_at"]["N"]) > int(before["expires_at"]["N"])


def test_an_item_without_a_version_is_corrected_too(world):
    """Feast's own SDK writes such items; their newest event is the sign of a change."""
    world.put("C1", STATE)
    item = world.item(CUSTOMER, "C1")
    del item["version"]
    world.client.put_item(TableName=CUSTOMER.table, Item=item)
    assert write(world, {"C1": STATE.add_transaction(NOW_US, 50)}) == {Outcome.CORRECTED: 1}
    assert world.item(CUSTOMER, "C1")["version"] == {"N": "1"}


def test_one_lost_race_does_not_hold_back_the_batch_and_is_decided_anew(world):
    """The others of the transaction are written one by one; what was lost is read again."""
    others = {f"C{number}": STATE for number in range(5)}
    race = []

    def decide(name, stored, state):
        if name == entity_id("customer_id", "C3") and not race:
            race.append(world.put("C3", STATE))
        return state if stored is None else stored.state.add_transaction(NOW_US, 60)

    assert write(world, others, decide) == {Outcome.CREATED: 4, Outcome.CORRECTED: 1}
    assert world.state(CUSTOMER, "C3") == STATE.add_transaction(NOW_US, 60)


def test_a_race_that_is_always_lost_ends_as_a_conflict(world):
    """After a few attempts; the item keeps what the others wrote."""
    tries = []

    def decide(_, __, state):
        tries.append(world.put("C1", STATE))
        return state

    assert write(world, {"C1": STATE.add_transaction(NOW_US, 1)}, decide) == {Outcome.CONFLICT: 1}
    assert (len(tries), world.state(CUSTOMER, "C1")) == (ATTEMPTS, STATE)


def test_more_states_than_a_transaction_takes_are_all_written(world):
    """DynamoDB takes a hundred at once."""
    states = {f"C{number}": STATE for number in range(BATCH_ITEMS * 2 + 1)}
    assert write(world, states) == Counter({Outcome.CREATED: len(states)})
