"""The lake corrects the online states, and takes nothing back that live ingestion knows."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from live_world import CUSTOMER, MANIFEST, NOW_US, TERMINAL, LiveWorld, Payment, payments

from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US
from greenfraud.items.state import cells, decode
from training.online import reconciliation
from training.online.reconciliation import newest_us
from training.online.state_writes import Outcome

OLD_US = NOW_US - 5 * DAY_US


def payment(name: str, occurred_us: int, amount_minor: int = 1_000, customer_id: str = "C0") -> Payment:
    """A payment at terminal M0."""
    return Payment(name, occurred_us, customer_id, "M0", amount_minor)


def damage(world: LiveWorld, chance: random.Random) -> None:
    """Lose every fourth item, and in the others now and then everything but the newest tile of a series."""
    for view in MANIFEST.views.values():
        for item in world.client.scan(TableName=view.table)["Items"]:
            if chance.random() < 0.25:
                world.client.delete_item(TableName=view.table, Key={"entity_id": item["entity_id"]})
                continue
            state = decode(view, item, now_seconds=0.0)
            kept = {
                name: columns if chance.random() < 0.5 else tuple(one[-1:] for one in columns)
                for name, columns in state.tiles.items()
            }
            values = {"M": cells(ViewState(view, kept, state.newest_us))}
            world.client.put_item(TableName=view.table, Item={**item, "values": values})


@pytest.mark.parametrize("entities_at_once", [3, 5_000])
def test_live_ingestion_a_rebuild_and_a_mended_copy_give_the_same_states(world, monkeypatch, entities_at_once):
    """In whatever order the events came, and however the entities are cut into parts."""
    monkeypatch.setattr(reconciliation, "ENTITIES_AT_ONCE", entities_at_once)
    world.ingest(payments(250, days=100))
    live = world.states()
    damage(world, random.Random(1))
    assert world.states() != live
    mended = world.reconciliation().run()
    assert world.states() == live
    assert mended[Outcome.CREATED] > 0 < mended[Outcome.CORRECTED]
    world.empty_tables()
    assert world.reconciliation().run() == {Outcome.CREATED: len(live)}
    assert world.states() == live


def test_nothing_is_written_when_nothing_differs(world):
    """Also by the second of two runs."""
    world.ingest(payments(100))
    before = world.versions()
    assert world.reconciliation().run() == {Outcome.SAME: len(before)}
    assert world.versions() == before


@pytest.mark.parametrize("occurred_us", [NOW_US, OLD_US])
def test_an_event_that_has_not_landed_yet_stays(world, occurred_us):
    """Whether its tile is open or closed; the lake is to catch up."""
    world.ingest([payment("a", NOW_US - DAY_US), payment("b", OLD_US)])
    world.apply(payment("c", occurred_us))
    known = world.states()
    counts = world.reconciliation().run()
    assert world.states() == known
    assert counts[Outcome.CORRECTED] == 0
    assert counts[Outcome.BEHIND] == (2 if occurred_us == OLD_US else 0)


def test_a_lake_that_is_trusted_wins_over_an_item_that_knows_more(world):
    """What was counted twice goes, once nothing waits to land."""
    world.ingest([payment("a", NOW_US), payment("b", OLD_US)])
    right = world.states()
    world.apply(payment("b", OLD_US))
    counts = world.reconciliation(trusts_lake=True).run()
    assert (counts[Outcome.CORRECTED], world.states()) == (2, right)


def during_reading(monkeypatch, action) -> None:
    """Do something after the survey, once, when the lake has been read."""
    read, done = reconciliation.history_until, []

    def read_and_act(*arguments):
        history = read(*arguments)
        if not done:
            done.append(action())
        return history

    monkeypatch.setattr(reconciliation, "history_until", read_and_act)


def test_an_event_that_comes_while_the_lake_is_read_is_kept_beside_the_correction(world, monkeypatch):
    """A busy entity is corrected in its closed tiles without a moment of silence."""
    world.ingest([payment("a", OLD_US), payment("b", NOW_US - DAY_US // 8)])
    right = world.state(CUSTOMER, "C0").add_transaction(NOW_US, 77, other="M0")
    world.put("C0", ViewState.empty(CUSTOMER).add_transaction(NOW_US - DAY_US // 8, 1_000, other="M0"))
    during_reading(monkeypatch, lambda: world.apply(payment("c", NOW_US, 77)))
    assert world.reconciliation().run()[Outcome.CORRECTED] == 1
    assert world.state(CUSTOMER, "C0") == right


def test_an_event_that_comes_between_reading_and_writing_an_item_is_not_lost(world, monkeypatch):
    """The write is refused, and the decision taken anew."""
    world.ingest([payment("a", OLD_US), payment("b", NOW_US - DAY_US // 8)])
    right = world.state(CUSTOMER, "C0").add_transaction(NOW_US, 77, other="M0")
    world.put("C0", ViewState.empty(CUSTOMER).add_transaction(NOW_US - DAY_US // 8, 1_000, other="M0"))
    refused, write = [], world.client.transact_write_items

    def write_late(**request):
        if not refused:
            refused.append(world.apply(payment("c", NOW_US, 77), views=[CUSTOMER]))
        return write(**request)

    monkeypatch.setattr(world.client, "transact_write_items", write_late)
    assert world.reconciliation().run()[Outcome.CORRECTED] == 1
    assert world.state(CUSTOMER, "C0") == right


def test_a_late_event_in_a_closed_tile_leaves_the_entity_to_the_second_round(world, monkeypatch):
    """By then it has landed: both the event and what was missing are there."""
    world.ingest([payment("a", OLD_US), payment("b", OLD_US), payment("n", NOW_US)])
    right = world.state(CUSTOMER, "C0").add_transaction(OLD_US, 77).expire(NOW_US)
    late = payment("c", OLD_US, 77)
    world.put("C0", ViewState.empty(CUSTOMER).add_transaction(NOW_US, 1_000))
    during_reading(monkeypatch, lambda: world.apply(late))
    waits = []
    monkeypatch.setattr(
        reconciliation.time, "sleep", lambda seconds: waits.append(seconds) or (seconds and world.lake.land([late]))
    )
    counts = world.reconciliation().run()
    assert (world.state(CUSTOMER, "C0"), counts[Outcome.CORRECTED], counts[Outcome.CONFLICT]) == (right, 1, 0)
    assert waits == [0.0, reconciliation.LANDED_SECONDS]


def test_an_item_written_a_moment_ago_is_not_corrected_before_its_event_can_have_landed(world, monkeypatch):
    """The late event and the one that is missing fall into one tile, where sizes prove nothing."""
    world.lake.land([payment("a", OLD_US, 500), payment("b", OLD_US, 500), payment("n", NOW_US, 1, "C9")])
    late = payment("c", OLD_US, 77)
    world.apply(late, seconds_ago=1, views=[CUSTOMER])
    monkeypatch.setattr(reconciliation.time, "sleep", lambda seconds: seconds and world.lake.land([late]))
    world.reconciliation().run()
    everything = ViewState.empty(CUSTOMER)
    for amount_minor in (500, 500, 77):
        everything = everything.add_transaction(OLD_US, amount_minor)
    assert world.state(CUSTOMER, "C0") == everything.expire(NOW_US)


def test_an_entity_that_never_comes_to_rest_is_left_for_the_next_night(world, monkeypatch):
    """It counts as a conflict."""
    world.ingest([payment("a", OLD_US), payment("b", NOW_US)])
    world.put("C0", ViewState.empty(CUSTOMER).add_transaction(NOW_US, 1_000))
    write = world.client.transact_write_items

    def write_late(**request):
        world.apply(payment("again", NOW_US), views=[CUSTOMER])
        return write(**request)

    monkeypatch.setattr(world.client, "transact_write_items", write_late)
    assert world.reconciliation().run()[Outcome.CONFLICT] == 1


def without(world: LiveWorld, series: str) -> None:
    """Make every item of customers one that an older release wrote."""
    for item in world.client.scan(TableName=CUSTOMER.table)["Items"]:
        del item["values"]["M"][series]
        world.client.put_item(TableName=CUSTOMER.table, Item=item)


@pytest.mark.parametrize("series", [series.name for series in CUSTOMER.series])
def test_the_series_of_a_new_feature_are_filled_in_while_live_updates_go_on(world, monkeypatch, series):
    """Before the backfill, while the lake is read, and right after it: no event is lost."""
    old, since = payments(60, days=40), [payment(f"s{number}", NOW_US + number, 10 + number, f"C{number}") for number in range(3)]
    world.ingest(old)
    without(world, series)
    world.ingest(since[:1])
    during_reading(monkeypatch, lambda: world.ingest(since[1:2]))
    world.reconciliation().run()
    world.ingest(since[2:])
    world.reconciliation().run()
    filled = world.states()
    world.empty_tables()
    world.ingest([*old, *since])
    assert filled == world.states()


def test_a_series_that_this_release_does_not_know_survives(world):
    """A newer ingest function may be out already."""
    world.ingest([payment("a", OLD_US), payment("b", NOW_US)])
    item = world.item(CUSTOMER, "C0")
    series = "c_accepted_d1"
    values = {**item["values"]["M"], "c_future": {"B": b"x"}, series: {"B": b""}}
    world.client.put_item(TableName=CUSTOMER.table, Item={**item, "values": {"M": values}})
    assert world.reconciliation().run()[Outcome.CORRECTED] == 1
    after = world.item(CUSTOMER, "C0")["values"]["M"]
    assert (after["c_future"], after[series]) == ({"B": b"x"}, item["values"]["M"][series])


@pytest.mark.parametrize(
    "change", [{"values": {"M": {}}}, {"expires_at": {"N": "1"}}, {"values": {"M": {"c_last_us": {"B": b"?"}}}}]
)
def test_an_item_that_cannot_be_read_or_has_expired_is_written_anew(world, change):
    """Ingestion takes neither for a state."""
    world.ingest([payment("a", OLD_US), payment("b", NOW_US)])
    right, item = world.states(), world.item(CUSTOMER, "C0")
    world.client.put_item(TableName=CUSTOMER.table, Item={**item, **change})
    world.reconciliation().run()
    assert world.states() == right
    assert world.item(CUSTOMER, "C0")["version"] == {"N": str(int(item["version"]["N"]) + 1)}


def test_an_entity_without_an_event_for_a_year_is_not_brought_back(world):
    """It counts as never seen, in every engine."""
    world.lake.land([payment("a", NOW_US - 367 * DAY_US, customer_id="C1"), payment("b", NOW_US)])
    world.reconciliation().run()
    assert world.item(CUSTOMER, "C1") is None
    assert world.state(TERMINAL, "M0").newest_us == NOW_US


def test_a_clock_that_runs_ahead_closes_no_open_tile(world):
    """As of goes by the newest event that has happened."""
    world.lake.land([payment("a", NOW_US), payment("b", 40_000 * DAY_US)])
    assert newest_us(world.lake) == NOW_US


def test_an_empty_lake_changes_nothing(world):
    """Before the first import."""
    world.apply(payment("a", NOW_US))
    assert world.reconciliation().run() == Counter()
