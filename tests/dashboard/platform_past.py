"""What a platform might have lived through: as many weekly executions as a test wants, with every kind of outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cli.dashboard.archive import Outputs
from cli.dashboard.inputs import Inputs
from cli.dashboard.mlflow_runs import MlflowRun
from greenfraud.carbon import EmissionsRecord
from greenfraud.quarantine import Accepted, Quarantined

FAMILIES = ("baseline", "light", "heavy")
BEGIN = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 1, 1)
SEGMENTS = ("hour: day", "amount: <lowest> 50 %")
FEW = {"hour: night": {"metrics": {"average_precision": {"value": None, "reason": "the segment has 9 frauds"}}}}
FAULT = "traffic is missing: 900 payments where the 8 chunks before had 10,000 each"
ACCEPTED = {"by": "ada", "why": "the <shops> were closed", "execution": "one", "at": "2026-04-02T10:00:00+00:00"}
OUTCOMES = ("promote", "shadow", "promote", "reject")


def emission(stage: str, **changes) -> EmissionsRecord:
    """A record of one milligram."""
    fields = {
        "duration_seconds": 2.0,
        "energy_kwh": 1e-4,
        "emissions_g": 1e-3,
        "intensity_g_per_kwh": 8.0,
        "intensity_source": "a table",
        "intensity_date": "2026-01-01",
        "pue": 1.25,
        "method": "cpu_load",
        "region": "eu-north-1",
        "functional_unit": "job",
        "recorded_at": BEGIN.isoformat(),
    }
    return EmissionsRecord(stage=stage, **{**fields, **changes})


def past(executions: int) -> Inputs:
    """That many executions, a week apart, the first with four chunks and each other with one; now and then a rollback."""
    lived = [_lived(n) for n in range(executions)]
    ledger = [entry for n in range(executions) for entry in _entries(n)]
    return Inputs(
        emissions=[record for records, *_ in lived for record in records],
        ledger=[{"revision": revision, **entry} for revision, entry in enumerate(ledger, start=1)],
        executions={execution_of(n): left for n, (_, _, left) in enumerate(lived)},
        lineage_grams={
            f"{f}/{_version(n)}": 5e-4 * (1 + 0.4 * place) + 1e-5 * n for n in range(executions) for place, f in enumerate(FAMILIES)
        },
        runs=[run for _, runs, _ in lived for run in runs],
        dataset={
            "currency": "SEK",
            "rows": 170_000,
            "first_day": FIRST_DAY.isoformat(),
            "newest_occurred_at": "2026-03-31T23:00:00Z",
        },
        sources=["logs/emissions.csv", "a test"],
        missing=[],
        weeks=[quality_of(week) for week in range(3, executions + 5)],
        quarantine=[
            Quarantined(chunk=chunk_of(1), faults=(FAULT,), found_at="2026-04-01T09:00:00+00:00"),
            Quarantined(
                chunk=chunk_of(2), faults=(FAULT, "a <second>"), found_at="2026-04-01T09:00:00+00:00", accepted=Accepted(**ACCEPTED)
            ),
        ],
    )


def quality_of(week: int) -> dict:
    """What the nightly monitor knows of a week: the newest odd ones have no labels yet, week 3 is of an earlier release."""
    estimated = {"value": 0.71 + 0.01 * (week % 4), "low": 0.66, "high": 0.79}
    frauds = {"value": 81.4 + week, "low": 62.0, "high": 103.0}
    known = {"average_precision": 0.70, "frauds": 84.0}
    is_mature = week % 2 == 0
    return {
        "schema": 1,
        "chunk": chunk_of(week),
        "rows": 10_000,
        "alerts": 120,
        "estimated": {"average_precision": estimated, "frauds": frauds},
        "measured": known if is_mature else None,
        **({"error": {name: estimated["value"] - known[name] for name in ("average_precision",)}} if is_mature else {}),
        **({"explored": week % 3} if week > 3 else {}),
    }


def without_evaluations(inputs: Inputs) -> Inputs:
    """The same past, of which only MLflow and the ledger still tell."""
    return replace(inputs, executions={})


def execution_of(n: int) -> str:
    """The 12 digits of an execution."""
    return f"{n:08x}abcd"


def chunk_of(week: int) -> str:
    """A week's chunk id."""
    start = FIRST_DAY + timedelta(weeks=week)
    return f"{start:%Y%m%d}-{start + timedelta(weeks=1):%Y%m%d}"


