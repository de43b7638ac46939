"""What a team that looks at so many payments a day finds, and whom it hinders: those with the highest scores of each day.

Where a coarse score leaves equals at the edge of the capacity, chance decides whom of them the team looks at: every figure is the
expected value over that chance, exactly, whatever stands first in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int64]

NOBODY = 1e-9  # a resample may draw none of a group's customers: nothing is shared among nobody


@dataclass(frozen=True)
class Rows:
    """Judged payments: what is true of them, whose they are (a code from 0), and on which day, days counted from 0."""

    is_fraud: Flags
    amount_minor: Codes
    customer: Codes
    day: Codes

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.is_fraud)

    def take(self, chosen: Flags) -> Rows:
        """Return some of them."""
        return Rows(self.is_fraud[chosen], self.amount_minor[chosen], self.customer[chosen], self.day[chosen])

    @property
    def days(self) -> int:
        """Return how many days there are."""
        return int(self.day.max(initial=-1)) + 1


@dataclass(frozen=True)
class Found:
    """Per weighting, summed over the days: payments looked at, frauds and money among them, good customers hindered."""

    alerts: Floats
    frauds: Floats
    amount_minor: Floats
    hindered: Floats  # customers of a day who had no fraud, and a payment that was looked at


def found_at(scores: Floats, rows: Rows, weights: Floats, capacity: Floats) -> Found:
    """Return what `capacity` [weightings, days] payments a day find; `weights` [weightings, customers] as everywhere."""
    order = np.lexsort((-scores, rows.day))
    ends = np.searchsorted(rows.day[order], np.arange(1, rows.days + 1))
    sums = np.zeros((4, len(weights)))
    for day, part in enumerate(np.split(order, ends[:-1])):
        if len(part):
            sums += _of_day(scores[part], part, rows, weights, capacity[:, day])
    return Found(*sums)


def _of_day(scores: Floats, part: Codes, rows: Rows, weights: Floats, capacity: Floats) -> Floats:
    """Return alerts, frauds, money and hindered customers of one day's rows, highest score first."""
    starts = np.flatnonzero(np.append(True, scores[1:] != scores[:-1]))
    weight = weights[:, rows.customer[part]]
    equals = np.add.reduceat(weight, starts, axis=1)
    left = capacity[:, None] - (np.cumsum(equals, axis=1) - equals)  # of the capacity, when a group of equals is reached
    share = np.clip(left / np.maximum(equals, NOBODY), 0.0, 1.0)
    frauds = weight * rows.is_fraud[part]
    frauds_of, amount_of = (np.add.reduceat(one, starts, axis=1) for one in (frauds, frauds * rows.amount_minor[part]))
    edge = np.argmax(np.hstack([share < 1.0, np.ones((len(share), 1), bool)]), axis=1)  # the group that is looked at in part
    at_edge = np.arange(len(edge)), np.minimum(edge, len(starts) - 1)
    hindered = _hindered(starts, part, rows, weights, (edge, equals[at_edge], np.maximum(left[at_edge], 0.0)))
    return np.array([(share * equals).sum(axis=1), (share * frauds_of).sum(axis=1), (share * amount_of).sum(axis=1), hindered])


def _hindered(starts: Codes, part: Codes, rows: Rows, weights: Floats, reached: tuple[Codes, Floats, Floats]) -> Floats:
    """Return how many customers without a fraud are expected to have a payment looked at.

    `reached`: per weighting the group at the edge, how many stand in it, how many of them are looked at. Of a customer who has m
    payments among n equals of which r are looked at, none is with the chance (n-r)/n * (n-r-1)/(n-1) * ... of m factors.
    """
    edge, equals, looked_at = reached
    group = np.searchsorted(starts, np.arange(len(part)), side="right") - 1
    customers, first, code = np.unique(rows.customer[part], return_index=True, return_inverse=True)
    best = group[first]  # rows stand in the order of groups
    among_equals = np.bincount(code, group == best[code], len(customers))
    is_good = np.bincount(code, rows.is_fraud[part], len(customers)) == 0
    spared = np.ones((len(edge), len(customers)))
    for passed in range(int(among_equals.max())):
        chance = np.clip((equals - looked_at - passed) / np.maximum(equals - passed, 1.0), 0.0, 1.0)
        spared = np.where(passed < among_equals, spared * chance[:, None], spared)
    is_edge = best == edge[:, None]
    chance = np.where(best < edge[:, None], 1.0, np.where(is_edge, 1.0 - spared, 0.0))
    return np.asarray((weights[:, customers] * is_good * chance).sum(axis=1))
