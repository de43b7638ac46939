"""What it costs to learn every chunk anew: full refits measure it, and learning chunk by chunk saves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenfraud.errors import NotFound
from greenfraud.naming import full_refit_key, train_result_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.job.bucket import Bucket

COSTS = ("energy_kwh", "emissions_g", "duration_seconds")
UNMEASURED = "no full refit of this family has been measured; `greenfraud retrain --full` measures one"
IS_REFIT = "this is a full refit"


def keep_costs(artifacts: Bucket, result: Mapping[str, Any]) -> None:
    """Store what a full refit cost; the family's newest one is what its later trainings are compared with."""
    names = ("family", "version", "chunks", "rows", *COSTS)
    artifacts.put_json(full_refit_key(result["family"]), {name: result[name] for name in names})


def saved(artifacts: Bucket, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return energy (kWh before PUE), gCO2e and seconds that trainings of one family saved against its newest full refit.

    The refit counts as it was measured: of the history of that day, on that day's machine. By now it would cost more, so the
    savings are rather too low. None with a reason where no refit was measured, and for the refit itself.
    """
    unavailable: dict[str, Any] = dict.fromkeys(COSTS)
    if any(result["is_full_refit"] for result in results):
        return {**unavailable, "against": None, "reason": IS_REFIT}
    try:
        refit = artifacts.get_json(full_refit_key(results[0]["family"]))
    except NotFound:
        return {**unavailable, "against": None, "reason": UNMEASURED}
    costs = {name: refit[name] - sum(result[name] for result in results) for name in COSTS}
    return {**costs, "against": refit["version"], "reason": None}


def trainings(artifacts: Bucket, plan: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the training results of an execution by family, in the order of their chunks."""
    return {family["family"]: [_result(artifacts, plan, family, item) for item in family["chunks"]] for family in plan["families"]}


def _result(artifacts: Bucket, plan: Mapping[str, Any], family: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    return artifacts.get_json(train_result_key(plan["execution"], family["family"], item["chunk"]))
