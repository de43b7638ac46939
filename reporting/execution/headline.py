"""The figures on top of the report, each with what it rests on."""

from __future__ import annotations

from reporting.execution.candidate import PRECISION, Candidate
from reporting.execution.documents import Documents
from reporting.execution.learned import span
from reporting.measure import Measure
from reporting.tile import Tile
from reporting.units import count, grams, number

OUTCOMES = {"promote": "promoted", "shadow": "put in shadow", "reject": "nobody was promoted"}


def tiles(documents: Documents) -> list[Tile]:
    """What was decided, how good it is, what it costs and what the execution emitted."""
    outcome = str(documents.decision.get("outcome"))
    chosen, main, holdout = documents.chosen, documents.main, documents.holdout
    where = span(documents.judged_on) if documents.judged_on else "no holdout"
    of = f"{count(holdout.get('rows'))} payments of {where}, {count(holdout.get('frauds'))} frauds"
    emitted = documents.report.get("emissions_g_total")
    made = documents.report.get("embodied_g_total")
    return [
        Tile("The gate's decision", OUTCOMES.get(outcome, outcome), f"{chosen.name if chosen else 'it names no model'}; on {of}"),
        _measured(main, PRECISION, "Average precision", 3),
        _money(main, documents.currency),
        Tile("CO₂e of this execution", grams(emitted), f"energy of all its jobs; {grams(made)} more of making the hardware"),
    ]


def _measured(main: Candidate | None, name: str, title: str, decimals: int) -> Tile:
    if main is None:
        return Tile(title, "unavailable", "no challenger was measured")
    value, against = main.metric(name), main.against_rival[0]
    told = value.interval(decimals) if value.value is not None else value.reason
    return Tile(
        f"{title} of {main.title}",
        number(value.value, decimals),
        f"95 %: {told}; {_more(main.difference(name), against, decimals)}",
    )


def _money(main: Candidate | None, currency: str) -> Tile:
    title = f"{currency} per 1,000 decisions"
    if main is None:
        return Tile(title, "unavailable", "no challenger was measured")
    against = main.against_rival[0]
    return Tile(
        title, number(main.cost.value, 2), f"cost of {main.title}; {_more(main.difference('expected_cost_minor'), against, 2)}"
    )


def _more(difference: Measure, against: str, decimals: int) -> str:
    if difference.value is None:
        return f"difference unavailable: {difference.reason}"
    return f"{difference.value:+,.{decimals}f} against {_of(against)} ({difference.interval(decimals)})"


def _of(rival: str) -> str:
    return "what answered until then" if rival == "production" else f"the {rival}"
