"""What a team finds that looks at the highest scores of each day, beside counting over every order of equals."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest

from training.comparison.alerts import Rows, found_at

ALIKE = np.ones((1, 5))


def rows_of(frauds: list[int], amounts: list[int], customers: list[int], days: list[int]) -> Rows:
    """Rows as the comparison has them."""
    return Rows(np.array(frauds, bool), np.array(amounts), np.array(customers), np.array(days))


def counted(scores: list[float], rows: Rows, capacity: int) -> tuple[float, float, float, float]:
    """The same by brute force: the mean over every order in which equals could stand."""
    sums = np.zeros(4)
    for day in range(rows.days):
        part = [int(row) for row in np.flatnonzero(rows.day == day)]
        orders = [order for order in permutations(part) if all(scores[a] >= scores[b] for a, b in pairwise(order))]
        sums += np.mean([_looked_at(order[:capacity], part, rows) for order in orders], axis=0)
    return tuple(sums)


def _looked_at(seen: tuple[int, ...], part: list[int], rows: Rows) -> list[float]:
    bad = {rows.customer[row] for row in part if rows.is_fraud[row]}
    good = {rows.customer[row] for row in seen} - bad
    frauds = [row for row in seen if rows.is_fraud[row]]
    return [len(seen), len(frauds), sum(rows.amount_minor[row] for row in frauds), len(good)]


@pytest.mark.parametrize("capacity", [1, 2, 3, 4, 9])
def test_equals_at_the_edge_count_as_over_every_order_of_them(capacity: int):
    """Coarse scores of two days, several payments of one customer among equals: alerts, frauds, money and hindered customers."""
    rows = rows_of(
        [0, 1, 0, 0, 0, 1, 0, 0, 0, 0], [5, 90, 7, 8, 9, 40, 2, 3, 4, 6], [0, 1, 2, 2, 3, 4, 0, 2, 2, 2], [0] * 6 + [1] * 4
    )
    scores = [2.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0]

    found = found_at(np.array(scores), rows, ALIKE, np.full((1, 2), float(capacity)))

    got = [float(one[0]) for one in (found.alerts, found.frauds, found.amount_minor, found.hindered)]
    assert got == pytest.approx(counted(scores, rows, capacity))


def test_a_customer_drawn_twice_counts_as_two_customers():
    """A resample is a world in which the customer stands twice, with an id of its own each."""
    rows = rows_of([0, 1, 0], [5, 90, 7], [0, 1, 2], [0, 0, 0])
    twice = rows_of([0, 0, 1, 0], [5, 5, 90, 7], [0, 3, 1, 2], [0] * 4)
    scores, weights = np.array([1.0, 1.0, 1.0]), np.array([[2.0, 1.0, 1.0]])

    found = found_at(scores, rows, weights, np.array([[2.0]]))
    expected = found_at(np.array([1.0] * 4), twice, np.ones((1, 4)), np.array([[2.0]]))

    assert vars(found) == {name: pytest.approx(value) for name, value in vars(expected).items()}
