"""Computes feature chunks and writes their files: a stretch of history is read while the chunks before it are computed."""

from __future__ import annotations

import ctypes
import os
import platform
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US
from greenfraud.naming import DATASET_KEY, features_key
from training.features.chunk_file import chunk_table, parquet
from training.features.feature_matrix import FeatureMatrix, buffer_us
from training.features.history_stream import STEP, HistoryStream
from training.job.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from greenfraud.chunks import Chunk
    from greenfraud.features.manifest import Manifest
    from training.features.computed_features import ComputedFeatures
    from training.features.day_files import Lake

    Floats = NDArray[np.float64]

M_ARENA_MAX = -8  # of glibc's malloc.h
ARENAS = 2
Item = TypeVar("Item")
Made = TypeVar("Made")


class Group(NamedTuple):
    """Chunks that share a stretch of history, and their rows in it."""

    chunks: Sequence[Chunk]
    matrix: FeatureMatrix
    rows: slice


def write_chunks(lake: Lake, chunks: Sequence[Chunk], manifest: Manifest | None = None) -> None:
    """Compute and write one Parquet file per chunk, in time order; history is read while the chunks before are computed.

    Memory holds two bounded stretches of history and the columns of a few chunks, however long the history is.
    A job that is interrupted leaves whole files only; the next one goes on with what is missing. Without a `manifest`
    it is the one compiled into this package.
    """
    keep_few_arenas()
    manifest = manifest or load_manifest()
    maturity_us = lake.get_json(DATASET_KEY)["maturity_days"] * DAY_US
    stream = HistoryStream(lake, buffer_us(manifest))

    def prepare(chunks: list[Chunk]) -> Group:
        history = stream.advance(chunks[0].start_day, chunks[-1].end_day, chunks[-1].end_us + maturity_us)
        return Group(chunks, FeatureMatrix(manifest, history), history.rows_between(chunks[0].start_us, chunks[-1].end_us))

    memory = np.empty(0)  # of every group's columns: fresh memory costs more than what is computed into it
    with Progress(len(chunks)) as progress:
        for group in one_ahead(prepare, groups(chunks)):
            memory = _at_least(memory, group.matrix.cells(group.rows))
            _write(lake, group.chunks, group.matrix.compute(group.rows, memory), maturity_us)
            progress.add(group.chunks, group.rows.stop - group.rows.start)


def groups(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    """Yield the chunks that share a stretch of history: enough of them to make reading and sorting it worthwhile."""
    group: list[Chunk] = []
    for chunk in chunks:
        if group and chunk.end_day - group[0].start_day > STEP:
            yield group
            group = []
        group.append(chunk)
    yield group


def _at_least(memory: Floats, cells: int) -> Floats:
    return memory if len(memory) >= cells else np.empty(cells * 5 // 4)


def _write(lake: Lake, chunks: Sequence[Chunk], computed: ComputedFeatures, maturity_us: int) -> None:
    history = computed.history

    def write(chunk: Chunk) -> None:
        rows = history.rows_between(chunk.start_us, chunk.end_us)
        known_us = chunk.end_us + maturity_us - 1  # a test week may begin then
        table = chunk_table(history, rows, known_us, computed.columns(rows))
        lake.put(features_key(computed.manifest.version, chunk.id), parquet(table))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(write, chunks))


def one_ahead(make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    """Yield what is made of each item, in order, while a thread makes the next one, and no more.

    >>> list(one_ahead(str.upper, ["a", "b", "c"]))
    ['A', 'B', 'C']
    """
    with ThreadPoolExecutor(1) as thread:
        coming: Future[Made] | None = None
        for item in items:
            following = thread.submit(make, item)
            if coming is not None:
                yield coming.result()
            coming = following
        if coming is not None:
            yield coming.result()


def keep_few_arenas() -> None:
    """Let all threads share two arenas, as MALLOC_ARENA_MAX=2 would; does nothing without glibc.

    By default there are up to eight per processor, each for its own threads alone. Threads come and go with every stretch
    of history: what one of them freed, another must find again, or memory grows with each stretch.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
