"""The plan of one execution, from its request, what the data cover, and the lineage. Pure: no clock, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from functions.plan.chain import Lineage
from functions.plan.jobs import Execution, chain, chain_features, features_uri, full_refit, refit_features
from functions.plan.lease_table import Refusal
from functions.plan.worth import Worth
from greenfraud.chunks import Chunk, Coverage
from greenfraud.instants import format_rfc3339
from greenfraud.quarantine import Quarantine
from greenfraud.run_request import RunRequest


def make_plan(
    execution: Execution,
    request: RunRequest,
    coverage: Coverage | None,
    lineages: Mapping[str, Lineage],
    quarantine: Quarantine = MappingProxyType({}),
) -> dict[str, Any]:
    """What the jobs read as plan.json; `outcome` is train or nothing_to_train. Raises InvalidInput."""
    if coverage is None:
        return _nothing(execution, request, None, "the lake has no dataset.json: import a data set first")
    held = request.check_quarantine(quarantine)
    plan = _plan(execution, request, coverage.without(held), lineages)
    return plan | {"quarantined": {chunk: list(quarantine[chunk].faults) for chunk in held}}


def _plan(execution: Execution, request: RunRequest, coverage: Coverage, lineages: Mapping[str, Lineage]) -> dict[str, Any]:
    holdout, trainable = request.holdout_and_trainable(coverage)
    if holdout is None or not trainable:
        reason = f"no chunk of {coverage.chunk_days} days has been mature for {coverage.maturity_days} days before a mature one"
        return _nothing(execution, request, coverage, reason)
    jobs = {family: _jobs(execution, request, family, trainable, lineages[family]) for family in request.families}
    if not any(jobs.values()):
        return _nothing(execution, request, coverage, "every trainable chunk has been learned")
    return {
        **_common(execution, request, coverage, "train"),
        "features": refit_features(execution) if request.full else chain_features(execution),
        "families": [{"family": family, "chunks": of_family} for family, of_family in jobs.items() if of_family],
        "holdout": {"chunk": holdout.id, "features_uri": features_uri(execution, holdout)},
    }


def unaffordable_plan(execution: Execution, request: RunRequest, reason: str) -> dict[str, Any]:
    """What is stored and answered where the month's budget is used up: nothing is trained, and nobody is woken by a failure."""
    return _nothing(execution, request, None, reason)


def judged_plan(plan: dict[str, Any], worth: Worth | None) -> dict[str, Any]:
    """The plan of a run that nobody asked for, with the verdict on it; one that is not worth it trains nothing."""
    if worth is None:
        return plan
    judged = {**plan, "worth": worth.to_json()}
    if not worth.skips:
        return judged
    left = {name: value for name, value in judged.items() if name not in {"features", "holdout"}}
    return {**left, "outcome": "skipped", "families": [], "reason": worth.words}


def refused_plan(execution: Execution, request: RunRequest, refusal: Refusal) -> dict[str, Any]:
    """What is stored and answered where another execution has the right to train; the state machine ends by the `outcome`."""
    told = {"families": [], "holder": refusal.holder, "reason": refusal.reason}
    return {**_common(execution, request, None, refusal.outcome), **told}


def _jobs(
    execution: Execution, request: RunRequest, family: str, trainable: Sequence[Chunk], lineage: Lineage
) -> list[dict[str, Any]]:
    if request.full:
        return [full_refit(execution, family, trainable)]
    return chain(execution, family, _chosen(request, trainable, lineage), lineage)


def _common(execution: Execution, request: RunRequest, coverage: Coverage | None, outcome: str) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "execution": execution.id,
        "date": execution.date,
        "as_of": None if coverage is None else format_rfc3339(coverage.as_of_us),
        "warnings": list(request.warnings),
        "started_by": request.started_by,
        "manifest_version": execution.manifest_version,
        **({} if request.deadline is None else {"may_wait": True}),
    }


def _nothing(execution: Execution, request: RunRequest, coverage: Coverage | None, reason: str) -> dict[str, Any]:
    return {**_common(execution, request, coverage, "nothing_to_train"), "families": [], "reason": reason}


def _chosen(request: RunRequest, trainable: Sequence[Chunk], lineage: Lineage) -> list[Chunk]:
    """What a family trains: what it has not learned; with force, the chunks it names, or the last one again.

    What is let out of quarantine is learned where it belongs, and everything after it again: a chunk builds on the one before.
    """
    chosen = request.chosen_of(trainable)
    since = min(request.accept, default=None)
    fresh = [chunk for chunk in chosen if not lineage.has_learned(chunk.id) or (since is not None and chunk.id >= since)]
    if not request.force:
        return fresh
    return chosen if request.chunks is not None else fresh or chosen[-1:]
