"""What happened, in order: each execution with its comparison and decision, and each change of what serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from cli.dashboard.archive import Outputs
from cli.dashboard.comparison import (
    RULES_ALONE,
    Candidate,
    SegmentOfHoldout,
    compared,
    compared_by_mlflow,
    compared_by_segment,
    rules_of,
)
from cli.dashboard.inputs import Inputs
from cli.dashboard.mlflow_runs import MlflowRun
from cli.dashboard.totals import RULES

UNLIKE_OTHERS = ("censored_rows", "explored_rows")
UNTIMED = datetime.max.replace(tzinfo=UTC)  # sorts last


@dataclass(frozen=True)
class Event:
    """An execution, or a change by hand (without one). `model` begins to serve, if any does; `serving` serves afterwards."""

    at: datetime | None
    outcome: str
    execution: str | None = None
    model: str | None = None
    holdout: str | None = None
    rows: int | None = None
    unlike_others: Mapping[str, int] = field(default_factory=dict)  # rows of the holdout, of which labels say less or more
    candidates: Sequence[Candidate] = ()
    segments: Sequence[SegmentOfHoldout] = ()
    rules: Candidate = RULES_ALONE
    grams: float | None = None
    reasons: Sequence[str] = ()
    serving: Candidate = RULES_ALONE
    is_measured_now: bool = True


def history(inputs: Inputs) -> list[Event]:
    """All events, oldest first, each with what served after it. Only the ledger says what serves."""
    parents = {run.execution: run for run in inputs.runs if run.is_parent}
    changes = {entry["execution"]: entry for entry in inputs.ledger if entry.get("execution")}
    versions: dict[str, dict[str, str]] = {}
    for run in inputs.runs:
        if "family" in run.tags:
            versions.setdefault(run.execution, {})[run.tags["family"]] = run.tags.get("version", "")
    events = [_by_hand(entry) for entry in inputs.ledger if not entry.get("execution")]
    for key in dict.fromkeys((*parents, *inputs.executions, *changes)):
        outputs = inputs.executions.get(key, Outputs())
        event = _execution(key, outputs, parents.get(key), changes.get(key))
        candidates = compared(outputs.documents.get("evaluation", {}), inputs.lineage_grams)
        recalled = compared_by_mlflow(parents.get(key), versions.get(key, {}))
        events.append(replace(event, candidates=candidates or recalled))
    return list(_with_serving(sorted(events, key=lambda event: event.at or UNTIMED)))


def _execution(key: str, outputs: Outputs, run: MlflowRun | None, change: Mapping[str, Any] | None) -> Event:
    evaluation, report = outputs.documents.get("evaluation", {}), outputs.documents.get("report", {})
    decision = outputs.documents.get("decision") or {"outcome": report.get("decision"), "reasons": report.get("reasons")}
    holdout = evaluation.get("holdout") or report.get("holdout") or {}
    params, metrics = (run.params, run.metrics) if run else ({}, {})
    return Event(
        at=_time(outputs, run, change),
        execution=key,
        outcome=decision.get("outcome") or params.get("decision") or (change["verb"] if change else "no decision"),
        model=_name(change["production"]) if change else None,
        holdout=holdout.get("chunk") or params.get("holdout"),
        rows=holdout.get("rows"),
        unlike_others={name: holdout[name] for name in UNLIKE_OTHERS if name in holdout},
        segments=compared_by_segment(evaluation),
        rules=rules_of(evaluation),
        grams=report.get("emissions_g_total", metrics.get("emissions_g_total")),
        reasons=decision.get("reasons") or (change["reasons"] if change else ()),
    )


def _by_hand(entry: Mapping[str, Any]) -> Event:
    reasons = [*entry["reasons"], f"by {entry['actor']}"]
    return Event(datetime.fromisoformat(entry["at"]), entry["verb"], model=_name(entry["production"]), reasons=reasons)


def _with_serving(events: Iterable[Event]) -> Iterator[Event]:
    """Follow what serves: measured in the event itself, else by its last measurement."""
    known: dict[str, Candidate] = {}
    serving = RULES
    for event in events:
        now = {candidate.name: candidate for candidate in (*event.candidates, event.rules)}
        known |= {name: model for name, model in now.items() if model.average_precision.value is not None}
        serving = event.model or serving
        found = known.get(serving) or Candidate.named(serving)
        yield replace(event, serving=found, is_measured_now=found is now.get(serving))


def _time(outputs: Outputs, run: MlflowRun | None, change: Mapping[str, Any] | None) -> datetime | None:
    if change:
        return datetime.fromisoformat(change["at"])
    return (run.ended_at or run.started_at) if run else outputs.written_at


def _name(reference: Mapping[str, Any] | None) -> str:
    return f"{reference['family']}/{reference['version']}" if reference else RULES
