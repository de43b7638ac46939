"""A column that is filled in after a fraud is told from one that is honest, before a model learns from it."""

from __future__ import annotations

import doctest
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.look import leaking
from intake.look.columns import Sampled
from intake.look.label_words import meanings
from intake.look.leaking import gives_away, separation, told_by

ROWS, EVERY = 2_000, 50
FRAUDS = [row % EVERY == 0 for row in range(ROWS)]


def column(values: Sequence[object]) -> Sampled:
    """A column of the sample."""
    texts = [None if one is None else str(one) for one in values]
    return Sampled("x", 0, pa.array(texts, pa.string()), pa.string())


def told(words: Sequence[str | None]):
    """What labels say."""
    labels = column(words)
    form = meanings("Class", labels.counts, labels.texts.null_count)
    assert form is not None
    return told_by(labels, form)


LABELS = told(["Y" if one else "N" for one in FRAUDS])


def test_the_examples_hold() -> None:
    """Of the cut."""
    assert doctest.testmod(leaking).failed == 0


@pytest.mark.parametrize(
    "values",
    [
        [int(one) for one in FRAUDS],
        [f"2026-02-{1 + row % 28:02}" if one else None for row, one in enumerate(FRAUDS)],  # a chargeback's date
        ["open" if one else ("closed", "none")[row % 2] for row, one in enumerate(FRAUDS)],
        [-1.0 * one for one in FRAUDS],
        [900.0 + row % 7 if one else row % 800 for row, one in enumerate(FRAUDS)],
        [int(one and row % 500) for row, one in enumerate(FRAUDS)],  # a tenth of the frauds is missed
    ],
)
def test_what_is_filled_in_afterwards_is_told(values: Sequence[object]) -> None:
    """A flag, a date that only frauds have, a state, a number."""
    assert LABELS is not None
    assert gives_away(column(values), LABELS)


def test_what_is_known_beforehand_is_not() -> None:
    """Chance, and a channel on which half of all frauds happen, and a device of each customer."""
    assert LABELS is not None
    chance = np.random.default_rng(1)
    channel = ["web" if (one and row % 100) or row % 5 == 0 else "till" for row, one in enumerate(FRAUDS)]
    for values in (chance.random(ROWS).tolist(), channel, chance.integers(0, 300, ROWS).tolist(), [None] * ROWS):
        assert not gives_away(column(values), LABELS)


def test_without_frauds_enough_nothing_is_told() -> None:
    """Nor where nobody looked; what was never investigated is left out."""
    assert told(["N"] * 100 + ["Y"] * 3) is None
    assert told(["Y"] * 20 + ["unknown"] * 100) is None
    found = told(["Y"] * 20 + ["N"] * 20 + ["unknown"] * 60)
    assert found is not None
    assert gives_away(column([1] * 20 + [0] * 20 + [1] * 60), found)


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=40))
def test_the_best_cut_is_that_of_trying_them_all(rows: list[tuple[int, bool]]) -> None:
    """Matthews' correlation is that of numpy, of which no cut has a better one."""
    scores, labels = np.array([float(score) for score, _ in rows]), np.array([label for _, label in rows])
    if labels.all() or not labels.any():
        return
    cuts = [scores < cut for cut in sorted(set(scores.tolist()))[1:]]
    best = max((abs(float(np.corrcoef(cut, labels)[0, 1])) for cut in cuts), default=0.0)
    assert separation(scores, labels) == pytest.approx(best, abs=1e-9)
