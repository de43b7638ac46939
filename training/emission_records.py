"""The emissions records of one execution, found again by the names of its jobs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.bucket import Bucket


AMOUNTS = ("emissions_g", "energy_kwh", "duration_seconds")


def totals_of_execution(lake: Bucket, plan: dict[str, Any]) -> dict[str, float]:
    """Return gCO2e, kilowatt-hours and seconds of all jobs of an execution that have written their record so far.

    A job's name ends with the execution, or for a training job with a key made from it.
    """
    endings = {plan["execution"], *(item["job_key"] for family in plan["families"] for item in family["chunks"])}
    keys = [key for key in lake.keys("emissions/") if key.removesuffix(".json").rpartition("-")[2] in endings]
    records = [json.loads(body) for body in lake.get_many(keys)]
    return {name: float(sum(record[name] for record in records)) for name in AMOUNTS}
