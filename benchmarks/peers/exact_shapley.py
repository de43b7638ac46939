"""Shapley values by their definition: every player's marginal worth in every coalition, weighted by how many orders lead there."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Worths = Callable[[NDArray[np.bool_]], NDArray[np.float64]]

BUILT = "all coalitions of all groups, by Shapley's own formula of 1953"


def values(players: int, worths: Worths) -> NDArray[np.float64]:
    """Return the value of each player; `worths` is asked once, for all 2 ** players coalitions [coalitions, players]."""
    present = np.array(list(itertools.product((False, True), repeat=players)))
    worth = dict(zip(map(tuple, present.tolist()), worths(present).tolist(), strict=True))
    return np.array([_value(player, players, worth) for player in range(players)])


def _value(player: int, players: int, worth: dict[tuple[bool, ...], float]) -> float:
    total = 0.0
    for coalition, value in worth.items():
        if not coalition[player]:
            others = sum(coalition)
            orders = math.factorial(others) * math.factorial(players - others - 1)
            joined = tuple(there or index == player for index, there in enumerate(coalition))
            total += orders * (worth[joined] - value)
    return total / math.factorial(players)
