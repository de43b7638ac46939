"""What earlier runs and weeks left behind: six weeks, of which the labels of four are known, and runs that brought nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from functions.plan.worth import Prices
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import quality_key
from greenfraud.past_runs import PastRun

NOW = load_manifest().version
PRICES = Prices(currency="EUR", usd_an_hour=0.3, usd_rate=0.8, carbon_a_tonne=75.0, sources=("a bank", "a market"))
CHUNKS = [
    f"2018{start}-2018{end}"
    for start, end in zip(
        ("0325", "0401", "0408", "0415", "0422", "0429"), ("0401", "0408", "0415", "0422", "0429", "0506"), strict=True
    )
]


def past_run(number: int, **changes: Any) -> PastRun:
    """A run of 20 minutes and 4 g, of which three trainings took half the time and a quarter of the grams."""
    told = {"execution": f"{number:012x}", "ended_at": f"2018-05-0{number + 1}T01:30:00Z", "seconds": 1_200.0, "grams": 4.0}
    training = {"training_seconds": 600.0, "training_grams": 1.0, "trainings": 3}
    return PastRun(**{**told, **training, "frauds": 40, "gain_minor": 0.0, "manifest_version": NOW, **changes})


def week(
    chunk: str,
    *,
    known: bool = True,
    frauds: float = 40.0,
    cost: int = 10_000,
    estimated: int = 10_000,
    signs: Sequence[str] = (),
    signs_of_truth: Sequence[str] = (),
) -> dict[str, Any]:
    """A quality document: 40 frauds that cost 100 EUR, as they were expected to."""
    document = {
        "chunk": chunk,
        "rows": 5_000,
        "without_model": 0,
        "estimated": {"frauds": {"value": frauds}, "expected_cost_minor": {"value": estimated}},
        "measured": None,
        "drift": [{"sign": sign, "shows": True} for sign in signs],
    }
    if not known:
        return document
    return document | {
        "measured": {"frauds": frauds, "expected_cost_minor": cost},
        "estimated_of_judged": {"expected_cost_minor": {"value": 10_000}},
        "drift_of_truth": [{"sign": sign, "shows": True} for sign in signs_of_truth],
    }


def weeks_of() -> list[dict[str, Any]]:
    """All six."""
    return [week(chunk, known=number < 4) for number, chunk in enumerate(CHUNKS)]


def put_past(
    s3: Any, runs: Sequence[PastRun], weeks: Sequence[dict[str, Any]], buckets: tuple[str, str] = ("lake", "artifacts")
) -> None:
    """Store them where the plan finds them."""
    lake, artifacts = buckets
    for run in runs:
        s3.put_object(Bucket=artifacts, Key=run.key, Body=json.dumps(run.to_json()))
    for one in weeks:
        s3.put_object(Bucket=lake, Key=quality_key(one["chunk"]), Body=json.dumps(one))