def model_of(n: int) -> dict[str, str]:
    """The model that execution `n` would promote."""
    return {"family": FAMILIES[n % 4 // 2], "version": _version(n)}


def outcome_of(n: int) -> str:
    """How the gate decided."""
    return OUTCOMES[n % len(OUTCOMES)]


def _version(n: int) -> str:
    return f"{chunk_of(n + 3)}-{execution_of(n)[:8]}"


def _at(n: int) -> datetime:
    return BEGIN + timedelta(weeks=n)


def _lived(n: int) -> tuple[list[EmissionsRecord], list[MlflowRun], Outputs]:
    weeks = range(4) if n == 0 else [n + 3]
    jobs = [(place, family, week) for place, family in enumerate(FAMILIES) for week in weeks]
    records = [emission(stage, recorded_at=_at(n).isoformat()) for stage in ("features", "materialize", "evaluate", "report")]
    records += [_trained(n, place, family, week) for place, family, week in jobs]
    records += [_answered(n, batch) for batch in range(3)]
    runs = [_parent(n), *(_child(n, place, family, week) for place, family, week in jobs)]
    return records, runs, Outputs({"evaluation": _evaluation(n), "decision": _decision(n), "report": _report(n)}, _at(n))


def _trained(n: int, place: int, family: str, week: int) -> EmissionsRecord:
    grams = 1e-5 * (1 + place) * (1 + 0.2 * (week * 7 % 5))
    at = (_at(n) + timedelta(seconds=10 * week + place)).isoformat()
    return emission("train", family=family, version=_version(n), chunk=chunk_of(week), emissions_g=grams, recorded_at=at)


def _answered(n: int, batch: int) -> EmissionsRecord:
    """A cold batch costs more."""
    at = (_at(n) + timedelta(days=1 + batch)).isoformat()
    costs = {"energy_kwh": 1e-7 / (1 + batch), "emissions_g": 1e-6 / (1 + batch), "functional_units": 10}
    return emission("serve", method="constant", functional_unit="score", family=FAMILIES[n % 4 // 2], recorded_at=at, **costs)


def _parent(n: int) -> MlflowRun:
    metrics = {
        "emissions_g_total": 0.005,
        **{f"{family}_average_precision": _precision(n, place) for place, family in enumerate(FAMILIES)},
    }
    tags, params = {"execution": execution_of(n), "is_parent": "true"}, {"decision": outcome_of(n), "holdout": chunk_of(n + 5)}
    return MlflowRun(_at(n), _at(n) + timedelta(minutes=3), "FINISHED", tags, params, metrics)


def _child(n: int, place: int, family: str, week: int) -> MlflowRun:
    metrics = {} if week == 0 else {"prequential_average_precision": _precision(week, place) - 0.05}
    tags = {"execution": execution_of(n), "family": family, "chunk": chunk_of(week), "version": _version(n)}
    return MlflowRun(_at(n), _at(n), "FINISHED", tags, {}, metrics)


def _precision(n: int, place: int) -> float:
    return 0.70 + 0.02 * place + 0.03 * ((n * 37 % 11) / 11 - 0.5)


def _evaluation(n: int) -> dict:
    candidates = [_candidate(n, place, family, "challenger", _version(n)) for place, family in enumerate(FAMILIES)]
    if n:
        place = (n - 1) % 4 // 2
        candidates.append(_candidate(n, place, FAMILIES[place], "production", _version(n - 1)))
    metrics = {"average_precision": {"value": 0.37, "low": 0.31, "high": 0.43}}
    rules = {"metrics": metrics, "segments": {name: {"metrics": metrics} for name in SEGMENTS} | FEW}
    to_come = {"frauds_to_come_share": 0.031} if n else {"frauds_to_come_share": None, "to_come_reason": "fewer than 30 reports"}
    return {
        "holdout": {"chunk": chunk_of(n + 5), "rows": 10_000, "censored_rows": 12, "explored_rows": n, **to_come},
        "segments": [{"name": name, "rows": 5_000, "frauds": 40} for name in (*SEGMENTS, *FEW)],
        "baseline_rules": rules,
        "candidates": candidates,
    }


def _candidate(n: int, place: int, family: str, role: str, version: str) -> dict:
    precision = _precision(n, place)
    figures = {
        "metrics": {"average_precision": {"value": precision, "low": precision - 0.05, "high": precision + 0.04}},
        "against_rules": {"expected_cost_minor": {"difference": -50_000.0 - 9_000 * place, "low": -80_000.0, "high": -20_000.0}},
    }
    return {
        "family": family,
        "version": version,
        "role": role,
        **figures,
        "segments": dict.fromkeys(SEGMENTS, figures) | FEW,
        "emissions_g_per_1000": 1.3e-7 * (1 + 0.1 * place),
    }


def _decision(n: int) -> dict:
    return {"outcome": outcome_of(n), "reasons": [f"reason {n} <of the gate>"], **model_of(n)}


def _report(n: int) -> dict:
    return {"decision": outcome_of(n), "emissions_g_total": 0.005, "holdout": {"chunk": chunk_of(n + 5), "rows": 10_000}}


def _entries(n: int) -> list[dict]:
    """A promotion where the gate said so; after every eighth execution a person undoes it."""
    entries = []
    if outcome_of(n) == "promote":
        entries.append(_entry("promote", _at(n), model_of(n), execution_of(n), f"reason {n}"))
    if n % 8 == 6:
        entries.append(_entry("rollback", _at(n) + timedelta(hours=1), model_of(n - 2), None, "too many false alarms"))
    return entries


def _entry(verb: str, at: datetime, production: dict, execution: str | None, reason: str) -> dict:
    who = "fraud-detection-pipeline" if execution else "ada"
    return {"verb": verb, "at": at.isoformat(), "actor": who, "reasons": [reason], "production": production, "execution": execution}
