"""Values by transaction, offline and live, and where their bits differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.parity.stretch import Stretch
from greenfraud.chunks import Chunk
from greenfraud.features.logged import unpack
from greenfraud.features.manifest import Manifest, load_manifest
from greenfraud.instants import day_of
from greenfraud.items.decision import decode, key
from greenfraud.naming import features_key
from training.features.chunk_writing import write_chunks
from training.job.bucket import Bucket
from training.job.settings import Settings

Floats = NDArray[np.float64]
Values = dict[str, Floats]  # of each transaction, in the manifest's order

KEYS_AT_ONCE = 100
CHUNK_DAYS = 7


@dataclass(frozen=True)
class Comparison:
    """Transactions in rows, features in columns."""

    names: tuple[str, ...]
    transaction_ids: list[str]
    ours: Floats
    theirs: Floats

    @property
    def differs(self) -> NDArray[np.bool_]:
        """Where the bits differ; NaN equals NaN."""
        is_missing = np.isnan(self.ours) & np.isnan(self.theirs)
        differs: NDArray[np.bool_] = (self.ours.view(np.int64) != self.theirs.view(np.int64)) & ~is_missing
        return differs

    def by_feature(self) -> dict[str, int]:
        """How many values of each feature differ, of those that do."""
        counts = self.differs.sum(axis=0)
        return {name: int(count) for name, count in zip(self.names, counts, strict=True) if count}

    def examples(self, number: int = 5) -> list[str]:
        """Some differing values in words."""
        words = []
        for row, column in np.argwhere(self.differs)[:number]:
            ours, theirs = float(self.ours[row, column]), float(self.theirs[row, column])
            words.append(f"{self.transaction_ids[row]} {self.names[column]}: {ours!r} is not {theirs!r}")
        return words


def compare(names: tuple[str, ...], ours: Mapping[str, Floats], theirs: Mapping[str, Floats]) -> Comparison:
    """Compare every transaction of `ours`; raises KeyError when `theirs` lacks one."""
    identities = list(ours)
    return Comparison(names, identities, np.array([ours[one] for one in identities]), np.array([theirs[one] for one in identities]))


def nondefault_shares(manifest: Manifest, values: Floats) -> dict[str, float]:
    """For each feature how many of its values say something: neither missing nor the declared default."""
    shares = {}
    for column, feature in enumerate(manifest.features):
        differs = ~np.isnan(values[:, column]) & (values[:, column] != (np.nan if feature.default is None else feature.default))
        shares[feature.name] = float(differs.mean())
    return shares


def logged_values(dynamodb: Any, transaction_ids: Sequence[str]) -> Values:
    """What the decisions' items say they were made on."""
    manifest = load_manifest()
    values: Values = {}
    for start in range(0, len(transaction_ids), KEYS_AT_ONCE):
        for item in _items(dynamodb, transaction_ids[start : start + KEYS_AT_ONCE]):
            decision = decode(item)
            if decision.manifest_version != manifest.version or decision.features is None:
                raise RuntimeError("a decision was made by another manifest")
            named = unpack(decision.features, manifest.names)
            values[decision.transaction.transaction_id] = np.array(list(named.values()), dtype=np.float64)
    return values


def offline_values(stretch: Stretch) -> Values:
    """What the features job writes for training, from what the import and the ingestion left in the lake."""
    manifest, lake = load_manifest(), Bucket(Settings.from_env().lake_bucket)
    chunks = chunks_of(stretch)
    write_chunks(lake, chunks)
    replayed = {one.transaction_id for one in stretch.transactions}
    values: Values = {}
    for chunk in chunks:
        table = _chunk(lake, features_key(manifest.version, chunk.id))
        matrix = np.column_stack([table[name].to_numpy() for name in manifest.names])
        values |= {one: row for one, row in zip(table["transaction_id"].to_pylist(), matrix, strict=True) if one in replayed}
    return values


def chunks_of(stretch: Stretch) -> list[Chunk]:
    """The chunks that hold the stretch, counted from the data set's first day."""
    first_day = stretch.before.first_day
    numbers = {(day_of(one.occurred_us) - first_day).days // CHUNK_DAYS for one in stretch.transactions}
    starts = [first_day + timedelta(days=CHUNK_DAYS * number) for number in sorted(numbers)]
    return [Chunk(start, start + timedelta(days=CHUNK_DAYS)) for start in starts]


def _chunk(lake: Bucket, key: str) -> pa.Table:
    import io

    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(lake.get(key)))


def _items(dynamodb: Any, transaction_ids: Iterable[str]) -> list[dict[str, Any]]:
    table = Settings.from_env().decisions_table
    wanted = {table: {"Keys": [key(one) for one in transaction_ids]}}
    items: list[dict[str, Any]] = dynamodb.batch_get_item(RequestItems=wanted)["Responses"][table]
    return items
