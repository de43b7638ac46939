"""Answers about what is watched while the model serves, and about who decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporting.cards.answer import Answer, platform, run, unavailable
from reporting.cards.soundness import GATE
from reporting.cards.subject import Subject
from reporting.execution.candidate import PRECISION
from reporting.execution.drift_figures import DRIFTED, NO_WEEK
from reporting.execution.ledger_entries import about_models, made_by, place_of, policy_of
from reporting.table import Table
from reporting.units import number, signed

NO_ENTRY = "no entry of the ledger could be read, or there is none yet"


def weeks(of: Subject) -> Answer:
    """Estimates and truth of the newest weeks, of what answered then."""
    known = of.documents.weeks[-8:]
    if not known:
        return unavailable(NO_WEEK)
    rows = [(week["chunk"], f"{week['rows']:,}", *_figures(week)) for week in reversed(known)]
    headers = ("Week", "Payments", "Estimated", "By labels", "Error")
    return run(
        "Average precision of what answered in each week, estimated before its labels and by them.", table=Table(headers, rows)
    )


def drift(of: Subject) -> Answer:
    """Columns that moved."""
    told = [week for week in of.documents.weeks if (week.get("covariates") or {}).get("rows")]
    if not told:
        return unavailable(NO_WEEK)
    newest = told[-1]
    found = newest["covariates"]
    drifted = ", ".join(found["drifted"]) or "none"
    compared = [name for name, one in found["columns"].items() if one["psi"] is not None]
    return run(
        f"In the week {newest['chunk']}, {len(found['drifted'])} of {len(compared)} columns that could be compared had a "
        f"population stability index of {DRIFTED} or more: {drifted}. That is of the model that answered then.",
        *(f"{one['family']} took chunk {one['chunk']} for drift." for one in of.trainings if one.get("has_drifted")),
    )


def overrides(of: Subject) -> Answer:
    """What persons, the guard and the pipeline did to what serves."""
    if not of.documents.ledger:
        return unavailable(NO_ENTRY)
    entries = about_models(of.documents.ledger)
    made: dict[str, list[str]] = {"hand": [], "the guard": [], "the pipeline": []}
    for one in entries:
        made.setdefault(made_by(one), []).append(f"{one['verb']} in revision {one['revision']}")
    told = "; ".join(f"by {who}: {len(what)}" + (f" ({', '.join(what)})" if what else "") for who, what in made.items())
    return run(
        f"Of the {len(entries)} newest changes of which models serve, {told}.",
        always=[
            "The ledger is chained by digests, and the command greenfraud audit tells whether anybody has rewritten it.",
            (
                "How often analysts decided otherwise than it did about a payment stands on no page of an execution: ask the "
                "review desk."
            ),
        ],
    )


def entry(of: Subject) -> Answer:
    """The ledger's entries about this model."""
    if not of.documents.ledger:
        return unavailable(NO_ENTRY)
    if not told_entries(of):
        read = f"none of the ledger's newest {len(of.documents.ledger)} entries names {of.model.name}"
        return unavailable(f"{read}; the gate said of it: {of.verdict}")
    return run(*told_entries(of))


def told_entries(of: Subject) -> list[str]:
    """Those of the ledger's entries that name this model, each in a sentence, the newest first."""
    return [
        f"Revision {one['revision']}, {one['at'][:16]} UTC: {one['verb']} by {made_by(one)}; afterwards "
        f"{place_of(of.model.name, one)}, under {policy_of(one)}."
        for one in of.documents.ledger
        if _is_about(one, of)
    ]


def alarms(_: Subject) -> Answer:
    """What rings."""
    return platform(
        "Every night: skew between logged and rebuilt features, estimated and measured quality, drift of inputs and scores, chunks "
        "in quarantine, age of the newest training; always: degraded answers, latency, errors, alert rate. Each is a metric with "
        "an alarm or a plot (docs/deploy.md).",
        "A guard takes back a canary, and where it is switched on a promotion, that does harm.",
    )


def oversight(of: Subject) -> Answer:
    """What persons can see and stop."""
    return run(
        f"The gate said of it: {of.verdict}.",
        always=[
            (
                "Its reasons, this page and the model card are written at the end of each execution, of every challenger, whether "
                "the gate chose it or not."
            ),
            (
                "Each score comes with reasons, the groups of features that weighed most (docs/reasons.md). Payments held for "
                "review wait for a person at the desk, with these reasons."
            ),
            (
                "The command greenfraud rollback makes the model before answer from the next request on; where the rules answer "
                "without a model, each answer says so."
            ),
        ],
    )


def challenge(of: Subject) -> Answer:
    """Who opposed the model, by which means, and with which result."""
    return run(
        f"Average precision against {of.rival}, on the same payments: {of.model.difference(PRECISION).described()}.",
        f"Outcome: {of.verdict}.",
        *of.reasons,
        always=[
            *GATE,
            "Which rules these are, no training may change: who trains has no right to judge, and who judges none to promote.",
        ],
    )


def _is_about(one: Mapping[str, Any], of: Subject) -> bool:
    control = one.get("control") or {}
    stages = [one.get("production"), one.get("previous"), *(control.get(stage) for stage in ("fallback", "shadow", "canary"))]
    return any(model and f"{model['family']}/{model['version']}" == of.model.name for model in stages)


def _figures(week: Mapping[str, Any]) -> tuple[str, str, str]:
    estimated = (week.get("estimated") or {}).get(PRECISION) or {}
    measured = (week.get("measured") or {}).get(PRECISION)
    error = (week.get("error") or {}).get(PRECISION)
    return number(estimated.get("value")), number(measured), signed(error)
