"""Evaluations as the gate reads them: challengers, and how they compare."""

from __future__ import annotations

from typing import Any

AT_STAKE = 20_000  # minor units that the frauds took: dearer by 1,000 is the margin
BETTER = {"difference": 0.05, "low": 0.02, "high": 0.08}
PERHAPS = {"difference": 0.01, "low": -0.01, "high": 0.03}
WORSE = {"difference": -0.05, "low": -0.08, "high": -0.02}
SAME_COST = {"difference": 10.0, "low": -500.0, "high": 520.0}
DEARER = {"difference": 900.0, "low": 300.0, "high": 1500.0}


def challenger(family: str, precision: float = 0.7, grams: float | None = 0.01, **changes: Any) -> dict[str, Any]:
    """Return a candidate that beats both production and rules, changed as told."""
    metric = {"value": precision, "low": precision - 0.02, "high": precision + 0.02, "n": 1000}
    cost = {"value": 1e5, "low": 9e4, "high": 1.1e5, "n": 1000}
    paired = {"average_precision": BETTER, "expected_cost_minor": SAME_COST}
    candidate = {
        "name": f"{family}/v1",
        "family": family,
        "version": "v1",
        "role": "challenger",
        "metrics": {"average_precision": metric, "expected_cost_minor": cost},
        "emissions_g_per_1000": grams,
        "against_production": paired,
        "against_rules": paired,
    }
    return candidate | changes


def tied_with(name: str, high: float = 150.0) -> dict[str, Any]:
    """Return the comparison with a cheaper challenger; from 200 minor units on, `high` says that it may matter."""
    return {name: {"average_precision": PERHAPS, "expected_cost_minor": {"difference": 50.0, "low": -90.0, "high": high}}}


def evaluation(*candidates: dict[str, Any], production: str | None = "light/v0", frauds: int = 100) -> dict[str, Any]:
    """Return an evaluation of the candidates."""
    holdout = {"chunk": "20180501-20180508", "rows": 5000, "frauds": frauds, "fraud_amount_minor": AT_STAKE}
    return {"schema": 1, "holdout": holdout, "production": production, "candidates": list(candidates)}


def against(precision: dict[str, float] | None, cost: dict[str, float] | None = SAME_COST) -> dict[str, Any]:
    """Return paired differences."""
    return {"average_precision": precision, "expected_cost_minor": cost}
