"""The plan of one execution, from the data, the lineage and the wish. Pure: no clock, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.plan.dataset import Dataset
from functions.plan.lineage import Checkpoint, Lineage
from functions.plan.wish import Wish
from greenfraud import naming
from greenfraud.chunks import Chunk
from greenfraud.errors import InvalidInput
from greenfraud.instants import format_rfc3339


@dataclass(frozen=True)
class Place:
    """Where and when a plan is made: its execution, its buckets, the features' version, the day in job names."""

    execution: str
    date: str
    lake_bucket: str
    artifacts_bucket: str
    manifest_version: str


def make_plan(place: Place, wish: Wish, dataset: Dataset | None, lineages: Mapping[str, Lineage]) -> dict[str, Any]:
    """The result the state machine runs on; `outcome` is train or nothing_to_train. Raises InvalidInput."""
    if dataset is None:
        return _nothing(place, wish, None, "the lake has no dataset.json: import a data set first")
    holdout, trainable = _split(wish, dataset)
    if holdout is None or not trainable:
        reason = f"no chunk of {dataset.chunk_days} days has been mature for {dataset.maturity_days} days before a mature one"
        return _nothing(place, wish, dataset, reason)
    wanted = {family: _wanted(wish, trainable, lineages[family]) for family in wish.families}
    if not any(wanted.values()):
        return _nothing(place, wish, dataset, "every trainable chunk has been learned")
    return {
        **_common(place, wish, dataset, "train"),
        "families": [
            {"family": family, "chunks": _jobs(place, family, chunks, lineages[family])}
            for family, chunks in wanted.items()
            if chunks
        ],
        "holdout": {"chunk": holdout.id, "features_uri": _features_uri(place, holdout)},
    }


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


def _jobs(place: Place, family: str, chunks: Sequence[Chunk], lineage: Lineage) -> list[dict[str, str]]:
    """The training jobs of a family in order, each the child of the newest model that saw only what came before."""
    jobs: list[dict[str, str]] = []
    for chunk in chunks:
        jobs.append(
            {
                "chunk": chunk.id,
                "version": naming.version_of(chunk.id, place.execution),
                "parent_uri": _parent_uri(place, family, lineage.parent_of(chunk.id), jobs[-1] if jobs else None),
                "features_uri": _features_uri(place, chunk),
                "is_last": "true" if chunk == chunks[-1] else "false",
                "job_key": naming.job_key(place.execution, family, chunk.id),
            }
        )
    return jobs


def _parent_uri(place: Place, family: str, recorded: Checkpoint | None, planned: Mapping[str, str] | None) -> str:
    if recorded is not None and (planned is None or recorded.chunk > planned["chunk"]):
        return recorded.uri
    prefix = naming.checkpoint_prefix(family, planned["version"]) if planned else naming.genesis_prefix(family)
    return naming.s3_uri(place.artifacts_bucket, prefix)


def _features_uri(place: Place, chunk: Chunk) -> str:
    return naming.s3_uri(place.lake_bucket, naming.features_prefix(place.manifest_version, chunk.id))
