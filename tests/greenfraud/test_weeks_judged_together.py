"""Which weeks judge a model and which it learns: in time order, with frauds enough, nothing known before it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from greenfraud.chunks import Chunk, Coverage, chunks_between
from greenfraud.enough import LEARNED, NEEDED, lack, possible_on, split, told
from greenfraud.errors import ContractError
from greenfraud.instants import DAY_US, start_of_day_us
from greenfraud.weekly_frauds import Victim, WeekCount, count_weeks, parse_weeks, weeks_document

FIRST = date(2026, 1, 5)


def covered(weeks: int, maturity_days: int = 7) -> Coverage:
    """Payments on every day of so many weeks, and on the day after."""
    days = frozenset(FIRST + timedelta(days=day) for day in range(7 * weeks + 1))
    newest_us = start_of_day_us(FIRST) + 7 * weeks * DAY_US
    return Coverage(first_day=FIRST, newest_us=newest_us, days=days, maturity_days=maturity_days)


def counted(coverage: Coverage, frauds: list[int], late_days: int = 0) -> dict[str, WeekCount]:
    """So many frauds in each week, known once it is mature, or later."""
    chunks = chunks_between(FIRST, coverage.as_of_us)
    delay = timedelta(days=coverage.maturity_days + late_days)
    return {chunk.id: WeekCount(100, {chunk.end_day + delay: count}) for chunk, count in zip(chunks, frauds, strict=False)}


@settings(deadline=None)
@given(frauds=st.lists(st.integers(0, 45), min_size=9, max_size=40), maturity_days=st.integers(0, 20))
def test_judged_weeks_are_the_newest_and_nothing_learned_was_known_later_than_they_began(frauds, maturity_days):
    """As many as enough frauds take, and no more; each label of what is learned came before the first of them."""
    coverage = covered(len(frauds), maturity_days)
    weeks = counted(coverage, frauds)
    found = split(coverage, weeks)
    assume(found.judged)
    assert found.judged == coverage.mature[-len(found.judged) :]
    assert all(chunk.is_mature(found.judged[0].start_us, maturity_days) for chunk in found.learned)
    assert found.frauds == sum(weeks[chunk.id].in_all for chunk in found.judged)
    assert sum(weeks[chunk.id].in_all for chunk in found.judged[1:]) < NEEDED or len(found.judged) == 1
    assert found.is_enough is (lack(found, coverage, weeks) == "")
    assert found.is_enough is (found.frauds >= NEEDED and found.learned_frauds >= LEARNED)


def test_a_week_that_nobody_counted_is_judged_alone_and_stands_in_nobodys_way():
    """As before weeks were counted."""
    found = split(covered(5), {})
    assert (len(found.judged), len(found.learned), found.frauds) == (1, 2, None)
    assert (found.is_enough, told(found, covered(5), {})) == (True, "")
    newest = {found.judged[0].id: WeekCount(90)}  # without a fraud; of those before it nobody knows
    assert told(split(covered(5), newest), covered(5), newest) == ""


def test_frauds_count_once_they_are_known():
    """Reported later than the data reach, they are not there to judge by."""
    coverage = covered(10)
    weeks = counted(coverage, [40] * 10, late_days=21)
    assert len(split(coverage, weeks).judged) == 4
    assert "most frauds are reported more than 7 days after" in lack(split(coverage, weeks), coverage, weeks)


@settings(max_examples=25, deadline=None)
@given(frauds=st.integers(2, 29), weeks=st.integers(2, 12))
def test_on_the_day_that_was_told_it_is_possible_if_frauds_go_on_like_this(frauds, weeks):
    """And not a week sooner."""
    coverage = covered(weeks)
    history = counted(coverage, [frauds] * weeks)
    assume(lack(split(coverage, history), coverage, history))
    since = possible_on(coverage, history)
    lasting = (since - FIRST).days // 7
    then, before = covered(lasting), covered(lasting - 1)
    assert split(then, counted(then, [frauds] * lasting)).is_enough
    assert not split(before, counted(before, [frauds] * (lasting - 1))).is_enough
    assert f"from about {since} on" in told(split(coverage, history), coverage, history)


def test_without_any_fraud_no_day_can_be_told():
    """Two years would not suffice either."""
    coverage = covered(8)
    weeks = counted(coverage, [0] * 8)
    assert "no day can be told" in told(split(coverage, weeks), coverage, weeks)


def test_a_named_holdout_is_the_newest_judged_week():
    """What came after it is left out, and weeks before it join."""
    coverage = covered(12)
    named = coverage.mature[6]
    found = split(coverage, counted(coverage, [12] * 12), named)
    assert (found.judged, found.learned) == (coverage.mature[4:7], coverage.mature[:3])


def test_a_week_of_which_nobody_has_investigated_anything_is_neither_judged_nor_learned():
    """The newest often is one: people look at payments later."""
    coverage = covered(12)
    weeks = counted(coverage, [40] * 12)
    blank = [coverage.mature[-1], coverage.mature[2]]
    found = split(coverage, {**weeks, **{week.id: WeekCount() for week in blank}})
    assert found.judged == coverage.mature[-2:-1]
    assert found.learned == [week for week in coverage.mature[:-3] if week not in blank]


def test_customers_known_to_be_compromised_are_not_asked_about():
    """From the day after the first report of theirs; a report later than the fraud leaves it in."""
    week = Chunk(FIRST, FIRST + timedelta(days=7))
    known = Victim(FIRST - timedelta(days=3), FIRST, "known")
    again = Victim(FIRST + timedelta(days=1), FIRST + timedelta(days=8), "known")
    other = Victim(FIRST + timedelta(days=1), FIRST + timedelta(days=30), "other")
    found = count_weeks([week], [known, again, other], {FIRST: 5, FIRST - timedelta(days=1): 9}, 7)[week.id]
    assert found == WeekCount(5, {FIRST + timedelta(days=31): 1})


def test_what_was_counted_is_read_as_it_was_written():
    """To the last number."""
    weeks = counted(covered(3), [1, 0, 7])
    assert parse_weeks(weeks_document(weeks)) == weeks


def week_of(count: str, name: str = "20260105-20260112", day: str = "2026-01-20") -> bytes:
    """The stored form with one count in it, as it stands in the file."""
    return f'{{"weeks": {{"{name}": {{"legitimate": 1, "frauds": {{"{day}": {count}}}}}}}}}'.encode()


DAMAGED = {
    "empty": b"",
    "a list": b"[]",
    "no text": b"\xff\xfe\x00",
    "a week without counts": b'{"weeks": {"20260105-20260112": {}}}',
    "deep": b"[" * 100_000,
    "infinite": week_of("1e999"),
    "no number": week_of("NaN"),
    "a text": week_of('"7"'),
    "part of a fraud": week_of("1.5"),
    "fewer than none": week_of("-1"),
    "more than can be": week_of("1" + "0" * 400),
    "no week": week_of("1", name="nonsense"),
    "a week that ends before it starts": week_of("1", name="20260112-20260105"),
    "no day": week_of("1", day="2026-02-30"),
}


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED)
def test_counts_that_cannot_be_read_are_refused_as_such(damaged: bytes):
    """Whatever is wrong with them, by one error that names their file."""
    parse_weeks(week_of("7"))
    with pytest.raises(ContractError, match=r"^weeks.json is unusable: "):
        parse_weeks(damaged)


def test_weeks_that_the_data_do_not_cover_say_nothing_of_late_reports():
    """Of another data set, or of the end of time."""
    foreign = {"99991224-99991231": WeekCount(1, {date.max: 900})}
    weeks = counted(covered(10), [40] * 10) | foreign
    assert told(split(covered(10), weeks), covered(10), weeks) == ""


def test_a_refusal_says_who_counted_where_anybody_has():
    """The file is told of, so that nobody searches the data; what is too short by its days is so by itself."""
    few = counted(covered(8), [1] * 8)
    assert "(weeks.json of the lake counts so)" in told(split(covered(8), few), covered(8), few)
    short = counted(covered(2), [40] * 2)
    assert "weeks.json" not in told(split(covered(2), short), covered(2), short)
