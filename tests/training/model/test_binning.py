"""Bin borders stand where frauds begin."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest

from training.model.binning import bin_borders


def test_a_border_stands_exactly_between_the_values_it_separates() -> None:
    """Amounts above 220 are frauds: the border lies between 220.00 and 220.01."""
    amounts = np.round(np.arange(0, 400, 0.01), 2).astype(np.float32)
    borders = bin_borders(amounts, amounts > 220, 4)
    assert any(220.0 <= border <= 220.01 for border in borders)


def test_a_constant_feature_has_one_border() -> None:
    """Nothing to cut."""
    assert bin_borders(np.full(100, 5.0, np.float32), np.arange(100) > 50, 8).tolist() == [5.0]


def test_without_frauds_nothing_is_cut() -> None:
    """Only the ends are known."""
    assert bin_borders(np.arange(100, dtype=np.float32), np.zeros(100, bool), 8).tolist() == [0.0, 99.0]


@pytest.mark.parametrize(
    "module", ["model.binning", "model.drift", "model.families", "model.fitting", "model.ranking", "evaluation.calibration"]
)
def test_the_examples_in_docstrings_hold(module: str) -> None:
    """Formulas show a value."""
    found = importlib.import_module(f"training.{module}")
    assert doctest.testmod(found, extraglobs={"np": np}).failed == 0
