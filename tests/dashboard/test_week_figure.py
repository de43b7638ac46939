"""Weeks as production lived them: estimated before their labels, and measured when those came."""

from __future__ import annotations

import vl_convert
from platform_past import chunk_of, quality_of

from cli.dashboard.theme import vega_lite
from cli.dashboard.week_figure import before_labels

WEEKS = [quality_of(week) for week in (3, 4, 5)]  # of which only the second has labels


def test_every_week_has_its_estimate_and_its_truth_where_that_arrived():
    """Two marks of the week that is mature, one of each other."""
    drawn = vl_convert.vegalite_to_svg(vega_lite(before_labels(WEEKS).chart))
    assert drawn.count('aria-roledescription="point"') == 4
    assert ">estimated<" in drawn
    assert ">by labels<" in drawn


def test_what_is_not_known_yet_is_unavailable():
    """The newest first: its labels are to come; the oldest was kept by a release that counted nobody whom chance let through."""
    newest, mature, oldest = before_labels(WEEKS).table.rows
    assert newest[0] == chunk_of(5)
    assert newest[3:] == (
        "2",
        "86 (62 to 103)",
        "unavailable (labels are still to come)",
        "0.720 (0.660 to 0.790)",
        "unavailable (labels are still to come)",
        "unavailable",
    )
    assert mature[5:] == ("84", "0.710 (0.660 to 0.790)", "0.700", "+0.010")
    assert oldest[3] == "unavailable"


def test_a_week_without_a_fraud_has_no_precision_and_says_so():
    """Neither a mark at zero nor a zero."""
    week = {**quality_of(4), "measured": {"average_precision": None, "frauds": 0.0}, "error": {"average_precision": None}}
    figure = before_labels([week])
    assert figure.table.rows[0][5:] == ("0", "0.710 (0.660 to 0.790)", "unavailable (no fraud is known)", "unavailable")
    assert vl_convert.vegalite_to_svg(vega_lite(figure.chart)).count('aria-roledescription="point"') == 1


def test_without_a_week_the_reason_stands_in_the_plots_place():
    """The monitor estimates weeks that are over."""
    assert "unavailable: no week that a model decided is over yet" in before_labels([]).html()
