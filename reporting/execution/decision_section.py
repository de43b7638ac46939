"""Tables of the decision: the gate's reasons, every measure of every model, segments, and the ledger's newest entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reporting.execution.candidate import PRECISION
from reporting.execution.documents import Documents
from reporting.execution.ledger_entries import about_models, made_by
from reporting.markup import element, items, words
from reporting.table import Table
from reporting.units import UNAVAILABLE, moment


def reasons(documents: Documents) -> str:
    """Every reason that the gate gave."""
    return items(documents.decision.get("reasons") or []) or element("p", words(f"{UNAVAILABLE}: no decision is on record"))


def measures(documents: Documents) -> str:
    """A row for each measure, a column for each model and for the rules."""
    shown = [*documents.models, documents.rules]
    names = dict.fromkeys(name for one in shown for name in one.measured)
    rows = [(_words(name), *(one.metric(name).described() for one in shown)) for name in names]
    money = (f"{documents.currency} per 1,000 decisions", *(one.cost.described() for one in shown))
    return Table(("Measure", *(one.title for one in shown)), [*rows, money]).html()


def segments(documents: Documents) -> str:
    """Average precision of each model on each part of the holdout."""
    shown = [*documents.models, documents.rules]
    rows = [
        (
            part["name"],
            f"{part['rows']:,}",
            f"{part['frauds']:,}",
            *(one.on(part["name"], PRECISION).described() for one in shown),
        )
        for part in documents.evaluation.get("segments", [])
    ]
    if not rows:
        return element("p", words(f"{UNAVAILABLE}: the evaluation tells of no segments"))
    return Table(("Segment", "Payments", "Frauds", *(one.title for one in shown)), rows).html()


def ledger(entries: Sequence[Mapping[str, Any]]) -> str:
    """The newest changes of what serves; who did it without the account, and a person's words only where the gate wrote them."""
    told = about_models(entries)
    if not told:
        return element("p", words("Nothing was ever promoted, as far as the ledger could be read."))
    headers = ("Revision", "Time (UTC)", "What", "Serves afterwards", "Before", "By", "Execution")
    return Table(headers, [_entry(entry) for entry in told], tuple(range(7))).html()


def _entry(entry: Mapping[str, Any]) -> tuple[str, ...]:
    maker = made_by(entry)
    who = str(entry["actor"]).rpartition("/")[2].rpartition(":")[2] if maker == "hand" else maker
    how = entry.get("execution") or {"hand": "by hand", "the guard": "automatic"}.get(maker, UNAVAILABLE)
    about = (str(entry["revision"]), moment(datetime.fromisoformat(entry["at"])), entry["verb"])
    return (*about, _model(entry["production"]), _model(entry.get("previous")), who, how)


def _model(reference: Mapping[str, Any] | None) -> str:
    return f"{reference['family']}/{reference['version']}" if reference else "the rules alone"


def _words(name: str) -> str:
    return name.replace("_", " ")
