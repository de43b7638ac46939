"""The emissions records of one execution, found again by the names of its jobs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.bucket import Bucket

AMOUNTS = ("emissions_g", "energy_kwh", "duration_seconds")


def records_of_execution(lake: Bucket, plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the record of every job of an execution that has written one so far.

    A job's name ends with the execution, or for a training job with a key made from it.
    """
    endings = {plan["execution"], *(item["job_key"] for family in plan["families"] for item in family["chunks"])}
    keys = [key for key in lake.keys("emissions/") if key.removesuffix(".json").rpartition("-")[2] in endings]
    return [json.loads(body) for body in lake.get_many(keys)]


def totals(records: list[dict[str, Any]]) -> dict[str, float]:
    """Return gCO2e, kilowatt-hours before PUE and seconds of all records together."""
    return {f"{name}_total": float(sum(record[name] for record in records)) for name in AMOUNTS}


def methods(records: list[dict[str, Any]]) -> dict[str, str]:
    """Return how the records were measured, and who says what a kilowatt-hour emits."""
    found = {"emissions_method": "method", "intensity_source": "intensity_source"}
    return {tag: ", ".join(sorted({record[name] for record in records})) for tag, name in found.items()}
