"""From values to places: round ends, room for one value alone, ticks that fit."""

from __future__ import annotations

import doctest
import importlib

import pytest

from cli.dashboard.scales import BandScale, linear_scale, thinned


@pytest.mark.parametrize("module", ["chunk_figures", "kinds", "markup", "scales", "units"])
def test_the_examples_in_docstrings_hold(module):
    """Each formula shows one."""
    assert doctest.testmod(importlib.import_module(f"cli.dashboard.{module}")).failed == 0


def test_a_scale_ends_at_round_values_around_all_of_its_values():
    """And its ticks are those values."""
    scale = linear_scale([0.673, 0.751], 300, 0)
    assert scale.low <= 0.673
    assert scale.high >= 0.751
    assert [scale.label(tick) for tick in scale.ticks] == ["0.66", "0.68", "0.70", "0.72", "0.74", "0.76"]
    assert (scale.place(scale.low), scale.place(scale.high)) == (300, 0)


def test_one_value_alone_gets_room_on_both_sides():
    """A single run is a plot too."""
    scale = linear_scale([0.7], 0, 100)
    assert scale.low < 0.7 < scale.high


@pytest.mark.parametrize("values", [[], [0.0], [float("nan")]])
def test_nothing_and_zero_still_make_a_scale(values):
    """No division by zero."""
    scale = linear_scale(values, 0, 100, from_zero=True)
    assert scale.low == 0
    assert scale.high > 0
    assert scale.place(0) == 0


def test_a_scale_of_grams_begins_at_zero():
    """Bars that begin elsewhere would lie about proportions."""
    assert linear_scale([131, 162], 0, 100, from_zero=True).low == 0


@pytest.mark.parametrize("count", [1, 2, 50, 400])
def test_bands_fill_their_room_whatever_their_number(count):
    """The first and the last are half a band from the ends."""
    bands = BandScale(count, 50, 450)
    assert bands.place(0) == pytest.approx(50 + bands.width / 2)
    assert bands.place(count - 1) == pytest.approx(450 - bands.width / 2)


@pytest.mark.parametrize("count", [0, 1, 7, 50, 365])
def test_labels_are_thinned_to_as_many_as_fit(count):
    """Never more than asked for, and the first is always there."""
    labels = thinned([str(n) for n in range(count)], 7)
    assert len(labels) <= 7
    assert labels[:1] == ([(0, "0")] if count else [])
