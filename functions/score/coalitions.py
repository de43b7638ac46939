"""Shapley values of a few players, from the worth of some coalitions: one matrix, the same for every payment.

A player's Shapley value is what it adds, averaged over all orders in which the players may come (L. S. Shapley, A value for
n-person games, 1953). It solves a least-squares problem over the coalitions, each weighted by its size (S. Lundberg, S.-I. Lee, A
unified approach to interpreting model predictions, 2017, theorem 2): over all of them exactly, over a part approximately. Where
they are too many, every player alone and every player missing are taken, and others drawn together with their complements
(I. Covert, S.-I. Lee, Improving KernelSHAP, 2021).
"""

from __future__ import annotations

import itertools
import math
import random
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MOST_COALITIONS = 32  # up to five players are exact; each coalition is a row through the model


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
    if 2**players <= MOST_COALITIONS:
        every = np.array(list(itertools.product((False, True), repeat=players))[1:-1])
        return every, np.array([_mass(players, size) / math.comb(players, size) for size in every.sum(1).tolist()])
    alone = np.eye(players, dtype=bool)
    drawn = _drawn(players, max(0, (MOST_COALITIONS - 2 - 2 * players) // 2))
    rest = sum(_mass(players, size) for size in range(2, players - 1))
    weights = np.repeat([_mass(players, 1) / players, rest / max(len(drawn), 1)], [2 * players, len(drawn)])
    return np.vstack([alone, ~alone, drawn]), weights


def _mass(players: int, size: int) -> float:
    """Return the weight of all coalitions of a size together, but for a factor."""
    return (players - 1) / (size * (players - size))


def _drawn(players: int, pairs: int) -> npt.NDArray[np.bool_]:
    """Return distinct coalitions of two to all but two players, each followed by its complement."""
    chance = random.Random(players)  # noqa: S311  # a design, no secret
    found: dict[frozenset[int], None] = {}
    sizes = range(2, players - 1)
    masses = [_mass(players, size) for size in sizes]
    possible = (2**players - 2 - 2 * players) // 2
    while len(found) < min(pairs, possible):
        (size,) = chance.choices(sizes, masses)
        members = frozenset(chance.sample(range(players), size))
        found[min(members, frozenset(range(players)) - members, key=sorted)] = None
    rows = [[player in members for player in range(players)] for members in found]
    return np.array([side for row in rows for side in (row, [not there for there in row])], bool).reshape(-1, players)


def _solution(present: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the matrix of the least squares whose values add up to the worth of all less that of none."""
    inverse = np.linalg.inv(present.T @ (weights[:, None] * present))
    free = inverse @ (present.T * weights)  # without the sum
    share = inverse.sum(1) / inverse.sum()  # who gives how much of what is missing from the sum
    bound = free - np.outer(share, free.sum(0))
    return np.column_stack([-bound.sum(1) - share, bound, share])
