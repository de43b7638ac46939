"""What happened, in order: each execution with its comparison and decision, and each change of what serves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from cli.dashboard.archive import Left
from cli.dashboard.inputs import Inputs
from cli.dashboard.mlflow_runs import MlflowRun

RULES = "rules"
LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Measure:
    """A value with its 95 % interval; without a value, `reason` says why."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = "not measured"


@dataclass(frozen=True)
class Candidate:
    """One model on one holdout. Grams are of 1,000 scores by the model alone, and of training its whole lineage."""

    family: str
    version: str
    average_precision: Measure
    saved_per_1000: Measure
    grams_per_1000: float | None = None
    training_grams: float | None = None

    @property
    def name(self) -> str:
        """Family and version."""
        return f"{self.family}/{self.version}" if self.version else self.family


@dataclass(frozen=True)
class Event:
    """An execution, or a change of production by hand; `production` serves after it, as far as it was measured."""

    at: datetime | None
    execution: str | None
    outcome: str
    model: str | None = None
    holdout: str | None = None
    rows: int | None = None
    candidates: Sequence[Candidate] = ()
    rules: Measure = Measure()
    grams: float | None = None
    reasons: Sequence[str] = field(default_factory=tuple)
    production: Candidate | None = None
    is_measured_now: bool = True


def history(inputs: Inputs) -> list[Event]:
    """All events, oldest first, each with what served after it."""
    parents = {run.execution: run for run in inputs.runs if run.is_parent}
    changes = {entry["execution"]: entry for entry in inputs.ledger if entry.get("execution")}
    keys = dict.fromkeys((*parents, *inputs.executions, *changes))
    events = [_execution(key, inputs.executions.get(key, Left()), parents.get(key), changes.get(key)) for key in keys]
    by_hand = [_change(entry) for entry in inputs.ledger if not entry.get("execution")]
    return list(_with_production(sorted((*events, *by_hand), key=lambda event: event.at or LATEST)))


def _execution(key: str, left: Left, run: MlflowRun | None, change: Mapping[str, Any] | None) -> Event:
    evaluation, report = left.documents.get("evaluation", {}), left.documents.get("report", {})
    decision = left.documents.get("decision") or {"outcome": report.get("decision"), "reasons": report.get("reasons")}
    holdout = evaluation.get("holdout") or report.get("holdout") or {}
    params = run.params if run else {}
    rows = holdout.get("rows")
    candidates = [_candidate(item, rows) for item in evaluation.get("candidates", [])]
    grams = report.get("emissions_g_total", run.metrics.get("emissions_g_total") if run else None)
    production = change and change.get("production")
    return Event(
        at=_time(left, run, change),
        execution=key,
        outcome=decision.get("outcome") or params.get("decision") or ("promote" if change else "no decision"),
        model=_name(production or (decision if decision.get("family") else None)),
        holdout=holdout.get("chunk") or params.get("holdout"),
        rows=rows,
        candidates=candidates or _from_mlflow(run, key),
        rules=_measure((evaluation.get("baseline_rules") or {}).get("metrics", {}).get("average_precision")),
        grams=grams,
        reasons=decision.get("reasons") or (change or {}).get("reasons") or (),
        production=next((_candidate(item, rows) for item in evaluation.get("candidates", []) if _serves(item)), None),
    )


def _change(entry: Mapping[str, Any]) -> Event:
    return Event(
        at=datetime.fromisoformat(entry["at"]),
        execution=None,
        outcome=entry["verb"],
        model=_name(entry["production"]) or RULES,
        reasons=[*entry["reasons"], f"by {entry['actor']}"],
        is_measured_now=False,
    )


def _with_production(events: Iterable[Event]) -> Iterable[Event]:
    """Follow what serves: a promoted model by its own measurement, a restored one by its last."""
    measured: dict[str, Candidate] = {}
    serving: str = RULES
    for event in events:
        measured |= {candidate.name: candidate for candidate in event.candidates}
        if event.outcome in {"promote", "rollback"} and event.model:
            serving = event.model
        elif event.production:
            serving = event.production.name
        now = {candidate.name for candidate in event.candidates}
        yield replace(event, production=_serving(serving, event, measured), is_measured_now=serving in now or serving == RULES)


def _serving(name: str, event: Event, measured: Mapping[str, Candidate]) -> Candidate:
    if name == RULES:
        return Candidate(RULES, "", event.rules, Measure())
    family, _, version = name.partition("/")
    return measured.get(name) or Candidate(family, version, Measure(), Measure())


def _candidate(item: Mapping[str, Any], rows: int | None) -> Candidate:
    return Candidate(
        family=item["family"],
        version=item["version"],
        average_precision=_measure(item["metrics"].get("average_precision")),
        saved_per_1000=_saved((item.get("against_rules") or {}).get("expected_cost_minor"), rows),
        grams_per_1000=item.get("emissions_g_per_1000"),
        training_grams=item.get("emissions_g"),
    )


def _from_mlflow(run: MlflowRun | None, execution: str) -> list[Candidate]:
    """Values without intervals: all that MLflow has where the evaluation is gone."""
    metrics = run.metrics if run else {}
    families = [name.removesuffix("_average_precision") for name in metrics if name.endswith("_average_precision")]
    return [
        Candidate(
            family,
            f"…-{execution[:8]}",
            Measure(metrics[f"{family}_average_precision"]),
            Measure(),
            training_grams=metrics.get(f"{family}_emissions_g"),
        )
        for family in families
    ]


def _measure(metric: Mapping[str, Any] | None) -> Measure:
    found = metric or {}
    return Measure(found.get("value"), found.get("low"), found.get("high"), found.get("reason") or "not measured")


def _saved(difference: Mapping[str, Any] | None, rows: int | None) -> Measure:
    """Money saved against the rules per 1,000 decisions, in major units: less cost is more saved, so the interval turns."""
    if not difference or difference.get("difference") is None or not rows:
        return Measure(reason=(difference or {}).get("reason") or "not compared with the rules")
    value, low, high = (difference.get(name) for name in ("difference", "low", "high"))
    value, low, high = (None if cost is None else -cost / 100 * 1000 / rows for cost in (value, high, low))
    return Measure(value, low, high)


def _time(left: Left, run: MlflowRun | None, change: Mapping[str, Any] | None) -> datetime | None:
    if change:
        return datetime.fromisoformat(change["at"])
    return (run.ended_at or run.started_at) if run else left.written_at


def _name(reference: Mapping[str, Any] | None) -> str | None:
    return f"{reference['family']}/{reference['version']}" if reference else None


def _serves(item: Mapping[str, Any]) -> bool:
    return item.get("role") == "production"
