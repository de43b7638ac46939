"""Who is on the front of money, time and grams."""

from __future__ import annotations

import pytest

from reporting.execution.candidate import Candidate, front_of

WORK = {"operations": 10_000, "bytes": 40_000, "nodes": 40}


def candidate(name: str, money: float | None, operations: int, grams: float | None) -> Candidate:
    """A challenger on a holdout of a thousand payments."""
    body = {
        "name": name,
        "family": name,
        "role": "challenger",
        "metrics": {"expected_cost_minor": {"value": money, "low": None, "high": None, "reason": "no frauds"}},
        "emissions_g_per_1000": grams,
        "emissions_parts": {"work": {**WORK, "operations": operations}},
    }
    return Candidate.of(body, {"holdout": {"rows": 1_000}, "currency": "JPY"})


@pytest.mark.parametrize(
    ("candidates", "front"),
    [
        ([("a", 10, 100, 1.0), ("b", 20, 200, 2.0)], ["a"]),
        ([("a", 10, 200, 1.0), ("b", 20, 100, 1.0)], ["a", "b"]),
        ([("a", 10, 200, 2.0), ("b", 10, 200, 1.0)], ["b"]),
        ([("a", 10, 100, 1.0), ("b", 10, 100, 1.0)], ["a", "b"]),
        ([("a", 10, 100, 1.0), ("b", None, 1, 0.1), ("c", 1, 1, None)], ["a"]),
    ],
)
def test_the_front_is_whom_nobody_beats(candidates, front):
    """Equals beat nobody; one of which a figure is not known is neither on the front nor in its way."""
    assert [one.name for one in front_of([candidate(*one) for one in candidates])] == front


def test_money_is_told_per_thousand_decisions_in_the_units_of_its_currency():
    """A yen has no minor units."""
    one = candidate("a", 4_000, 100, 1.0)
    assert one.cost.value == 4_000
    assert candidate("a", None, 100, 1.0).cost.described() == "unavailable (no frauds)"


def test_time_comes_from_the_graph():
    """The same graph takes the same time on any machine."""
    assert candidate("a", 1, 10_000, 1.0).seconds == candidate("b", 2, 10_000, 2.0).seconds
    assert candidate("a", 1, 20_000, 1.0).seconds.value > candidate("a", 1, 10_000, 1.0).seconds.value
