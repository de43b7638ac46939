"""A holdout with too few frauds to judge by is pooled with the weeks before it that the plan judges with it.

What is learned ends before the first of them began, labels included: of a week that the plan does not judge, challengers may know
labels that were observed within it, so it joins nowhere, also where the frauds do not suffice. Weeks join from the newest back.
"""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from greenfraud.bundle import MANIFEST_FILE, BundleManifest
from greenfraud.chunks import Chunk
from greenfraud.errors import BundleError, NotFound
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import DATASET_KEY, features_key, profile_key
from training.evaluation.holdout import known_compromised, make_holdout
from training.features.chunk_profile import ChunkProfile
from training.features.known_labels import JUDGED
from training.features.propensity import stood_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training.evaluation.holdout import Holdout
    from training.job.bucket import Bucket

log = logging.getLogger(__name__)


def pooled(holdout: Holdout, chunk: Chunk, earlier: Iterable[Chunk], lake: Bucket, needed: int) -> tuple[Holdout, list[str]]:
    """Return the holdout with as many of the `earlier` chunks, newest first, as enough frauds take, and all ids in order."""
    maturity_days = lake.get_json(DATASET_KEY)["maturity_days"]
    found, chunks = holdout, [chunk.id]
    for week in earlier:
        if found.is_fraud.sum() >= needed:
            break
        known = known_compromised(lake, week, maturity_days)
        part = make_holdout(stood_for(_read(lake, week)), known)
        found, chunks = part.joined(found), [week.id, *chunks]
        log.info("evaluate: %s joins the holdout, which has %d frauds now", week.id, found.is_fraud.sum())
    return found, chunks


def unlearned_of(judged: Iterable[Chunk], chunk: Chunk, lake: Bucket, artifacts: Bucket, prefixes: Iterable[str]) -> list[Chunk]:
    """Return the judged chunks before a holdout, newest first, that come after all these models learned; none in quarantine."""
    learned = [Chunk.parse(name) for prefix in prefixes for name in _lineage(artifacts, prefix)]
    newest = max((one.end_day for one in learned), default=None)
    if newest is None:
        return []
    between = [one for one in sorted(judged) if newest <= one.start_day and one.end_day <= chunk.start_day]
    return [one for one in reversed(between) if not _is_held(lake, one)]


def _lineage(artifacts: Bucket, prefix: str) -> list[str]:
    try:
        return BundleManifest.from_bytes(artifacts.get(prefix + MANIFEST_FILE)).chunks
    except (BundleError, NotFound):  # it will not be scored either, and says why there
        return []


def _is_held(lake: Bucket, chunk: Chunk) -> bool:
    try:
        return ChunkProfile.from_bytes(lake.get(profile_key(load_manifest().version, chunk.id))).is_held
    except NotFound:
        return False


def _read(lake: Bucket, chunk: Chunk) -> pa.Table:
    table = pq.read_table(io.BytesIO(lake.get(features_key(load_manifest().version, chunk.id))))
    return table.filter(table[JUDGED]) if JUDGED in table.column_names else table
