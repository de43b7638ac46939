"""How much of a dropped file a job takes at once: what is read of it must fit into its memory, and be told in its hour."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from intake.errors import InputError
from intake.reading import PARQUET_MAGIC

MOST_ROWS = 5_000_000  # a million takes ten minutes and 600 MiB
MOST_UNPACKED = 2 * 2**30  # bytes
BLOCK = 2**20  # bytes

Counts = list[tuple[int, int, str]]  # how many there are, how many can be taken, of what


def refuse_unpacked(path: Path) -> None:
    """Raise InputError for what holds more, however small it is packed."""
    with path.open("rb") as file:
        counts = _of_parquet(path) if file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC else _of_csv(file)
    for count, most, what in counts:
        if count > most:
            raise InputError(f"the file has {count:,} {what}, and {most:,} can be taken at once. Split it")


def _of_parquet(path: Path) -> Counts:
    """As it says itself; nothing where it is broken: whoever reads it says what is wrong."""
    try:
        told = pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        return []
    unpacked = sum(told.row_group(number).total_byte_size for number in range(told.num_row_groups))
    return [(told.num_rows, MOST_ROWS, "rows"), (unpacked, MOST_UNPACKED, "bytes unpacked")]


def _of_csv(file: BinaryIO) -> Counts:
    """Its lines, whichever of the two ends them, the header's among them."""
    ends = [0, 0]
    while block := file.read(BLOCK):
        ends = [count + block.count(end) for count, end in zip(ends, (b"\n", b"\r"), strict=True)]
    return [(max(ends), MOST_ROWS + 1, "lines")]
