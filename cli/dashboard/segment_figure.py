"""The plot of parts of the holdout: one line per segment, on it every model with its interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cli.dashboard.axes import LETTER, WIDE, Plane, key, measured_axis, series_class
from cli.dashboard.comparison import Candidate, SegmentOfHoldout
from cli.dashboard.figure import Figure, Table
from cli.dashboard.history import Event
from cli.dashboard.kinds import in_family_order, key_entries
from cli.dashboard.marks import marker
from cli.dashboard.markup import element, words
from cli.dashboard.scales import BandScale, LinearScale, linear_scale
from cli.dashboard.units import UNAVAILABLE, number

LINE, SPACING = 60.0, 9.0  # of a segment, and of two models on it, in pixels
NAMES = 250.0  # room for the names of segments
HEADERS = ("Segment", "Transactions", "Frauds", "Model", "Average precision", "Recall at 1 % false positives")


def by_segment(events: Sequence[Event], currency: str) -> Figure:
    """Average precision of the latest comparison on each segment of its holdout."""
    latest = next((event for event in reversed(events) if event.segments), None)
    segments = latest.segments if latest else ()
    plane = Plane(width=WIDE.width, height=WIDE.top + WIDE.bottom + LINE * len(segments), left=NAMES)
    is_drawn = any(model.average_precision.value is not None for segment in segments for model in segment.models)
    return Figure(
        "precision-by-segment",
        "Average precision by segment",
        "The latest comparison on parts of its holdout, with 95 % intervals; the model that served until then is hollow, the bare "
        "rules are grey. Compare models on one line, not lines with each other: average precision rises with the share of frauds.",
        Table((*HEADERS, f"{currency} saved per 1,000 decisions"), [row for segment in segments for row in _rows(segment)], (0, 3)),
        _drawing(plane, segments) if is_drawn else "",
        plane,
        "no comparison tells of segments with enough frauds",
    )


def _drawing(plane: Plane, segments: Sequence[SegmentOfHoldout]) -> str:
    found = [model.average_precision for segment in segments for model in segment.models]
    across = linear_scale([value for each in found for value in (each.value, each.low, each.high) if value is not None], *plane.x)
    lines = BandScale(len(segments), plane.top, plane.y[0])
    families = in_family_order(model.family for segment in segments for model in segment.models)
    drawn = [_line(plane, segment, lines.place(n), across) for n, segment in enumerate(segments)]
    return key(key_entries(families)) + _grid(plane, across) + measured_axis(plane, across, "Average precision") + "".join(drawn)


def _grid(plane: Plane, across: LinearScale) -> str:
    foot, top = plane.y
    places = [across.place(tick) for tick in across.ticks]
    return "".join(element("line", x1=x, x2=x, y1=top, y2=foot, class_="grid") for x in places)


def _line(plane: Plane, segment: SegmentOfHoldout, y: float, across: LinearScale) -> str:
    known = [model for model in segment.models if model.average_precision.value is not None]
    if not known:
        reason = next((model.average_precision.reason for model in segment.models), "no model was compared")
        said = _shortened(f"{UNAVAILABLE}: {reason}", plane.width - plane.left - 28)
        return _name(plane, segment, y) + element("text", words(said), x=plane.left + 14, y=y + 4)
    first = y - SPACING * (len(known) - 1) / 2
    return _name(plane, segment, y) + "".join(_mark(model, first + SPACING * n, across) for n, model in enumerate(_in_order(known)))


def _name(plane: Plane, segment: SegmentOfHoldout, y: float) -> str:
    end = plane.left - 14
    size = f"{segment.rows:,} transactions, {segment.frauds:,} frauds"
    name = element("text", words(_shortened(segment.name, end)), x=end, y=y - 3, text_anchor="end", class_="name")
    return name + element("text", words(size), x=end, y=y + 13, text_anchor="end")


def _shortened(text: str, room: float) -> str:
    letters = int(room / LETTER)
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _in_order(models: Iterable[Candidate]) -> list[Candidate]:
    families = in_family_order(model.family for model in models)
    return sorted(models, key=lambda model: (families.index(model.family), model.is_production))


def _mark(model: Candidate, y: float, across: LinearScale) -> str:
    measured = model.average_precision
    said = element("title", words(f"{model.name}: AP {measured.described()}"))
    low, high = (across.place(measured.value or 0.0 if end is None else end) for end in (measured.low, measured.high))
    ends = "".join(element("line", x1=x, x2=x, y1=y - 3, y2=y + 3) for x in (low, high))
    interval = element("g", element("line", x1=low, x2=high, y1=y, y2=y), ends, class_="interval")
    look = " hollow" if model.is_production else ""
    point = marker(model.family, across.place(measured.value or 0.0), y)
    return element("g", said, interval, point, class_=f"mark {series_class(model.family)}{look}")


def _rows(segment: SegmentOfHoldout) -> list[tuple[str, ...]]:
    size = (segment.name, f"{segment.rows:,}", f"{segment.frauds:,}")
    return [
        (*size, model.name, model.average_precision.described(), model.recall.described(), _saved(model))
        for model in _in_order(segment.models)
    ]


def _saved(model: Candidate) -> str:
    saved = model.saved_per_1000
    return saved.described() if saved.value is None else f"{number(saved.value, 2)} ({saved.interval(2)})"
