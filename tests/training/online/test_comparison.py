"""A comparison finds every state that differs from the lake by so much as a tile, and writes nothing."""

from __future__ import annotations

from live_world import CUSTOMER, MANIFEST, NOW_US, LiveWorld, Payment, payments

from greenfraud.features.encoding import entity_id
from greenfraud.instants import DAY_US
from training.online.comparison import compare
from training.online.state_writes import Outcome


def test_states_that_live_ingestion_left_are_those_of_the_lake(world: LiveWorld):
    """Late events and all."""
    world.ingest(payments(200))
    before = world.versions()
    found = compare(world.reconciliation())
    assert (found.entities, found.differing, found.moving) == (len(before), 0, 0)
    assert world.versions() == before


def test_what_is_missing_damaged_altered_or_unknown_differs(world: LiveWorld):
    """Each is told apart, and none is mended."""
    world.ingest(payments(200))
    keys = [{"entity_id": {"S": entity_id("customer_id", f"C{number}")}} for number in range(4)]
    world.client.delete_item(TableName=CUSTOMER.table, Key=keys[0])
    world.client.put_item(TableName=CUSTOMER.table, Item={**keys[1], "event_ts": {"S": "?"}, "values": {"M": {}}})
    world.put("C2", world.state(CUSTOMER, "C2").add_transaction(NOW_US, 1))
    world.put("stranger", world.state(CUSTOMER, "C3"))
    before = world.client.scan(TableName=CUSTOMER.table)["Items"]
    found = compare(world.reconciliation())
    counts = found.views["customer_activity"]
    told = {Outcome.CREATED: 1, Outcome.REBUILT: 1, Outcome.BEHIND: 1, Outcome.UNKNOWN: 1}
    assert {outcome: counts[outcome] for outcome in told} == told
    assert found.differing == 4
    assert world.client.scan(TableName=CUSTOMER.table)["Items"] == before


def test_an_emptied_store_is_rebuilt_until_nothing_differs(world: LiveWorld):
    """By the reconciliation that the night runs."""
    world.ingest(payments(200))
    live = world.states()
    world.empty_tables()
    assert compare(world.reconciliation()).differing == len(live)
    world.reconciliation(closed_hours=1).run()
    assert compare(world.reconciliation(closed_hours=1)).differing == 0
    assert world.states() == live


def test_what_is_written_meanwhile_is_compared_but_for_its_open_tiles(world: LiveWorld, monkeypatch):
    """A payment of just now has not landed; it is nobody's fault."""
    world.ingest([Payment("a", NOW_US - 3 * DAY_US, "C0", "M0", 100), Payment("b", NOW_US, "C1", "M1", 100)])
    reconciliation = world.reconciliation()

    def pay(_: float) -> None:
        world.apply(Payment("c", NOW_US, "C0", "M0", 100), seconds_ago=0)

    monkeypatch.setattr("training.online.reconciliation.time.sleep", pay)
    found = compare(reconciliation)
    assert (found.differing, found.moving) == (0, len(MANIFEST.views))


def test_an_empty_lake_compares_nothing(world: LiveWorld):
    """A platform on its first day."""
    assert compare(world.reconciliation()).report() == {
        "entities": 0,
        "differing": 0,
        "moving": 0,
        "views": {name: {} for name in MANIFEST.views},
    }
