"""Card precision against a plain reading of the handbook's rule."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation import card_precision
from training.evaluation.card_precision import CardRanking

CAPACITY = 5


def by_the_book(scores: np.ndarray, is_fraud: np.ndarray, customer: np.ndarray, day: np.ndarray) -> float:
    """Rank by highest score, look at the first, forget compromised customers once found."""
    found: set[int] = set()
    precisions = []
    for today in sorted(set(day.tolist())):
        highest: dict[int, float] = {}
        for row in np.flatnonzero(day == today):
            if customer[row] not in found:
                highest[customer[row]] = max(highest.get(customer[row], -1.0), scores[row])
        first = sorted(highest, key=lambda name: -highest[name])[:CAPACITY]
        compromised = set(customer[(day == today) & is_fraud].tolist())
        hits = [name for name in first if name in compromised]
        precisions.append(len(hits) / CAPACITY)
        found |= set(hits)
    return float(np.mean(precisions))


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_rule_of_the_handbook(seed: int) -> None:
    """Over four days and thirty customers."""
    draw = np.random.default_rng(seed)
    scores, customer = draw.random(300), draw.integers(0, 30, 300)
    is_fraud, day = draw.random(300) < scores / 3, np.sort(draw.integers(0, 4, 300))
    ranking = CardRanking(scores, is_fraud, customer, day)
    ones = np.ones((1, customer.max() + 1))
    assert ranking.precision_at(CAPACITY, ones)[0] == pytest.approx(by_the_book(scores, is_fraud, customer, day))


def test_a_customer_drawn_twice_takes_two_places() -> None:
    """What a resample of customers means for the analysts' capacity."""
    ranking = CardRanking(np.array([0.9, 0.1]), np.array([True, False]), np.array([0, 1]), np.array([0, 0]))
    assert ranking.precision_at(2, np.array([[1.0, 1.0], [2.0, 1.0], [0.0, 2.0]])).tolist() == [0.5, 1.0, 0.0]


def test_whoever_lies_below_all_that_analysts_look_at_changes_nothing(monkeypatch) -> None:
    """Only the head of a day is weighed, and more of it where customers were drawn seldom: to the bit what all of it gives."""
    draw = np.random.default_rng(11)
    scores, customer, day = draw.random(6_000), draw.integers(0, 900, 6_000), np.sort(draw.integers(0, 3, 6_000))
    ranking = CardRanking(scores, draw.random(6_000) < scores / 2, customer, day)
    weights = np.vstack([draw.poisson(1.0, (40, 900)), draw.random((2, 900)) < 0.02])
    found = ranking.precision_at(CAPACITY, weights)
    monkeypatch.setattr(card_precision, "HEAD", 900)
    assert found.tolist() == ranking.precision_at(CAPACITY, weights).tolist()
