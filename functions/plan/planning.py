"""The plan of one execution, from its request, what the data cover, and the lineage. Pure: no clock, no store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.plan.chain import Lineage
from functions.plan.jobs import Execution, chain, chain_features, features_uri, full_refit, refit_features
from functions.plan.lease_table import Refusal
from functions.plan.worth import Worth
from greenfraud.chunks import Chunk, Coverage
from greenfraud.enough import Split, told
from greenfraud.instants import format_rfc3339
from greenfraud.quarantine import Quarantine
from greenfraud.run_request import RunRequest
from greenfraud.weekly_frauds import WeeklyFrauds

OVERLAPPING = 2  # weeks that are judged together may have one of them in common with the run before


@dataclass(frozen=True)
class Lake:
    """What is known of the lake: its days, None before the first import, the chunks in quarantine, and the frauds by week.

    `looked` are the chunks that models were judged on before.
    """

    coverage: Coverage | None
    quarantine: Quarantine
    weeks: WeeklyFrauds
    looked: Collection[str] = ()


def make_plan(execution: Execution, request: RunRequest, lake: Lake, lineages: Mapping[str, Lineage]) -> dict[str, Any]:
    """What the jobs read as plan.json; `outcome` is train or nothing_to_train. Raises InvalidInput."""
    if lake.coverage is None:
        return _nothing(execution, request, None, "the lake has no dataset.json: import a data set first")
    held = request.check_quarantine(lake.quarantine)
    plan = _plan(execution, request, lake.coverage.without(held), lake, lineages)
    return plan | {"quarantined": {chunk: list(lake.quarantine[chunk].faults) for chunk in held}}


def _plan(
    execution: Execution, request: RunRequest, coverage: Coverage, lake: Lake, lineages: Mapping[str, Lineage]
) -> dict[str, Any]:
    found = request.split(coverage, lake.weeks)
    missing = told(found, coverage, lake.weeks) or ("" if request.is_wished else _mostly_seen(found, lake.looked))
    if missing:
        return _nothing(execution, request, coverage, missing)
    jobs = {family: _jobs(execution, request, family, found.learned, lineages[family]) for family in request.families}
    if not any(jobs.values()):
        return _nothing(execution, request, coverage, "every trainable chunk has been learned")
    return {
        **_common(execution, request, coverage, "train"),
        "features": refit_features(execution) if request.full else chain_features(execution),
        "families": [{"family": family, "chunks": of_family} for family, of_family in jobs.items() if of_family],
        "holdout": _holdout(execution, found),
    }


def _mostly_seen(found: Split, looked: Collection[str]) -> str:
    """Why a run that nobody asked for would judge mostly what was judged on before, where many weeks are judged together.

    Each look at a week halves what the next one may find certain: looked at weekly, a pool of many weeks would promote nothing.
    """
    seen = sum(chunk.id in looked for chunk in found.judged)
    if len(found.judged) <= OVERLAPPING or 2 * seen <= len(found.judged):
        return ""
    return f"{seen} of the {len(found.judged)} weeks to be judged on together were judged on before: half of them are to be new"


def _holdout(execution: Execution, found: Split) -> dict[str, Any]:
    """The newest judged chunk, and those before it that are judged with it."""
    newest = found.judged[-1]
    earlier = {"earlier": [chunk.id for chunk in found.judged[:-1]]} if len(found.judged) > 1 else {}
    return {"chunk": newest.id, "features_uri": features_uri(execution, newest), **earlier}


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
