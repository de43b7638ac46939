"""What the lake may correct in one state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_world import CUSTOMER, NOW_US

from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US
from training.online.tile_correction import LakeBehindError, Span, closed_part, corrected, covers

EVENTS = st.lists(
    st.tuples(st.integers(NOW_US - 40 * DAY_US, NOW_US), st.integers(0, 10**6), st.sampled_from(["M1", "M2", "M3", None])),
    max_size=12,
)
CLOSED = Span(NOW_US, NOW_US - 24 * HOUR_US)


def state_of(events):
    """The state after some payments."""
    state = ViewState.empty(CUSTOMER)
    for occurred_us, amount_minor, *terminal in events:
        state = state.add_transaction(occurred_us, amount_minor, "allow", *terminal)
    return state


@given(EVENTS, EVENTS)
def test_a_lake_that_knows_all_of_it_completes_a_state(known, missing):
    """Every tile that is still read is then the one of all events, and so is the newest time."""
    everything = state_of([*known, *missing])
    mended = corrected(state_of(known), everything, Span(NOW_US))
    assert mended.expire(NOW_US) == everything.expire(NOW_US)


@given(EVENTS, EVENTS, EVENTS)
def test_no_tile_ever_shrinks(known, landed, missing):
    """Whatever the two know: a correction either keeps all that was there, or is refused."""
    stored, lake = state_of([*known, *landed]), state_of([*landed, *missing])
    for span in (CLOSED, Span(NOW_US)):
        try:
            mended = corrected(stored, lake, span)
        except LakeBehindError:
            continue
        assert all(covers(mended.tiles[series.name], stored.tiles[series.name], series.combine) for series in CUSTOMER.series)


@given(EVENTS, EVENTS)
def test_open_tiles_are_left_to_live_ingestion(known, landed):
    """Only tiles that ended by the closing time change."""
    stored = state_of(known)
    mended = corrected(stored, state_of(landed), CLOSED, trusts_lake=True)
    for series in CUSTOMER.series:
        opened = CLOSED.closed_us // series.hop_us
        after, before = (
            [tile for tile in zip(*one.tiles[series.name], strict=True) if tile[0] >= opened] for one in (mended, stored)
        )
        assert after == before


def test_a_state_that_knows_more_is_refused_unless_the_lake_is_trusted():
    """An event that is in the item alone may only be on its way."""
    lake = state_of([(NOW_US - 3 * DAY_US, 500)])
    stored = lake.add_transaction(NOW_US - 3 * DAY_US, 20)
    with pytest.raises(LakeBehindError, match="c_tried_d1"):
        corrected(stored, lake, CLOSED)
    assert corrected(stored, lake, CLOSED, trusts_lake=True).expire(NOW_US) == lake.expire(NOW_US)


def test_correcting_again_changes_nothing():
    """The corrected state is a fixed point."""
    lake = state_of([(NOW_US - day * DAY_US, 100 + day) for day in range(20)])
    once = corrected(state_of([(NOW_US, 100)]), lake, CLOSED)
    assert corrected(once, lake, CLOSED) == once
    assert closed_part(once, CLOSED) == closed_part(lake, CLOSED)
