"""The figures on top, each with what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from cli.dashboard.comparison import Candidate
from cli.dashboard.history import Event
from cli.dashboard.method import grid, methods
from cli.dashboard.totals import RULES, SERVE, decisions_of, grams_per_1000, total_grams
from greenfraud.carbon import EmissionsRecord
from reporting.tile import Tile
from reporting.units import grams, number

Records = Sequence[EmissionsRecord]


def tiles(records: Records, events: Sequence[Event], currency: str) -> list[Tile]:
    """Emissions of answering, of everything, and what serves and saves now."""
    serving = events[-1].serving if events else Candidate("what serves is unknown")
    precision, saved = serving.average_precision, serving.saved_per_1000
    name = "the rules serve" if serving.family == RULES else serving.name
    return [
        Tile("CO₂e per 1,000 decisions", grams(grams_per_1000(records)), answers_basis(records)),
        Tile("CO₂e of everything so far", grams(total_grams(records)), f"{len(records):,} records of jobs and batches of answers"),
        Tile("Average precision in production", number(precision.value), _precision_basis(name, serving) if events else name),
        Tile(
            f"{currency} saved per 1,000 decisions",
            number(saved.value, 2),
            f"against the bare rules; 95 %: {saved.interval(2)}" if saved.value is not None else saved.reason,
        ),
    ]


def _precision_basis(name: str, serving: Candidate) -> str:
    to_come = serving.to_come.as_share()
    return f"{name}; 95 %: {serving.average_precision.interval()}; of that week's frauds still to come: {to_come}"


def answers_basis(records: Records) -> str:
    """Number of decisions, method, grid intensity with source and date, and PUE, of answering."""
    answers = [record for record in records if record.stage == SERVE]
    if not answers:
        return "no decision was made yet"
    return f"{decisions_of(answers):,} decisions; method {methods(answers)}; {grid(answers)}"
