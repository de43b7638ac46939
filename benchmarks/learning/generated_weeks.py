"""A generated world as weekly chunks of features, by the product's own road."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from benchmarks.quality.data import lake_of
from cli.data.world import make_world
from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import features_key
from training.features.chunk_writing import write_chunks
from training.steps.train import sample_of

if TYPE_CHECKING:
    import pyarrow as pa

    from cli.data.dataset import Dataset
    from cli.data.world import WorldSpecification
    from training.model.sample import Sample

WEEK = timedelta(days=7)


def generated(world: WorldSpecification) -> dict[Chunk, pa.Table]:
    """Return each whole week of a generated world, in time order."""
    return weeks_of(make_world(world), world.days // 7)


def weeks_of(dataset: Dataset, count: int) -> dict[Chunk, pa.Table]:
    """Return the first weeks of a data set as training reads them, all of whose labels are there."""
    chunks = [Chunk(dataset.first_day + number * WEEK, dataset.first_day + (number + 1) * WEEK) for number in range(count)]
    version = load_manifest().version
    with lake_of(dataset) as lake:
        write_chunks(lake, chunks)
        return {chunk: pq.read_table(io.BytesIO(lake.get(features_key(version, chunk.id)))) for chunk in chunks}


def sample(table: pa.Table) -> Sample:
    """Return the rows to learn."""
    return sample_of(table, list(load_manifest().inputs))
