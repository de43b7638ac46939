"""Models on the segments of the latest holdout: drawn where they were measured, and said where not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import vl_convert
from platform_past import FAMILIES, FEW, SEGMENTS, past, without_evaluations

from cli.dashboard.comparison import Candidate, SegmentOfHoldout
from cli.dashboard.history import history
from cli.dashboard.segment_figure import by_segment
from cli.dashboard.theme import vega_lite
from reporting.measure import Measure


def svg_of(figure) -> str:
    """The plot alone, as Vega draws it."""
    return vl_convert.vegalite_to_svg(vega_lite(figure.chart))


def test_every_model_has_a_mark_on_every_segment_that_could_be_judged():
    """Three challengers, production and the rules."""
    drawn = svg_of(by_segment(history(past(2)), "SEK"))
    assert drawn.count('aria-roledescription="point"') == len(SEGMENTS) * (len(FAMILIES) + 2)
    assert len(re.findall("point[^>]*var\\(--production\\)", drawn)) == len(SEGMENTS)


def test_a_segment_with_too_few_frauds_says_so_in_its_place():
    """In the plot and in the table, never a zero."""
    figure = by_segment(history(past(1)), "SEK")
    assert ">unavailable: the segment has 9 frauds<" in svg_of(figure)
    (rules,) = [row for row in figure.table.rows if row[0] in FEW and row[3] == "rules"]
    assert rules[4] == "unavailable (the segment has 9 frauds)"


def test_the_table_has_every_segment_and_model_with_its_size_and_money():
    """For those who cannot see the plot."""
    figure = by_segment(history(past(1)), "SEK")
    assert len(figure.table.rows) == (len(SEGMENTS) + len(FEW)) * (len(FAMILIES) + 1)
    (row,) = [row for row in figure.table.rows if row[0] == SEGMENTS[0] and row[3].startswith("baseline")]
    assert row[1:3] == ("5,000", "40")
    assert row[-1] == "100.00 (40.00 to 160.00)"


@pytest.mark.parametrize("inputs", [replace(past(1), executions={}), without_evaluations(past(2))])
def test_without_segments_there_is_no_plot_but_a_reason(inputs):
    """An execution from before there were any tells of none."""
    figure = by_segment(history(inputs), "SEK")
    assert "unavailable: no comparison tells of segments" in figure.html()


def test_a_newer_execution_without_segments_leaves_the_latest_that_has_them():
    """What failed before it was evaluated hides nothing."""
    inputs = past(2)
    newest = max(inputs.executions)
    del inputs.executions[newest].documents["evaluation"]
    assert by_segment(history(inputs), "SEK").chart


def test_long_names_are_shortened_in_the_plot_only():
    """A segment may be called like a feature that somebody declared."""
    name = "merchant category: " + "x" * 60
    model = Candidate("light", "1", average_precision=Measure(0.5, 0.4, 0.6))
    (event,) = history(past(1))
    figure = by_segment([replace(event, segments=[SegmentOfHoldout(name, 10, 5, [model])])], "SEK")
    (shown,) = re.findall(">(merchant category: xx[^<]*)</text>", svg_of(figure))
    assert name not in shown
    assert figure.table.rows[0][0] == name
