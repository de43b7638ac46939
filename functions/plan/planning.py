"""The plan of one execution, from the data, the lineage and the wish. Pure: no clock, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.plan.dataset import Dataset
from functions.plan.jobs import Place, chain, features_uri, full_refit
from functions.plan.lineage import Lineage
from functions.plan.wish import Wish
from greenfraud.chunks import Chunk
from greenfraud.errors import InvalidInput
from greenfraud.instants import format_rfc3339


def make_plan(place: Place, wish: Wish, dataset: Dataset | None, lineages: Mapping[str, Lineage]) -> dict[str, Any]:
    """The result the state machine runs on; `outcome` is train or nothing_to_train. Raises InvalidInput."""
    if dataset is None:
        return _nothing(place, wish, None, "the lake has no dataset.json: import a data set first")
    holdout, trainable = _split(wish, dataset)
    if holdout is None or not trainable:
        reason = f"no chunk of {dataset.chunk_days} days has been mature for {dataset.maturity_days} days before a mature one"
        return _nothing(place, wish, dataset, reason)
    jobs = {family: _jobs(place, wish, family, trainable, lineages[family]) for family in wish.families}
    if not any(jobs.values()):
        return _nothing(place, wish, dataset, "every trainable chunk has been learned")
    return {
        **_common(place, wish, dataset, "train"),
        "families": [{"family": family, "chunks": of_family} for family, of_family in jobs.items() if of_family],
        "holdout": {"chunk": holdout.id, "features_uri": features_uri(place, holdout)},
    }


def _jobs(place: Place, wish: Wish, family: str, trainable: Sequence[Chunk], lineage: Lineage) -> list[dict[str, Any]]:
    if wish.full:
        return [full_refit(place, family, trainable)]
    return chain(place, family, _wanted(wish, trainable, lineage), lineage)


def _common(place: Place, wish: Wish, dataset: Dataset | None, outcome: str) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "execution": place.execution,
        "date": place.date,
        "as_of": None if dataset is None else format_rfc3339(dataset.as_of_us),
        "warnings": list(wish.warnings),
        "manifest_version": place.manifest_version,
    }


def _nothing(place: Place, wish: Wish, dataset: Dataset | None, reason: str) -> dict[str, Any]:
    return {**_common(place, wish, dataset, "nothing_to_train"), "families": [], "reason": reason}


def _split(wish: Wish, dataset: Dataset) -> tuple[Chunk | None, list[Chunk]]:
    """The holdout, by default the newest mature chunk, and what may be trained before it."""
    mature = dataset.mature
    if wish.holdout is not None:
        mature = _choose("holdout", [wish.holdout], mature)
    return (mature[-1], dataset.known_before(mature[-1])) if mature else (None, [])


def _wanted(wish: Wish, trainable: Sequence[Chunk], lineage: Lineage) -> list[Chunk]:
    """What a family trains: what it has not learned; with force, the wished chunks or the last one again."""
    chosen = list(trainable) if wish.chunks is None else _choose("chunks", wish.chunks, trainable)
    fresh = [chunk for chunk in chosen if not lineage.has_learned(chunk.id)]
    if not wish.force:
        return fresh
    return chosen if wish.chunks is not None else fresh or chosen[-1:]


def _choose(field: str, ids: Sequence[str], known: Sequence[Chunk]) -> list[Chunk]:
    by_id = {chunk.id: chunk for chunk in known}
    unknown = [one for one in ids if one not in by_id]
    if unknown:
        choices = ", ".join(by_id) or "none yet"
        raise InvalidInput(field, f"{unknown[0]!r} cannot be used; choose from {choices}")
    return sorted({by_id[one] for one in ids})
