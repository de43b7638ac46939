"""The plot of parts of the holdout: one band per segment, on it every model with its interval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import altair as alt

from cli.dashboard.comparison import Candidate, SegmentOfHoldout
from cli.dashboard.figure import Figure
from cli.dashboard.history import Event
from cli.dashboard.theme import Rows, coloured, in_order, measured, round_ends, tooltip
from reporting.table import Table
from reporting.units import UNAVAILABLE, number

LINE = 17  # of a name or a model, in pixels
HEADERS = ("Segment", "Transactions", "Frauds", "Model", "Average precision", "Recall at 1 % false positives")


def by_segment(events: Sequence[Event], currency: str) -> Figure:
    """Average precision of the latest comparison on each segment of its holdout."""
    latest = next((event for event in reversed(events) if event.segments), None)
    segments = latest.segments if latest else ()
    rows = [row for segment in segments for row in _points(segment)]
    return Figure(
        "precision-by-segment",
        "Average precision by segment",
        "The latest comparison on parts of its holdout, with 95 % intervals; production is the model that served until then, the "
        "bare rules are grey. Compare models of one segment, not segments: average precision rises with the share of frauds. "
        f"Of that week's frauds still to come: {latest.rules.to_come.as_share() if latest else UNAVAILABLE}.",
        Table((*HEADERS, f"{currency} saved per 1,000 decisions"), [row for segment in segments for row in _rows(segment)], (0, 3)),
        _drawing(segments, rows) if rows else None,
        "no comparison tells of segments with enough frauds",
        is_wide=True,
    )


def _drawing(segments: Sequence[SegmentOfHoldout], rows: Rows) -> alt.LayerChart:
    """In each band a line of words, then a line for each model."""
    lines = ["", *in_order(row["kind"] for row in rows)]
    bands = {
        "y": alt.Y("segment:N", sort=[segment.name for segment in segments], title=None, axis=_between_bands()),
        "yOffset": alt.YOffset("kind:N", scale=alt.Scale(domain=lines, paddingOuter=0.3)),
    }
    x = alt.X("value:Q", title="Average precision", axis=alt.Axis(grid=True), scale=round_ends(from_zero=False))
    chart = coloured(rows).encode(x=x, tooltip=tooltip("name", segment="segment", measured="AP"), **bands)
    words = [row for segment in segments for row in _words(segment, lines)]
    shown = (
        alt.Chart(alt.Data(values=words)).mark_text(limit=alt.ExprRef("width - 4")).encode(x=alt.value(4), text="shown:N", **bands)
    )
    marks = measured(chart, rows, x=alt.X("low:Q"), x2="high:Q")
    return (marks + shown).properties(height=LINE * (len(lines) + 1) * len(segments))


def _between_bands() -> alt.Axis:
    return alt.Axis(labels=False, grid=True, tickBand="extent")


def _words(segment: SegmentOfHoldout, lines: Sequence[str]) -> Iterator[dict[str, str]]:
    """A segment's name and size; below it, of one on which no model could be judged, why."""
    yield {"segment": segment.name, "kind": lines[0], "shown": f"{segment.name}: {segment.frauds:,} frauds in {segment.rows:,}"}
    if not any(True for _ in _points(segment)):
        reason = next((model.average_precision.reason for model in segment.models), "no model was compared")
        yield {"segment": segment.name, "kind": lines[1], "shown": f"{UNAVAILABLE}: {reason}"}


def _points(segment: SegmentOfHoldout) -> Iterator[dict[str, Any]]:
    for model in segment.models:
        precision = model.average_precision
        if precision.value is not None:
            ends = {"low": precision.low, "high": precision.high}
            shown = {"name": model.name, "segment": segment.name, "measured": precision.described()}
            yield {"kind": model.kind, "value": precision.value, **ends, **shown}


def _in_order(models: Iterable[Candidate]) -> list[Candidate]:
    kinds = in_order(model.kind for model in models)
    return sorted(models, key=lambda model: kinds.index(model.kind))


def _rows(segment: SegmentOfHoldout) -> list[tuple[str, ...]]:
    size = (segment.name, f"{segment.rows:,}", f"{segment.frauds:,}")
    return [
        (*size, model.name, model.average_precision.described(), model.recall.described(), _saved(model))
        for model in _in_order(segment.models)
    ]


def _saved(model: Candidate) -> str:
    saved = model.saved_per_1000
    return saved.described() if saved.value is None else f"{number(saved.value, 2)} ({saved.interval(2)})"
