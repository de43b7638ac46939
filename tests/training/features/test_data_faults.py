"""A broken feed is told from a change of the world by the weeks right before it."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from training.features import data_faults
from training.features.chunk_profile import ChunkProfile
from training.features.data_faults import faults_of


def week(number: int = 0, **changes: float) -> ChunkProfile:
    """An ordinary week, with a little noise of its own."""
    noise = 1.0 + 0.02 * np.sin(7.0 * number)
    rows = round(changes.get("rows", 5_000 * noise))
    return ChunkProfile(
        chunk=f"week {number}",
        rows=rows,
        frauds=round(changes.get("frauds", 0.01 * rows * (2.0 - noise))),
        missing={"amount": 0.0, "age": changes.get("age", 0.3 * noise), "declines": 0.0},
        varied={"amount": changes.get("amount", 0.9), "age": 0.5, "declines": changes.get("declines", 0.001)},
    )


def past(weeks: int = 8, change: Callable[[int], dict[str, float]] = lambda number: {}) -> list[ChunkProfile]:
    """The weeks before."""
    return [week(number, **change(number)) for number in range(weeks)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": 2_400}, "traffic is missing: 2,400 payments where the 8 chunks before had 5,0"),
        ({"rows": 10_000}, "there is too much traffic: 10,000 payments"),
        ({"frauds": 4}, "reports are missing: 4 frauds, and as many payments usually have 5"),
        ({"frauds": 0}, "reports are missing"),
        ({"age": 0.6}, "values are missing: age (60%, usually 30%)"),
        ({"amount": 0.0}, "values are all the same: amount"),
    ],
)
def test_what_no_honest_week_does_is_a_fault(changes: dict[str, float], words: str) -> None:
    """Half or double the traffic, reports that stop, values that go missing, a column that stands still; told in figures."""
    (fault,) = faults_of(week(9, **changes), past())
    assert words in fault


@pytest.mark.parametrize(
    ("changes", "before"),
    [
        ({}, past()),
        ({"frauds": 25}, past()),  # a quiet month
        ({"frauds": 300}, past()),  # an attack
        ({"rows": 3_500}, past()),  # a holiday
        ({"rows": 7_500}, past()),  # the week of a sale
        ({"age": 0.0}, past()),  # everybody is known by now
        ({"age": 0.42}, past()),  # many new customers
        ({"declines": 0.0}, past()),  # rarely anything else
        ({"rows": 5_000 * 1.15**9}, past(8, lambda number: {"rows": 5_000 * 1.15**number})),  # growth of 15 % a week
        ({"rows": 5_000 * 0.85**9}, past(8, lambda number: {"rows": 5_000 * 0.85**number})),
        ({"rows": 1_000, "frauds": 2}, past(8, lambda number: {"rows": 1_000, "frauds": 10})),  # too few to say
        ({"rows": 40, "frauds": 0}, past(8, lambda number: {"rows": 150, "frauds": 1})),  # a small business
        ({"frauds": 60}, past(8, lambda number: {"frauds": 10 * number})),  # the first weeks of frauds
        ({"rows": 9_900}, past(3)),  # the first weeks of all
    ],
)
def test_what_honest_weeks_do_is_none(changes: dict[str, float], before: list[ChunkProfile]) -> None:
    """Quiet and busy weeks, growth, small numbers, and a past too short to say anything."""
    assert faults_of(week(9, **changes), before) == []


def test_lost_reports_are_found_while_the_first_frauds_become_known_too() -> None:
    """Each week had more than the one before: that is no spread, and says nothing of so few."""
    rising = past(4, lambda number: {"rows": 20_000, "frauds": (54, 104, 138, 161)[number]})
    assert faults_of(week(9, rows=20_000, frauds=110), rising) == []
    (fault,) = faults_of(week(9, rows=20_000, frauds=27), rising)
    assert "reports are missing" in fault


def test_reports_that_fell_before_may_fall_again() -> None:
    """A business whose frauds come in bursts."""
    bursts = past(8, lambda number: {"rows": 20_000, "frauds": 300 if number % 3 else 40})
    assert faults_of(week(9, rows=20_000, frauds=45), bursts) == []


def test_the_example_of_falls_holds() -> None:
    """A rise is none."""
    assert doctest.testmod(data_faults).failed == 0


def test_what_somebody_let_through_is_how_it_is_now() -> None:
    """The next week like it passes; one that is far worse does not."""
    now = replace(week(8, rows=2_400), faults=["traffic is missing"], accepted={"why": "a customer has left"})
    assert faults_of(week(9, rows=2_300), [*past(), now]) == []
    assert faults_of(week(9, rows=1_200), [*past(), now])


def test_many_features_that_go_missing_at_once_are_one_fault() -> None:
    """The first three by name, and how many more."""
    names = [f"feature {number}" for number in range(10)]
    before = [replace(one, missing=dict.fromkeys(names, 0.0), varied={}) for one in past()]
    (fault,) = faults_of(replace(before[0], missing=dict.fromkeys(names, 1.0)), before)
    assert fault.endswith("feature 2 (100%, usually 0%) and 7 more")


def test_a_feature_that_earlier_weeks_did_not_have_is_not_judged() -> None:
    """A new one, or one that is computed otherwise."""
    new = replace(week(9), missing={"new": 1.0}, varied={"new": 0.0})
    assert faults_of(new, past()) == []


@pytest.mark.parametrize("frauds", [0, 1, 3])
def test_a_lost_week_in_the_past_does_not_excuse_another(frauds: int) -> None:
    """It was among the first weeks, of which nothing is said, and stays a reference for eight."""
    lost = past(change=lambda number: {"frauds": 0} if number == 2 else {})
    (fault,) = faults_of(week(9, frauds=frauds), lost)
    assert "reports are missing" in fault


def test_a_week_that_nobody_investigated_is_kept_from_learning_whatever_came_before() -> None:
    """All that a model could learn of it is that nobody looked."""
    week_of_nobody = replace(week(0, frauds=0), judged=0)
    assert faults_of(week_of_nobody, []) == ["nothing is known of any of its payments: nobody has investigated them"]


def test_reports_are_counted_among_the_payments_that_somebody_looked_at() -> None:
    """Fewer were investigated, and as many of those were frauds: no feed was lost."""
    some = replace(week(9, frauds=17), judged=1_700)
    assert faults_of(some, past()) == []
    assert "reports are missing" in faults_of(replace(some, judged=None), past())[0]
