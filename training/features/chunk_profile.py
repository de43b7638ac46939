"""What a chunk's data look like in a few numbers: how much came, how many frauds were reported, what is missing, what varies."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from greenfraud.errors import ContractError
from greenfraud.faults import told
from greenfraud.naming import PROFILE
from training.features.known_labels import JUDGED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class ChunkProfile:
    """Counts of one chunk, shares per feature, what is wrong with them, and who let it through all the same, if anybody did.

    `missing` is a share of all rows, `varied` of all rows too: those that know a value other than the commonest. `judged` are the
    rows of which anything is known; a profile from before it was counted has None.
    """

    chunk: str
    rows: int
    frauds: int
    missing: dict[str, float]
    varied: dict[str, float]
    faults: list[str] = field(default_factory=list)
    accepted: dict[str, Any] | None = None
    judged: int | None = None
    schema: int = SCHEMA

    @property
    def is_held(self) -> bool:
        """Whether the chunk is kept from learning."""
        return bool(self.faults) and self.accepted is None

    def to_bytes(self) -> bytes:
        """Return the stored form."""
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> ChunkProfile:
        """Read the stored form. Raises ContractError."""
        try:
            return cls(**json.loads(content))
        except (TypeError, ValueError) as error:
            raise ContractError(f"a chunk's {PROFILE} is unusable: {told(error)}") from None


def profile_of(chunk: str, table: pa.Table, names: Sequence[str]) -> ChunkProfile:
    """Return the profile of a chunk's table; `names` are its features."""
    rows = table.num_rows
    return ChunkProfile(
        chunk=chunk,
        rows=rows,
        frauds=pc.sum(table["is_fraud"]).as_py() or 0,
        judged=pc.sum(table[JUDGED]).as_py() or 0 if JUDGED in table.column_names else None,
        missing={name: table[name].null_count / max(rows, 1) for name in names},
        varied={name: _varied(table[name]) / max(rows, 1) for name in names},
    )


def _varied(column: pa.ChunkedArray) -> int:
    """Return how many rows know a value other than the commonest."""
    commonest = pc.mode(column, 1)
    same: int = commonest[0]["count"].as_py() if len(commonest) else 0
    return len(column) - int(column.null_count) - same


def profiled(file: pa.NativeFile, chunk: str, names: Sequence[str]) -> ChunkProfile:
    """Read a chunk's file and return its profile."""
    parquet = pq.ParquetFile(file)
    told = [name for name in ("is_fraud", JUDGED) if name in parquet.schema_arrow.names]
    return profile_of(chunk, parquet.read(columns=[*told, *names]), names)


def profile_beside(file: Path) -> ChunkProfile | None:
    """Return the profile that came with a chunk's file, None where it is older than profiles."""
    path = file.with_name(PROFILE)
    return ChunkProfile.from_bytes(path.read_bytes()) if path.is_file() else None


def held_in(files: Sequence[Path]) -> dict[str, list[str]]:
    """Return what is wrong with each chunk among these files that is kept from learning."""
    profiles = [profile_beside(file) for file in files]
    return {profile.chunk: profile.faults for profile in profiles if profile is not None and profile.is_held}
