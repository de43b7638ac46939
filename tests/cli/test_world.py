"""The generated world has the statistics of its specification."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow.compute as pc
import pytest

from cli.data.dataset import hold_back
from cli.data.enough import readiness_of_dataset
from cli.data.world import WorldSpecification, make_world
from greenfraud.chunks import Chunk
from greenfraud.instants import DAY_US, start_of_day_us


@pytest.fixture(scope="module")
def world():
    """The demonstration's world."""
    return make_world(WorldSpecification())


def test_the_default_world_is_large_enough_to_train_eight_chunks_and_judge_a_later_one(world):
    """At least 150,000 rows; the holdout starts after the last trainable chunk's labels are known."""
    found = readiness_of_dataset(world)
    (holdout,), learned = found.judged, found.learned
    assert world.table.num_rows >= 150_000
    assert len(learned) >= 8
    assert Chunk.parse(learned[-1]).end_us + world.maturity_days * DAY_US <= Chunk.parse(holdout).start_us


def test_between_half_a_percent_and_twelve_per_mille_are_frauds(world):
    """The reference world has 0.83 %."""
    assert 0.005 < pc.mean(world.table["is_fraud"].cast("int8")).as_py() < 0.012


def test_amounts_follow_the_customers_means(world):
    """Means are uniform between 5 and 100, so the overall mean is near 53 and no amount is negative."""
    amounts = world.table["amount_minor"].to_numpy() / 100
    assert 45 < amounts.mean() < 65
    assert amounts.min() >= 0


def test_every_amount_above_220_is_a_fraud(world):
    """The first way of fraud."""
    assert world.table.filter(pc.greater(world.table["amount_minor"], 22_000))["is_fraud"].to_numpy().all()


def test_frauds_change_on_the_day_asked_for_and_not_before(world):
    """Small amounts give them away then, large ones are honest; until that day the world is the one without a change."""
    specification = WorldSpecification(fraud_changes_on=date(2026, 3, 1))
    changed = make_world(specification).table
    is_new = pc.greater_equal(changed["occurred_us"], start_of_day_us(date(2026, 3, 1)))
    before, after = changed.filter(pc.invert(is_new)), changed.filter(is_new)
    assert before.equals(world.table.slice(0, before.num_rows))
    assert after.filter(pc.less(after["amount_minor"], 200))["is_fraud"].to_numpy().all()
    assert pc.mean(after.filter(pc.greater(after["amount_minor"], 22_000))["is_fraud"].cast("int8")).as_py() < 0.2
    assert specification.sha256 != WorldSpecification().sha256
    assert specification.name == "world-2026-1000x90-changed-2026-03-01"


def test_times_of_day_are_those_of_a_bell_around_noon(world):
    """Normal around 43,200 s with 20,000 s, cut at midnight on both sides."""
    seconds = world.table["occurred_us"].to_numpy() % DAY_US / 1e6
    assert 42_500 < seconds.mean() < 43_900
    assert 17_000 < seconds.std() < 19_500


def test_a_compromised_terminal_lasts_28_days(world):
    """Terminals with many frauds have them within 28 days of each other, unless struck twice."""
    frauds = world.table.filter(world.table["is_fraud"]).to_pandas()
    spans = frauds.groupby("terminal_id")["occurred_us"].agg(["count", "min", "max"]).query("count >= 8")
    days = (spans["max"] - spans["min"]) / DAY_US
    assert np.median(days) < 29


def test_a_fraud_is_reported_when_its_label_matures(world):
    """Seven days later; nobody reports a legitimate transaction."""
    frauds = world.table.filter(world.table["is_fraud"])
    assert pc.all(pc.equal(pc.subtract(frauds["observed_us"], frauds["occurred_us"]), 7 * DAY_US)).as_py()
    assert world.table["observed_us"].null_count == world.table.num_rows - frauds.num_rows


def test_the_same_specification_gives_the_same_world():
    """Down to the last value."""
    small = WorldSpecification(customers=40, days=30)
    assert make_world(small).table.equals(make_world(small).table)


def test_another_seed_gives_another_world_under_another_name():
    """The seed is part of the identity."""
    one, other = WorldSpecification(customers=40, days=30), WorldSpecification(customers=40, days=30, seed=7)
    assert one.name != other.name
    assert one.sha256 != other.sha256
    assert not make_world(one).table.equals(make_world(other).table)


def test_transactions_are_sorted_and_their_ids_unique(world):
    """Before and after are decided by (occurred_us, transaction_id)."""
    occurred = world.table["occurred_us"].to_numpy()
    assert (np.diff(occurred) >= 0).all()
    assert pc.count_distinct(world.table["transaction_id"]).as_py() == world.table.num_rows


def test_held_back_transactions_are_their_customers_last_and_some_are_frauds(world):
    """Nothing in the lake happened to the same customer afterwards."""
    kept, held = hold_back(world)
    assert kept.table.num_rows == world.table.num_rows - 12
    assert 1 <= sum(one.is_fraud for one in held) <= 4
    for one in held:
        of_customer = kept.table.filter(pc.equal(kept.table["customer_id"], one.transaction.customer_id))
        assert pc.max(of_customer["occurred_us"]).as_py() <= one.transaction.occurred_us


def test_half_of_the_held_back_frauds_are_at_a_terminal_that_was_reported_lately(world):
    """A model can know those; of the others nobody could know yet."""
    kept, held = hold_back(world)
    reports = kept.table.filter(kept.table["is_fraud"])
    known = 0
    for one in (one.transaction for one in held if one.is_fraud):
        of_terminal = reports.filter(pc.equal(reports["terminal_id"], one.terminal_id))["observed_us"].to_pylist()
        known += any(one.occurred_us - 30 * DAY_US < moment < one.occurred_us for moment in of_terminal)
    assert known == 2
