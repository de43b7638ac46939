"""Pictures of drift: weeks before and after their labels, inputs against what was learned, chunks before they were learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reporting.execution.candidate import PRECISION
from reporting.execution.documents import Document, Documents
from reporting.execution.figure import Figure
from reporting.execution.learned import chunks_of
from reporting.picture import SOFT, colour_of, drawn, shape_of
from reporting.table import Table
from reporting.units import UNAVAILABLE, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WEEKS, COLUMNS = 12, 12  # shown at most
AS_BEFORE, DRIFTED = 0.1, 0.25  # the usual readings of the population stability index
PREQUENTIAL = "prequential_average_precision"
NO_WEEK = "no week is on record: none that a model decided is over yet, unless the box on top says that some were unreadable"


def drift_figures(documents: Documents) -> list[Figure]:
    """Weeks, inputs, chunks."""
    return [_weeks(documents.weeks[-WEEKS:]), _inputs(documents.weeks), _chunks(documents.trainings)]


def _weeks(weeks: Sequence[Document]) -> Figure:
    rows = [(week["chunk"], f"{week['rows']:,}", _estimated(week), _measured(week)) for week in reversed(weeks)]
    has_any = any(_value(week, "estimated") is not None or _value(week, "measured") is not None for week in weeks)
    return Figure(
        "weeks",
        "Production week by week, before its labels and by them",
        "Average precision that production's own probabilities let expect of each week (CBPE, 95 % interval), beside that of its "
        "mature labels. A new kind of fraud, which the model does not recognise, no estimate can see.",
        Table(("Week", "Payments", "Estimated", "By labels"), rows),
        drawn(lambda axes: _draw_weeks(axes, weeks)) if has_any else None,
        NO_WEEK,
    )


def _draw_weeks(axes: Axes, weeks: Sequence[Document]) -> None:
    for kind, beside, words in (("estimated", -0.1, "estimated"), ("measured", 0.1, "by labels")):
        known = [(n, week) for n, week in enumerate(weeks) if _value(week, kind) is not None]
        values = [_value(week, kind) or 0.0 for _, week in known]
        reach = None
        if kind == "estimated":
            ends = [[week[kind][PRECISION][side] for _, week in known] for side in ("low", "high")]
            reach = [[abs((end if end is not None else v) - v) for end, v in zip(side, values, strict=True)] for side in ends]
        shape = "o" if kind == "estimated" else "D"
        look: dict[str, Any] = {"color": colour_of(kind), "marker": shape, "label": words}
        axes.errorbar([n + beside for n, _ in known], values, reach, linestyle="", markersize=5, elinewidth=1.0, **look)
    axes.set_xticks(range(len(weeks)), [_day(week["chunk"]) for week in weeks], rotation=45 if len(weeks) > 6 else 0)
    axes.set(ylabel="average precision", xlabel="first day of the week", xlim=(-0.5, len(weeks) - 0.5))


def _inputs(weeks: Sequence[Document]) -> Figure:
    told = [week for week in weeks if (week.get("covariates") or {}).get("rows")]
    newest = told[-1] if told else None
    columns = newest["covariates"]["columns"] if newest else {}
    found = sorted(((one["psi"], name) for name, one in columns.items() if one["psi"] is not None), reverse=True)
    week = f"the week {newest['chunk']}, {newest['covariates']['rows']:,} decisions" if newest else "a week"
    return Figure(
        "inputs",
        "Inputs and scores against what the model learned from",
        f"Population stability index of {week}, of the {COLUMNS} that moved most. Below {AS_BEFORE} a column is as before, from "
        f"{DRIFTED} on it is of another population; of a few decisions that is chance. It is no proof that the model is worse: the "
        "weeks' figures tell that.",
        Table(("Column", "PSI", "KS"), [(name, number(psi), number(columns[name]["ks"])) for psi, name in found]),
        drawn(lambda axes: _draw_inputs(axes, found[:COLUMNS]), height=0.7 + 0.3 * len(found[:COLUMNS])) if found else None,
        NO_WEEK if not newest else "nothing was logged that can be compared",
    )


def _draw_inputs(axes: Axes, found: Sequence[tuple[float, str]]) -> None:
    most = max(DRIFTED * 1.2, *(psi for psi, _ in found))
    for n, (psi, name) in enumerate(reversed(found)):
        axes.barh([n], [psi], height=0.35, color=colour_of("production"), alpha=1.0 if psi >= DRIFTED else 0.45)
        axes.annotate(f"{name}  {psi:.3f}", (0, n), xytext=(0, 4), textcoords="offset points", fontsize=7.5, va="bottom")
    for line in (AS_BEFORE, DRIFTED):
        axes.axvline(line, color=SOFT, linestyle=":", linewidth=1.0)
    axes.set(xlim=(0, most * 1.05), ylim=(-0.5, len(found)), yticks=[], xlabel="population stability index")


def _chunks(trainings: Mapping[str, Sequence[Document]]) -> Figure:
    places = sorted({result["chunk"] for results in trainings.values() for result in results})
    known = {family: [one for one in results if one.get(PREQUENTIAL) is not None] for family, results in trainings.items()}
    rows = [_told(one) for results in trainings.values() for one in results]
    return Figure(
        "chunks",
        "Each chunk before it was learned",
        "Average precision of each family's model on a chunk that it was about to learn. It falls where frauds change, and also "
        "where they become rare; what the training took for drift, and what it did then, stands in the table.",
        Table(("Chunk", "Family", "Average precision before", "Frauds", "Was it drift"), rows, (0, 1, 4)),
        drawn(lambda axes: _draw_chunks(axes, places, known)) if any(known.values()) else None,
        "no model came before: each began from nothing",
    )


def _draw_chunks(axes: Axes, places: Sequence[str], known: Mapping[str, Sequence[Document]]) -> None:
    for family, results in known.items():
        at = [places.index(one["chunk"]) for one in results]
        look: dict[str, Any] = {"color": colour_of(family), "marker": shape_of(family), "label": family}
        axes.plot(at, [one[PREQUENTIAL] for one in results], linewidth=1.2, markersize=5, **look)
    ticks = range(0, len(places), max(1, len(places) // 6))
    axes.set_xticks(ticks, [_day(places[n]) for n in ticks])
    axes.set(ylabel="average precision", xlabel="first day of the chunk")


def _told(result: Document) -> tuple[str, ...]:
    if not chunks_of(result):
        return result["chunk"], result["family"], f"{UNAVAILABLE}: it was held in quarantine", UNAVAILABLE, UNAVAILABLE
    before = result.get(PREQUENTIAL)
    measured = number(before) if before is not None else f"{UNAVAILABLE}: no model came before"
    drift = "suspected" if result.get("is_suspected") else "no"
    if result.get("has_drifted"):
        drift = "yes: the older past counts less from here on"
    return result["chunk"], result["family"], measured, f"{result['frauds']:,}", drift


def _value(week: Document, kind: str) -> float | None:
    found = week.get(kind) or {}
    value = found.get(PRECISION)
    return value["value"] if isinstance(value, Mapping) else value


def _estimated(week: Document) -> str:
    found = (week.get("estimated") or {}).get(PRECISION) or {}
    if found.get("value") is None:
        return UNAVAILABLE
    interval = "" if found.get("low") is None else f" ({number(found['low'])} to {number(found['high'])})"
    return f"{number(found['value'])}{interval}"


def _measured(week: Document) -> str:
    return number(_value(week, "measured")) if week.get("measured") else "labels are still to come"


def _day(chunk: str) -> str:
    return f"{chunk[4:6]}-{chunk[6:8]}"
