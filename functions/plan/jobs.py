"""The training jobs of one family: a chain with one job per chunk, or one job that learns every chunk from nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.plan.chain import Lineage
from greenfraud import naming
from greenfraud.chunks import Chunk
from greenfraud.items.lineage import Link


@dataclass(frozen=True)
class Execution:
    """What a plan is made for: the execution's id, the day in its job names, its buckets, the features' version."""

    id: str
    date: str
    lake_bucket: str
    artifacts_bucket: str
    manifest_version: str


def chain(execution: Execution, family: str, chunks: Sequence[Chunk], lineage: Lineage) -> list[dict[str, Any]]:
    """Return the jobs in order, each the child of the newest model that saw only what came before."""
    jobs: list[dict[str, Any]] = []
    for chunk in chunks:
        parent = _parent(lineage.parent_of(chunk.id), jobs[-1] if jobs else None)
        jobs.append(_job(execution, family, [chunk], parent, is_last=chunk == chunks[-1]))
    return jobs


def full_refit(execution: Execution, family: str, chunks: Sequence[Chunk]) -> dict[str, Any]:
    """Return the one job without a parent that learns all the chunks at once; it takes the last one's place in the lineage."""
    return _job(execution, family, chunks, naming.GENESIS, is_last=True)


def chain_features(execution: Execution) -> dict[str, str]:
    """Return where the features of a chain lie: one folder per chunk, whose name stands between `before` and `after`."""
    root = naming.features_root(execution.manifest_version)
    return {"type": "S3Prefix", "before": f"{naming.s3_uri(execution.lake_bucket, root)}chunk=", "after": "/"}


def refit_features(execution: Execution) -> dict[str, str]:
    """Return where a full refit finds the list of what it learns; its last chunk stands between `before` and `after`."""
    before, after = naming.chunk_list_key(execution.id, "|").split("|")
    return {"type": "ManifestFile", "before": naming.s3_uri(execution.artifacts_bucket, before), "after": after}


def chunk_list(execution: Execution, chunks: Sequence[str]) -> list[Any]:
    """Return SageMaker's list of the files of one channel: what they have in common, then each one's rest.

    Beside each chunk's features lies what the features job found of its data.
    """
    root = naming.features_root(execution.manifest_version)
    names = (naming.features_key, naming.profile_key)
    keys = [name(execution.manifest_version, chunk) for chunk in chunks for name in names]
    return [{"prefix": naming.s3_uri(execution.lake_bucket, root)}, *(key.removeprefix(root) for key in keys)]


def features_uri(execution: Execution, chunk: Chunk) -> str:
    """Return where the features of one chunk lie."""
    return naming.s3_uri(execution.lake_bucket, naming.features_prefix(execution.manifest_version, chunk.id))


def _job(execution: Execution, family: str, chunks: Sequence[Chunk], parent: str, *, is_last: bool) -> dict[str, Any]:
    last = chunks[-1]
    return {
        "chunk": last.id,
        "chunks": [chunk.id for chunk in chunks],
        "version": naming.version_of(last.id, execution.id),
        "parent": parent,
        "is_last": "true" if is_last else "false",
        "job_key": naming.job_key(execution.id, family, last.id),
    }


def _parent(recorded: Link | None, planned: Mapping[str, Any] | None) -> str:
    """Return the version to start from: the newer one of what is recorded and what this plan makes before."""
    if recorded is not None and (planned is None or recorded.chunk > planned["chunk"]):
        return recorded.version
    return naming.GENESIS if planned is None else str(planned["version"])
