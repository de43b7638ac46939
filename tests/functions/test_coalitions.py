"""Shapley values of coalitions' worths: exact for a few players, and fair to all."""

from __future__ import annotations

import doctest
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.peers import exact_shapley
from functions.score import coalitions
from functions.score.coalitions import MOST_EXACT, coalitions_of

WORTHS = st.floats(-50.0, 50.0)


@given(st.integers(0, 4).flatmap(lambda players: st.lists(WORTHS, min_size=2**players, max_size=2**players)))
def test_up_to_four_players_get_their_shapley_values(worths):
    """By the definition: what each adds, over all orders in which they may come."""
    players = int(math.log2(len(worths)))
    by_coalition = dict(zip(itertools.product((False, True), repeat=players), worths, strict=True))
    asked = coalitions_of(players)
    found = asked.values @ [by_coalition[tuple(there)] for there in asked.present.tolist()]
    exact = exact_shapley.values(players, lambda present: np.array([by_coalition[tuple(there)] for there in present.tolist()]))
    assert found == pytest.approx(exact, abs=1e-9)


def test_the_example_holds():
    """Of two players."""
    assert doctest.testmod(coalitions).failed == 0


@given(st.integers(0, 20), st.randoms(use_true_random=False))
def test_values_add_up_to_what_all_are_worth_more_than_none(players, chance):
    """However few of the coalitions were asked."""
    asked = coalitions_of(players)
    worths = np.array([chance.uniform(-50.0, 50.0) for _ in asked.present])
    assert (asked.values @ worths).sum() == pytest.approx(worths[-1] - worths[0], abs=1e-9)


@pytest.mark.parametrize("players", [5, 7, 9, 14, 20])
def test_players_that_need_nobody_get_what_they_are_worth(players):
    """A sum over players has no interactions to estimate."""
    worth, asked = np.linspace(-3.0, 5.0, players), coalitions_of(players)
    assert asked.values @ (asked.present @ worth - 7.0) == pytest.approx(worth, abs=1e-9)


@pytest.mark.parametrize("players", range(1, 21))
def test_coalitions_are_few_distinct_and_each_has_its_complement(players):
    """None is the first and all is the last; of more players than a few, each alone and each missing are asked."""
    present = coalitions_of(players).present
    distinct = {tuple(there) for there in present.tolist()}
    assert len(distinct) == len(present) == (2**players if players <= MOST_EXACT else 2 * players + 2)
    assert (present[0].any(), present[-1].all()) == (False, True)
    assert distinct == {tuple(not one for one in there) for there in distinct}
