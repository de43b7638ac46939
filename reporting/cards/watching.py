"""Answers about what is watched while the model serves, and about who decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporting.cards.answer import Answer, platform, run, unavailable
from reporting.cards.subject import Subject
from reporting.execution.drift_figures import DRIFTED, NO_WEEK
from reporting.table import Table
from reporting.units import UNAVAILABLE, number

BY_HAND = ("promote", "rollback", "shadow", "canary")


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
    return run(
        f"In the week {newest['chunk']}, {len(found['drifted'])} of {len(found['columns'])} columns had a population stability "
        "index of "
        f"{DRIFTED} or more: {drifted}. That is of the model that answered then.",
        *(f"{one['family']} took chunk {one['chunk']} for drift." for one in of.trainings if one.get("has_drifted")),
    )


def overrides(of: Subject) -> Answer:
    """What persons did to what serves."""
    entries = [entry for entry in of.documents.ledger if entry["verb"] in BY_HAND]
    if not of.documents.ledger:
        return unavailable("no entry of the ledger could be read, or there is none yet")
    by_hand = [entry for entry in entries if not entry.get("execution")]
    names = [f"{one['verb']} in revision {one['revision']}" for one in by_hand]
    return run(
        f"Changes of what serves that were made by hand, of the newest {len(entries)}: {len(by_hand)}; "
        f"{', '.join(names) or 'none'}.",
        "The ledger is chained by digests, and the command greenfraud audit proves that nobody has rewritten it.",
    )


def entry(of: Subject) -> Answer:
    """The ledger's entry about this model."""
    named = [one for one in of.documents.ledger if _is_about(one, of)]
    if not named:
        return unavailable(f"no entry of the ledger names {of.model.name} yet: the gate said {of.verdict}")
    told = [f"Revision {one['revision']}, {one['at'][:16]} UTC: {one['verb']}." for one in named]
    policy = (named[0].get("control") or {}).get("policy") or {}
    return run(*told, f"Policy in force then: version {policy.get('version', UNAVAILABLE)}.")


def alarms(_: Subject) -> Answer:
    """What rings."""
    return platform(
        "Every night: skew between logged and rebuilt features, estimated and measured quality, drift of inputs and scores, "
        "chunks in "
        "quarantine, age of the newest training; always: degraded answers, latency, errors, alert rate. Each is a metric with an "
        "alarm "
        "or a plot (docs/deploy.md).",
        "A guard takes back a canary, and where it is switched on a promotion, that does harm.",
    )


def oversight(of: Subject) -> Answer:
    """What persons can see and stop."""
    return run(
        f"The gate said: {of.verdict}. Its reasons, this page and the model card are written before a person may promote by hand.",
        "The command greenfraud rollback makes the model before answer from the next request on; without a model the rules "
        "answer, and each "
        "answer "
        "says so. Payments held for review wait for a person at the desk, with the reasons of the score.",
    )


def challenge(of: Subject) -> Answer:
    """Who opposed the model, with which means."""
    difference = of.model.difference("average_precision")
    return run(
        f"It had to be certainly better than {of.documents.rival.name} in average precision, at a level that counts challengers "
        f"and looks, and within every margin of money, probabilities and segments. It was by {difference.described()}.",
        "Which rules these are, no training may change: who trains has no right to judge, and who judges none to promote.",
        f"Outcome: {of.verdict}.",
        *of.reasons,
    )


def _is_about(one: Mapping[str, Any], of: Subject) -> bool:
    stages = [one.get("production"), *((one.get("control") or {}).get(stage) for stage in ("shadow", "canary"))]
    return any(model and f"{model['family']}/{model['version']}" == of.model.name for model in stages)


def _figures(week: Mapping[str, Any]) -> tuple[str, str, str]:
    estimated = (week.get("estimated") or {}).get("average_precision") or {}
    measured = (week.get("measured") or {}).get("average_precision")
    error = (week.get("error") or {}).get("average_precision")
    return number(estimated.get("value")), number(measured), UNAVAILABLE if error is None else f"{error:+.3f}"
