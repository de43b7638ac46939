"""The figures of one contestant on the judged weeks, on all customers and on resamples of them, and how far two lie apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from training.comparison.alerts import Rows, found_at
from training.evaluation.card_precision import CardRanking
from training.evaluation.measurement import INTERVAL
from training.model.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Samples = Mapping[str, Floats]  # per measure: its value, then that on each resample

TIE_ORDERS = 16  # over so many orders of equals the card precision is averaged: their mean moves by less than its interval
SEED = 20180401


@dataclass(frozen=True)
class Costs:
    """What a team's day costs, in minor units, and how many payments it can look at."""

    capacity: int
    review_minor: int
    hindered_minor: int


@dataclass(frozen=True)
class Judged:
    """The rows that all are judged on, and the week of each, weeks counted from 0."""

    rows: Rows
    week: NDArray[np.int64]

    def weeks(self) -> list[NDArray[np.bool_]]:
        """Return which rows are each week's."""
        return [self.week == week for week in range(int(self.week.max(initial=-1)) + 1)]


def samples_of(scores: Floats, judged: Judged, weights: Floats, costs: Costs) -> dict[str, Floats]:
    """Return every measure at the team's capacity; what ranks is the mean over weeks, what is counted is that of a day."""
    rows = judged.rows
    limits = np.full((len(weights), rows.days), float(costs.capacity))
    return {**ranked(scores, judged, weights, costs.capacity), **counted(scores, rows, weights, limits, costs)}


def ranked(scores: Floats, judged: Judged, weights: Floats, capacity: int) -> dict[str, Floats]:
    """Return average precision, area under the curve and card precision, means over the weeks that have frauds."""
    weeks = [(scores[of], judged.rows.take(of)) for of in judged.weeks()]
    curves = [Ranking(one, rows.is_fraud, rows.customer).curves(weights) for one, rows in weeks]
    return {
        "average_precision": mean_of_weeks([curve.average_precision() for curve in curves]),
        "auc_roc": mean_of_weeks([curve.auc_roc() for curve in curves]),
        f"card_precision_at_{capacity}": mean_of_weeks([card_precision(*week, capacity, weights) for week in weeks]),
    }


def mean_of_weeks(values: Sequence[Floats]) -> Floats:
    """Return the mean of what is defined, NaN where nothing is."""
    known = np.array([~np.isnan(value) for value in values])
    total = np.nansum(values, axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def card_precision(scores: Floats, rows: Rows, capacity: int, weights: Floats) -> Floats:
    """Return the card precision, expected over the order of equal scores: which stands first in a file decides nothing."""
    chance = np.random.default_rng(SEED)
    orders = 1 if len(np.unique(scores)) == len(scores) else TIE_ORDERS
    found = []
    for _ in range(orders):
        rank = np.empty(len(scores))
        rank[np.lexsort((chance.random(len(scores)), scores))] = np.arange(len(scores))
        found.append(CardRanking(rank, rows.is_fraud, rows.customer, rows.day).precision_at(capacity, weights))
    return np.asarray(np.mean(found, axis=0))


def counted(scores: Floats, rows: Rows, weights: Floats, limits: Floats, costs: Costs) -> dict[str, Floats]:
    """Return what `limits` [weightings, days] payments a day find, cost and save; saved: beside a team that looks at nothing."""
    found = found_at(scores, rows, weights, limits)
    # Customer by customer: a table of weightings by rows would be 1.6 kB a payment.
    frauds, lost = (
        weights @ np.bincount(rows.customer, of_rows, weights.shape[1])
        for of_rows in (rows.is_fraud, np.where(rows.is_fraud, rows.amount_minor, 0))
    )
    spent = costs.review_minor * found.alerts + costs.hindered_minor * found.hindered
    none = np.full(len(weights), np.nan)
    return {
        "alerts_a_day": found.alerts / rows.days,
        "frauds_found_a_day": found.frauds / rows.days,
        "frauds_found_share": np.divide(found.frauds, frauds, out=none.copy(), where=frauds > 0),
        "alerts_that_are_fraud_share": np.divide(found.frauds, found.alerts, out=none.copy(), where=found.alerts > 0),
        "hindered_customers_a_day": found.hindered / rows.days,
        "expected_cost_minor_a_day": (lost - found.amount_minor + spent) / rows.days,
        "saved_minor_a_day": (found.amount_minor - spent) / rows.days,
    }


def with_interval(sample: Floats) -> dict[str, float | None]:
    """Return a value with the 95 % interval of its resamples; nothing where it is undefined."""
    if np.isnan(sample[0]):
        return {"value": None, "low": None, "high": None}
    low, high = np.nanpercentile(sample[1:], INTERVAL) if len(sample) > 1 else (np.nan, np.nan)
    return {"value": float(sample[0]), "low": float(low), "high": float(high)}


def summarised(samples: Samples) -> dict[str, dict[str, float | None]]:
    """Return every measure with its interval."""
    return {name: with_interval(sample) for name, sample in samples.items()}


def apart(ours: Samples, theirs: Samples) -> dict[str, dict[str, float | None]]:
    """Return ours less theirs, on the same resamples, with the interval of the difference."""
    return {name: with_interval(ours[name] - theirs[name]) for name in ours}
