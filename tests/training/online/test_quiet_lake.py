"""Where nobody pays for a while, what is told of earlier payments is in the lake all the same."""

from __future__ import annotations

import pytest
from live_world import NOW_US, LiveWorld, Payment

from greenfraud.instants import DAY_US, HOUR_US
from training.online.comparison import compare
from training.online.state_writes import Outcome


@pytest.mark.parametrize("hours", [0, 14, 60])
def test_a_release_after_the_newest_payment_is_the_lakes_too(world: LiveWorld, hours: int):
    """Nobody pays at night, and somebody lets go what was held: nothing differs, and a rebuild brings it back."""
    released_us = NOW_US + hours * HOUR_US + 1
    world.ingest([Payment("a", NOW_US - 5 * DAY_US, "C0", "M0", 1_000)])
    world.release(Payment("b", NOW_US, "C0", "M0", 30_000), released_us)
    live = world.states()
    assert world.reconciliation().run() == {Outcome.SAME: len(live)}
    assert compare(world.reconciliation(closed_hours=1)).differing == 0
    world.empty_tables()
    assert world.reconciliation(closed_hours=1).run() == {Outcome.CREATED: len(live)}
    assert world.states() == live
    assert compare(world.reconciliation(closed_hours=1)).differing == 0
