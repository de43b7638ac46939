"""Tells chunks that were written before what has become known since, and collects it for who learned them without it."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from greenfraud.chunks import Chunk
from greenfraud.errors import ContractError
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, day_of, parse_rfc3339
from greenfraud.naming import DATASET_KEY, features_key, features_prefix, features_root
from training.features.chunk_file import parquet
from training.features.known_labels import ASKED, Told, relabelled, with_known
from training.features.late_rows import LATE_FILE, has_late, late_file, late_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from training.features.day_files import Lake

log = logging.getLogger(__name__)
LABEL_HORIZON_DAYS = 90  # where the data set does not say: networks take chargebacks for about so long
# A chunk is asked about for so long after its horizon: an execution may have been missed, and the last labels with it.
GRACE_DAYS = 35


@dataclass(frozen=True)
class Horizon:
    """Until when labels may change, and what may be known of them: `learned_us` for learning, `judged_us` of the holdout."""

    maturity_days: int
    horizon_days: int
    learned_us: int
    judged_us: int

    @classmethod
    def of(cls, plan: dict[str, Any], dataset: dict[str, Any]) -> Horizon:
        """Return what a plan allows: nothing that was observed once the holdout had begun is learned. Raises ContractError."""
        maturity, horizon = dataset["maturity_days"], dataset.get("label_horizon_days", LABEL_HORIZON_DAYS)
        if not isinstance(horizon, int) or horizon < maturity:
            raise ContractError(f"{DATASET_KEY}: label_horizon_days is {horizon!r}, expected {maturity} (maturity_days) or more")
        return cls(maturity, horizon, judged_chunks(plan)[0].start_us - 1, parse_rfc3339(plan["as_of"], "as_of"))

    def mature_us(self, chunk: Chunk) -> int:
        """Return the last moment of the labels that make a chunk mature."""
        return chunk.end_us + self.maturity_days * DAY_US - 1

    def known_us(self, chunk: Chunk, at_us: int) -> int:
        """Return up to which moment a chunk's labels count for who lives at a moment."""
        return max(self.mature_us(chunk), min(at_us, chunk.end_us + self.horizon_days * DAY_US - 1))

    def may_change(self, chunk: Chunk) -> bool:
        """Tell whether somebody may not have been told the last of a chunk's labels."""
        return chunk.end_us + (self.horizon_days + GRACE_DAYS) * DAY_US > self.learned_us


def relabel(lake: Lake, plan: dict[str, Any], needed: Sequence[Chunk]) -> None:
    """Bring the labels of every chunk that the plan needs, or that its parents learned lately, to what may be known; note the late.

    What was brought there already stays as it is: the same plan writes nothing twice.
    """
    horizon = Horizon.of(plan, lake.get_json(DATASET_KEY))
    holdout = Chunk.parse(plan["holdout"]["chunk"])
    firsts = sorted({Chunk.parse(family["chunks"][0]["chunk"]) for family in plan["families"] if is_chain(family)})
    older = [chunk for chunk in written(lake) if firsts and chunk < firsts[-1] and horizon.may_change(chunk)]
    judged = judged_chunks(plan)
    asked = sorted({*needed, *older})
    told = Told.read(lake, asked[0].start_day, day_of(max(horizon.judged_us, horizon.mature_us(holdout))) + timedelta(days=1))
    late: dict[Chunk, pa.Table] = {}
    for chunk in asked:
        at_us = horizon.judged_us if chunk in judged else horizon.learned_us
        rows = _brought_to(lake, chunk, told, horizon.known_us(chunk, at_us), horizon.mature_us(chunk))
        if chunk in older and rows.num_rows:
            late[chunk] = rows
    for first in firsts:
        before = [rows for chunk, rows in late.items() if chunk < first]
        key = features_prefix(load_manifest().version, first.id) + LATE_FILE
        lake.put(key, parquet(late_file(before, horizon.learned_us)))
        log.info("features: %d late rows beside %s", sum(rows.num_rows for rows in before), first.id)


def judged_chunks(plan: dict[str, Any]) -> list[Chunk]:
    """Return every chunk that models are judged on, the newest last."""
    holdout = plan["holdout"]
    return [Chunk.parse(name) for name in [*holdout.get("earlier", ()), holdout["chunk"]]]


def is_chain(family: dict[str, Any]) -> bool:
    """Tell whether a family goes on from a parent, or begins with its first chunk; a full refit learns many at once."""
    return len(family["chunks"][0]["chunks"]) == 1


def written(lake: Lake) -> list[Chunk]:
    """Return every chunk that the lake has features of, in time order."""
    folders = lake.folders(features_root(load_manifest().version))
    return sorted(Chunk.parse(name.removeprefix("chunk=")) for name in folders)


def _brought_to(lake: Lake, chunk: Chunk, told: Told, known_us: int, mature_us: int) -> pa.Table:
    """Return the chunk's late rows, after its file says what was known by a moment."""
    key = features_key(load_manifest().version, chunk.id)
    file = _readable(lake.get(key), key)
    asked = file.read(columns=[name for name in ASKED if name in file.schema_arrow.names])
    newer = relabelled(asked, told, known_us, mature_us)
    if newer is not None:
        table = with_known(file.read(), newer, known_us)
        lake.put(key, parquet(table))
        return late_rows(table, mature_us)
    return late_rows(file.read() if has_late(asked, mature_us) else asked.slice(0, 0), mature_us)


def _readable(body: bytes, key: str) -> pq.ParquetFile:
    """Return a chunk's file. Raises ContractError naming it when it is no Parquet file."""
    try:
        return pq.ParquetFile(io.BytesIO(body))
    except pa.ArrowInvalid:
        raise ContractError(
            f"{key} in the lake is not a Parquet file that can be read: remove it, and it is written anew"
        ) from None
