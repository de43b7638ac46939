"""The emissions records of one execution, found again by the names of its jobs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.bucket import Bucket


def grams_of_execution(lake: Bucket, plan: dict[str, Any]) -> float:
    """Return gCO2e of every job of an execution that has written its record so far.

    A job's name ends with the execution, or for a training job with a key made from it.
    """
    endings = {plan["execution"], *(item["job_key"] for family in plan["families"] for item in family["chunks"])}
    keys = [key for key in lake.keys("emissions/") if key.removesuffix(".json").rpartition("-")[2] in endings]
    return float(sum(json.loads(body)["emissions_g"] for body in lake.get_many(keys)))
