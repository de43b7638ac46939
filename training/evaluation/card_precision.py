"""Card precision at k: of the k customers that analysts can look at in a day, how many were defrauded that day.

The rule of the Fraud Detection Handbook (chapter 4, card precision top-k): customers are ranked by their highest
score of the day; one found to be compromised is left out on the following days; the mean is taken over the days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

HEAD = 2  # times the capacity: nobody looks further down a day, but where those above were drawn seldom or are found already


class CustomerDay(NamedTuple):
    """The customers of one day, highest score first."""

    customers: NDArray[np.int64]
    is_compromised: NDArray[np.bool_]


class CardRanking:
    """Customers ranked once per day, for any number of weightings of customers."""

    def __init__(self, scores: Floats, is_fraud: NDArray[np.bool_], customer: NDArray[np.int64], day: NDArray[np.int64]) -> None:
        """Rank; `customer` counts from 0, `day` is any ascending number."""
        self._customers = int(customer.max()) + 1 if len(customer) else 0
        self._days = [_rank(scores[of], is_fraud[of], customer[of]) for of in (day == one for one in np.unique(day))]

    def precision_at(self, capacity: int, weights: Floats) -> Floats:
        """Return one value per weighting; `weights` [weightings, customers] says how often each customer counts."""
        is_found = np.zeros((len(weights), self._customers), bool)
        precisions = [_day_precision(day, capacity, weights, is_found) for day in self._days]
        return np.mean(precisions, axis=0) if precisions else np.full(len(weights), np.nan)


def _rank(scores: Floats, is_fraud: NDArray[np.bool_], customer: NDArray[np.int64]) -> CustomerDay:
    highest_first = np.argsort(-scores, kind="stable")
    customers, first = np.unique(customer[highest_first], return_index=True)
    order = np.argsort(first)
    compromised = np.unique(customer[is_fraud])
    return CustomerDay(customers[order], np.isin(customers[order], compromised))


def _day_precision(day: CustomerDay, capacity: int, weights: Floats, is_found: NDArray[np.bool_]) -> Floats:
    """Return the precision per weighting, and mark the compromised customers that were found."""
    customers, count = _looked_at(day, capacity, weights, is_found)
    before = np.cumsum(count, axis=1) - count
    taken = np.clip(capacity - before, 0, count)
    hit = taken * day.is_compromised[: len(customers)]
    is_found[:, customers] |= hit > 0
    return np.asarray(hit.sum(axis=1) / capacity)


def _looked_at(day: CustomerDay, capacity: int, weights: Floats, is_found: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Floats]:
    """Return the first customers, as many as fill the capacity in every weighting, and how often each counts."""
    size = HEAD * capacity
    while True:
        customers = day.customers[:size]
        count = weights[:, customers] * ~is_found[:, customers]
        if size >= len(day.customers) or (count.sum(axis=1) >= capacity).all():
            return customers, count
        size *= 2
