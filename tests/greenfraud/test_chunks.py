"""Chunks of days and which of them may be learned from."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.chunks import Chunk, Coverage, chunks_between
from greenfraud.errors import InvalidInput
from greenfraud.instants import DAY_US, start_of_day_us

days = st.dates(date(1970, 1, 1), date(2100, 1, 1))


@given(first=days, length=st.integers(1, 60))
def test_an_id_names_its_chunk(first, length):
    """Parsing an id gives the chunk back, as long as its days."""
    chunk = Chunk(first, date.fromordinal(first.toordinal() + length))
    assert Chunk.parse(chunk.id) == chunk
    assert len(chunk.days) == length


@pytest.mark.parametrize("text", ["20180501", "20180508-20180501", "20180501-20180501", "20180532-20180607", "2018-5-1"])
def test_an_impossible_id_is_refused(text: str):
    """The error says which."""
    with pytest.raises(InvalidInput, match="chunk"):
        Chunk.parse(text)


@given(first=days, elapsed_us=st.integers(-DAY_US, 400 * DAY_US), chunk_days=st.integers(1, 30))
def test_chunks_follow_each_other_and_have_ended(first, elapsed_us, chunk_days):
    """No gap, no overlap, nothing unfinished."""
    as_of_us = start_of_day_us(first) + elapsed_us
    chunks = chunks_between(first, as_of_us, chunk_days)
    assert all(before.end_day == after.start_day for before, after in pairwise(chunks))
    assert all(chunk.end_us <= as_of_us for chunk in chunks)


def covered(*days: date, newest: date | None = None) -> Coverage:
    """What data with transactions on these days of 1970 cover, in weeks, labels arriving within a week."""
    newest_us = start_of_day_us(newest or max(days))
    coverage = Coverage(first_day=date(1970, 1, 1), newest_us=newest_us, days=frozenset(days), maturity_days=7)
    return coverage.up_to(date(2000, 1, 1))


def test_weeks_that_a_stray_transaction_jumps_over_are_not_trained():
    """It moves the present, not what there is to learn from."""
    three_weeks = [date(1970, 1, day) for day in range(1, 22)]
    stray = covered(*three_weeks, date(1970, 6, 1))
    assert [chunk.id for chunk in stray.mature] == ["19700101-19700108", "19700108-19700115", "19700115-19700122"]
    assert covered(date(1970, 1, 1), date(1970, 6, 1)).mature == []


def test_a_week_counts_that_has_most_of_the_days_on_which_there_usually_are_payments():
    """A shop that opens on two days a week has weeks like any other; one of its days alone is no week."""
    weekends = [date(1970, 1, 3) + timedelta(days=7 * week + day) for week in range(5) for day in range(2)]
    assert [len(week.days) for week in covered(date(1970, 1, 1), *weekends, newest=date(1970, 3, 1)).mature] == [7] * 5
    assert len(covered(date(1970, 1, 1), *weekends[:-1], newest=date(1970, 3, 1)).mature) == 4


def test_a_day_that_has_not_come_yet_makes_nothing_mature():
    """A mistaken clock's transaction, whoever tells of it."""
    days = [date(1970, 1, day) for day in range(1, 15)]
    assert covered(*days, date(2999, 1, 1), newest=days[-1]).as_of_us == start_of_day_us(days[-1])


def test_days_that_landed_after_the_import_count():
    """They have begun; how far they have come is not certain."""
    days = [date(1970, 1, day) for day in range(1, 15)]
    assert covered(*days, newest=days[0]).as_of_us == start_of_day_us(days[-1])
