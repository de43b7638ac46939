"""Shapley values of coalitions' worths: exact for a few players, fair to all, and the same everywhere."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.peers import exact_shapley
from functions.score.coalitions import MOST_COALITIONS, coalitions_of

WORTHS = st.floats(-50.0, 50.0)


@given(st.integers(0, 5).flatmap(lambda players: st.lists(WORTHS, min_size=2**players, max_size=2**players)))
def test_up_to_five_players_get_their_shapley_values(worths):
    """By the definition: what each adds, over all orders in which they may come."""
    players = int(math.log2(len(worths)))
    by_coalition = dict(zip(itertools.product((False, True), repeat=players), worths, strict=True))
    coalitions = coalitions_of(players)
    found = coalitions.values @ [by_coalition[tuple(there)] for there in coalitions.present.tolist()]
    exact = exact_shapley.values(players, lambda present: np.array([by_coalition[tuple(there)] for there in present.tolist()]))
    assert found == pytest.approx(exact, abs=1e-9)


@given(st.integers(0, 20), st.randoms(use_true_random=False))
def test_values_add_up_to_what_all_are_worth_more_than_none(players, chance):
    """However few of the coalitions were asked."""
    coalitions = coalitions_of(players)
    worths = np.array([chance.uniform(-50.0, 50.0) for _ in coalitions.present])
    assert (coalitions.values @ worths).sum() == pytest.approx(worths[-1] - worths[0], abs=1e-9)


@pytest.mark.parametrize("players", [6, 9, 14, 20])
def test_players_that_need_nobody_get_what_they_are_worth(players):
    """A sum over players has no interactions to estimate."""
    worth, coalitions = np.linspace(-3.0, 5.0, players), coalitions_of(players)
    assert coalitions.values @ (coalitions.present @ worth - 7.0) == pytest.approx(worth, abs=1e-9)


@pytest.mark.parametrize("players", range(1, 21))
def test_coalitions_are_few_distinct_and_each_has_its_complement(players):
    """None is the first and all is the last; where there are many players, each alone and each missing are asked at least."""
    present = coalitions_of(players).present
    distinct = {tuple(there) for there in present.tolist()}
    assert len(distinct) == len(present) <= max(MOST_COALITIONS, 2 * players + 2)
    assert (present[0].any(), present[-1].all()) == (False, True)
    assert distinct == {tuple(not one for one in there) for there in distinct}


def test_the_same_coalitions_are_drawn_in_every_process():
    """What is drawn depends on how many players there are, and on nothing else."""
    first = coalitions_of(9)
    coalitions_of.cache_clear()
    again = coalitions_of(9)
    assert (first.present.tobytes(), first.values.tobytes()) == (again.present.tobytes(), again.values.tobytes())
