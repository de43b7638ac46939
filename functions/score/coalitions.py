"""Shapley values of a few players, from the worth of some coalitions: one matrix, the same for every payment.

A player's Shapley value is what it adds, averaged over all orders in which the players may come (L. S. Shapley, A value for
n-person games, 1953). It solves a least-squares problem over the coalitions, each weighted by its size (S. Lundberg, S.-I. Lee, A
unified approach to interpreting model predictions, 2017, theorem 2): over all of them exactly, over a part approximately. Of more
than a few players, each alone and each missing are asked: the coalitions of most weight, paired (I. Covert, S.-I. Lee,
Improving KernelSHAP, 2021).
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MOST_EXACT = 4  # players of whom all coalitions are asked: each is a row through the model


class Coalitions(NamedTuple):
    """Which players are there [coalitions, players], none first and all last, and values from worths [players, coalitions]."""

    present: npt.NDArray[np.bool_]
    values: npt.NDArray[np.float64]


@cache
def coalitions_of(players: int) -> Coalitions:
    """Return the coalitions of so many players, and what makes Shapley values of their worths; the same in every process.

    Their sum is the worth of all less that of none, but for rounding.

    >>> coalitions_of(2).values @ np.array([0.0, 1.0, 3.0, 10.0])  # of none, the second, the first, both
    array([6., 4.])
    """
    nobody, everybody = np.zeros((1, players), bool), np.ones((1, players), bool)
    if not players:
        return Coalitions(nobody, np.zeros((0, 1)))
    if players == 1:
        return Coalitions(np.vstack([nobody, everybody]), np.array([[-1.0, 1.0]]))
    present, weights = _between(players)
    return Coalitions(np.vstack([nobody, present, everybody]), _solution(present.astype(np.float64), weights))


def _between(players: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Return the coalitions between none and all, and the weight of each."""
    if players <= MOST_EXACT:
        every = np.array(list(itertools.product((False, True), repeat=players))[1:-1])
        return every, np.array([1.0 / (math.comb(players, size) * size * (players - size)) for size in every.sum(1).tolist()])
    alone = np.eye(players, dtype=bool)
    return np.vstack([alone, ~alone]), np.ones(2 * players)


def _solution(present: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the matrix of the least squares whose values add up to the worth of all less that of none."""
    inverse = np.linalg.inv(present.T @ (weights[:, None] * present))
    free = inverse @ (present.T * weights)  # without the sum
    share = inverse.sum(1) / inverse.sum()  # who gives how much of what is missing from the sum
    bound = free - np.outer(share, free.sum(0))
    return np.column_stack([-bound.sum(1) - share, bound, share])
