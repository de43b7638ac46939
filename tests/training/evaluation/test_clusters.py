"""How far chance moves a sum where payments depend on each other by customer and by terminal."""

from __future__ import annotations

import doctest

import numpy as np
import pyarrow as pa
import pytest

from training.evaluation import clusters as module
from training.evaluation.clusters import Clusters

ROWS, CUSTOMERS, TERMINALS = 4_000, 60, 50
DRAW = np.random.default_rng(11)
CUSTOMER, TERMINAL = DRAW.integers(0, CUSTOMERS, ROWS), DRAW.integers(0, TERMINALS, ROWS)
BOTH = Clusters.of(CUSTOMER, pa.table({"terminal_id": TERMINAL.astype(str)}))


def test_the_examples_hold() -> None:
    """By hand."""
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(("by_customer", "by_terminal"), [(0.0, 0.0), (0.4, 0.0), (0.0, 0.4), (0.3, 0.3)])
def test_the_variance_is_that_of_sums_drawn_again_and_again(by_customer: float, by_terminal: float) -> None:
    """Errors of rows, shared by customers, by terminals, and by both: on average the estimate is what happens, or a little more.

    More where nobody shares anything, because of three estimates the largest holds.
    """
    own = 1.0 - by_customer - by_terminal
    parts = ((by_customer, CUSTOMER, CUSTOMERS), (by_terminal, TERMINAL, TERMINALS), (own, np.arange(ROWS), ROWS))
    drawn = [sum(share**0.5 * DRAW.normal(size=count)[codes] for share, codes, count in parts) for _ in range(600)]
    happened = np.var([values.sum() for values in drawn])
    estimated = np.mean([BOTH.variance(values) for values in drawn])
    assert 0.85 * happened < estimated < 1.4 * happened


def test_customers_alone_would_promise_too_much_where_terminals_err_together() -> None:
    """What a bootstrap of customers does."""
    values = DRAW.normal(size=TERMINALS)[TERMINAL]
    alone = Clusters(CUSTOMER, np.arange(ROWS), np.arange(ROWS))
    assert alone.variance(values) < 0.5 * BOTH.variance(values)


def test_without_terminals_only_customers_count() -> None:
    """A holdout that does not say where a payment was made: each is a terminal of its own."""
    values = DRAW.normal(size=CUSTOMERS)[CUSTOMER]
    found = Clusters.of(CUSTOMER, pa.table({"amount_minor": np.zeros(ROWS)}))
    assert found.variance(values) == pytest.approx((np.bincount(CUSTOMER, values) ** 2).sum())


def test_a_row_that_counts_several_times_is_no_further_evidence() -> None:
    """One that chance let through stands for many, and is still one payment."""
    values, is_fraud = DRAW.normal(size=ROWS), DRAW.random(ROWS) < 0.02
    twice = np.repeat(np.arange(ROWS), 2)
    table = pa.table({"terminal_id": TERMINAL[twice].astype(str)})
    repeated = Clusters.of(CUSTOMER[twice], table)
    assert repeated.variance(values[twice]) == pytest.approx(4.0 * BOTH.variance(values))
    assert repeated.degrees(is_fraud[twice]) == pytest.approx(BOTH.degrees(is_fraud))


@pytest.mark.parametrize("few", [np.zeros(ROWS, bool), CUSTOMER == 3, TERMINAL == 5], ids=["none", "one customer", "one terminal"])
def test_frauds_of_one_customer_or_terminal_leave_no_degree_of_freedom(few: np.ndarray) -> None:
    """However many payments they are."""
    assert BOTH.degrees(few) <= 0


def test_some_rows_keep_their_clusters() -> None:
    """As a segment has them."""
    rows = DRAW.random(ROWS) < 0.3
    values = DRAW.normal(size=ROWS)
    assert BOTH.part(rows).variance(values[rows]) == pytest.approx(BOTH.variance(np.where(rows, values, 0.0)))


def test_a_row_without_a_terminal_is_a_terminal_of_its_own():
    """As where a file has none, or only some of its rows name one; the others keep theirs."""
    customer = np.array([0, 0, 1, 1])
    told = Clusters.of(customer, pa.table({"terminal_id": ["m", None, None, "m"]}))
    assert (told.terminal[0] == told.terminal[3], len(set(told.terminal.tolist()))) == (True, 3)
    nobody = Clusters.of(customer, pa.table({"terminal_id": pa.nulls(4, pa.string())}))
    without = Clusters.of(customer, pa.table({}))
    values = np.array([1.0, 2.0, 3.0, 4.0])
    assert nobody.variance(values) == without.variance(values)
