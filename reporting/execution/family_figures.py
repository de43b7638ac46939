"""Pictures of what each model costs: money against grams, and money against time, with the Pareto front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from reporting.execution.candidate import Candidate, front_of, place_on
from reporting.execution.documents import Documents
from reporting.execution.figure import Figure
from reporting.measure import Measure
from reporting.picture import INK, colour_of, drawn, shape_of
from reporting.table import Table
from reporting.units import grams, number, quantity, unit_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Cost(NamedTuple):
    """What is across a picture."""

    id_: str
    name: str
    unit: str
    of: Callable[[Candidate], Measure]


COSTS = (
    Cost("grams", "CO₂e of 1,000 scores with their share of training", "g", lambda one: one.grams),
    Cost("time", "time of the model itself per score", "s", lambda one: one.seconds),
)
ON_THE_FRONT = "On the front of money, time and grams: {}. Filled points are on it; lower and further left is better. "
MODELLED = "Time is computed from the model's graph, not by a stopwatch; the rest of a score takes the same for every family. "
MONEY = "Money: an analyst's time per alert and the amount of each missed fraud, with 95 % intervals; dashed: the bare rules."


def family_figures(documents: Documents) -> list[Figure]:
    """Money against grams and against time."""
    return [_figure(documents, cost) for cost in COSTS]


def _figure(documents: Documents, cost: Cost) -> Figure:
    front = front_of(documents.models)
    known = [one for one in documents.models if None not in (one.cost.value, cost.of(one).value)]
    names = ", ".join(one.title for one in front) or "nobody of whom all three are known"
    currency = documents.currency
    return Figure(
        f"money-against-{cost.id_}",
        f"Money against {cost.id_}",
        ON_THE_FRONT.format(names) + (MODELLED if cost.id_ == "time" else "") + MONEY,
        _table(documents, front),
        drawn(lambda axes: _draw(axes, documents, known, front, cost)) if known else None,
        f"no model has both a cost in {currency} and {cost.name}",
    )


def _draw(axes: Axes, documents: Documents, known: Sequence[Candidate], front: Sequence[Candidate], cost: Cost) -> None:
    unit = unit_for(max(cost.of(one).value or 0.0 for one in known), cost.unit)
    for one in known:
        across, money = (cost.of(one).value or 0.0) * unit.factor, one.cost
        look: dict[str, Any] = {"color": colour_of(one.kind), "marker": shape_of(one.kind), "label": one.title}
        face = colour_of(one.kind) if one in front else "none"
        reach = None if money.low is None or money.high is None else [[_least(money, money.low)], [_least(money, money.high)]]
        axes.errorbar([across], [money.value or 0.0], reach, linestyle="", markersize=7, markerfacecolor=face, **look)
    if documents.rules.cost.value is not None:
        axes.axhline(documents.rules.cost.value, color=colour_of("rules"), linestyle="--", linewidth=1.2, label="rules")
    _staircase(axes, [((cost.of(one).value or 0.0) * unit.factor, one.cost.value or 0.0) for one in known])
    axes.set(xlabel=f"{cost.name}, {unit.name}", ylabel=f"{documents.currency} per 1,000 decisions")
    axes.margins(0.12)
    axes.locator_params(axis="x", nbins=5)


def _staircase(axes: Axes, points: Sequence[tuple[float, float]]) -> None:
    """Join those that are best in the two quantities of this picture."""
    best: list[tuple[float, float]] = []
    for across, up in sorted(points):
        if not best or up < best[-1][1]:
            best.append((across, up))
    if len(best) > 1:
        axes.step(*zip(*best, strict=True), where="post", color=INK, linewidth=0.8, linestyle=":")


def _least(measure: Measure, end: float) -> float:
    return abs(end - (measure.value or 0.0))


def _table(documents: Documents, front: Sequence[Candidate]) -> Table:
    headers = ("Model", f"{documents.currency} per 1,000", "95 % interval", "CO₂e per 1,000", "Model's time", "On the front")
    rows = [
        (
            one.name,
            number(one.cost.value, 2),
            one.cost.interval(2),
            grams(one.grams.value),
            quantity(one.seconds.value, "s"),
            place_on(front, one),
        )
        for one in (*documents.models, documents.rules)
    ]
    return Table(headers, rows, (0, 5))
