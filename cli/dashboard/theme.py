"""What all plots share: a colour and a shape for each kind of thing, quantities with their unit, tooltips, and Vega's settings.

Colours are variables of the page, so a plot follows the reader's colour scheme without being drawn again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt

from greenfraud.palette import HUES
from reporting.units import unit_for

CONFIG: dict[str, Any] = json.loads(Path(__file__).with_name("vega.json").read_text(encoding="utf-8"))
STAGES = ("features", "train", "evaluate", "materialize", "compact", "monitor", "label", "report", "serve")
NAMES = {"serve": "answers", "shared": "shared jobs", "measured": "by labels"}
SHAPES = {"baseline": "circle", "light": "square", "heavy": "triangle-up", "production": "diamond", "rules": "cross"}
SHAPES |= {"estimated": "circle", "measured": "diamond"}
IN_WORDS = f"({json.dumps(NAMES)})[datum.label] || datum.label"
KEY = alt.Legend(title=None, labelExpr=IN_WORDS, columns=3)
Rows = Sequence[Mapping[str, Any]]
HEIGHT = 240  # of what is drawn over an axis, in pixels


def in_order(found: Iterable[str], known: Iterable[str] = HUES) -> list[str]:
    """Each once: those known, in their order, then others by name.

    >>> in_order(["serve", "heavy", "forest", "light", "heavy"])
    ['light', 'heavy', 'serve', 'forest']
    """
    present, first = set(found), list(known)
    return [*(name for name in first if name in present), *sorted(present - set(first))]


def name_of(kind: str) -> str:
    """A kind in words."""
    return NAMES.get(kind, kind)


def coloured(rows: Rows) -> alt.Chart:
    """A chart of `rows`, each in the colour of its `kind`, with a key on top."""
    kinds = in_order(row["kind"] for row in rows)
    scale = alt.Scale(domain=kinds, range=[f"var(--{kind if kind in HUES else 'other'})" for kind in kinds])
    return alt.Chart(alt.Data(values=list(rows))).encode(color=alt.Color("kind:N", scale=scale, legend=KEY))


def shaped(rows: Rows) -> alt.Shape:
    """A shape for each `kind`, so that colour is not all that tells them apart."""
    kinds = in_order(row["kind"] for row in rows)
    return alt.Shape(
        "kind:N", scale=alt.Scale(domain=kinds, range=[SHAPES.get(kind, "triangle-down") for kind in kinds]), legend=KEY
    )


def measured(chart: alt.Chart, rows: Rows, **interval: Any) -> alt.LayerChart:
    """A point for each row, over its interval; `interval` says along which axis `low` and `high` lie."""
    points = chart.mark_point().encode(shape=shaped(rows))
    has_intervals = any(row["low"] is not None for row in rows)
    return alt.layer(chart.mark_rule().encode(**interval), points) if has_intervals else alt.layer(points)


def tooltip(heading: str, **named: str) -> list[alt.Tooltip]:
    """The field that heads a tooltip, then fields with the words that stand before them."""
    return [alt.Tooltip(f"{heading}:N", title="title"), *(alt.Tooltip(f"{field}:N", title=title) for field, title in named.items())]


def amounts(largest: float, plain: str, **axis: Any) -> alt.Axis:
    """An axis of quantities, all in the unit that suits the largest of them."""
    unit = unit_for(largest, plain)
    return alt.Axis(labelExpr=f"format(datum.value * {unit.factor}, ',~r') + ' {unit.name}'", **axis)


def round_ends(*, from_zero: bool) -> alt.Scale:
    """A scale that ends at round values, about five of them apart."""
    return alt.Scale(zero=from_zero, nice=5)


def bands(field: str, names: Sequence[object], title: str, **axis: Any) -> alt.X:
    """One band for each name, in their order, also for those of which there is nothing to show."""
    return alt.X(f"{field}:O", title=title, scale=alt.Scale(domain=list(names)), axis=alt.Axis(labelBound=36, **axis))


def lines_over(rows: Rows, places: Sequence[str], foot: str, y: alt.Y, tips: Sequence[alt.Tooltip]) -> alt.LayerChart:
    """Each row's `value` over its `place`; a line joins every kind's latest, and is broken over places that have none."""
    x = bands("place", places, foot)
    latest = {(row["kind"], row["place"]): row for row in rows}
    gaps = {"impute": "value", "key": "place", "keyvals": list(places), "groupby": ["kind"], "value": None}
    lines = coloured(list(latest.values())).transform_impute(**gaps).mark_line().encode(x=x, y=y)
    points = coloured(rows).mark_point().encode(x=x, y=y, shape=shaped(rows), tooltip=tips)
    return (lines + points).properties(height=HEIGHT)


def vega_lite(chart: alt.Chart | alt.LayerChart) -> dict[str, Any]:
    """The specification that the page hands to Vega: as wide as its figure."""
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    return {**chart.properties(width="container", autosize=fit).to_dict(), "config": CONFIG}
