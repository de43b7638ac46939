"""What all plots share."""

from __future__ import annotations

import doctest
import importlib
import re

import pytest
import vl_convert

from cli.dashboard.emission_figures import by_stage
from cli.dashboard.theme import coloured, vega_lite
from greenfraud.palette import HUES
from reporting.colours import variables


@pytest.mark.parametrize("module", ["cli.dashboard.chunk_figures", "cli.dashboard.theme", "reporting.markup", "reporting.units"])
def test_the_examples_in_docstrings_hold(module):
    """Each formula shows one."""
    assert doctest.testmod(importlib.import_module(module)).failed == 0


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_every_kind_has_its_colour_on_both_grounds(ground):
    """And what nobody foresaw has one, too."""
    assert {*HUES, "other"} == set(re.findall(r"--(\w+): #[0-9a-f]{6};", variables(ground)))


def test_a_kind_keeps_its_colour_and_place_whatever_stands_beside_it():
    """In the key as among the marks."""
    for kinds in (["heavy"], ["heavy", "light"], ["serve", "heavy", "baseline"]):
        scale = coloured([{"kind": kind} for kind in kinds]).mark_point().to_dict()["encoding"]["color"]["scale"]
        assert dict(zip(scale["domain"], scale["range"], strict=True))["heavy"] == "var(--heavy)"
        assert scale["domain"] == [kind for kind in HUES if kind in kinds]


def test_an_axis_of_grams_has_one_unit_that_suits_the_largest():
    """Never powers of ten, never milligrams beside micrograms."""
    from platform_past import emission

    drawn = vl_convert.vegalite_to_svg(vega_lite(by_stage([emission("train", emissions_g=2.6e-6)]).chart))
    assert re.findall(r">([\d.]+ \w?g)<", drawn)[-1] == "2.60 µg"
    assert {"0 µg", "1 µg", "2 µg"} <= set(re.findall(r">([\d.]+ \w?g)<", drawn))
