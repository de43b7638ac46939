"""From a file to chunks of features and holdouts, by the product's own road: import, lake, features job, holdout."""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from benchmarks.quality.raw_columns import raw_columns
from cli.data.importing import ImportOptions, load_file
from cli.data.upload import upload
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import features_key
from training.comparison.weeks import chunks_of
from training.evaluation.holdout import known_compromised, make_holdout
from training.features.chunk_file import feature_values
from training.features.chunk_writing import write_chunks
from training.job.bucket import Bucket, client
from training.model.hidden_past import pasts_of
from training.model.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from cli.data.dataset import Dataset
    from greenfraud.chunks import Chunk
    from training.comparison.weeks import TestWeek
    from training.evaluation.holdout import Holdout

LAKE, REGION = "lake", "eu-north-1"
AS_IT_IS = ImportOptions()
ENTITIES = {
    "customers": ("customer_activity", "customer_id"),
    "terminals": ("terminal_activity", "terminal_id"),
}  # view, raw column


@dataclass(frozen=True)
class Judged:
    """The rows of one test week that remain, and what models see of them."""

    holdout: Holdout
    values: NDArray[np.float32]
    raw: pd.DataFrame

    def unseen(self, entities: str) -> Judged:
        """Return the same rows as scoring would have them if nobody had ever seen their customers, or their terminals."""
        view, column = ENTITIES[entities]
        values = torch.from_numpy(self.values.copy())
        for past in pasts_of(load_manifest().input_hashes):
            if past.view == view:
                values[:, past.places] = past.unseen
        return replace(self, values=values.numpy(), raw=self.raw.assign(**{column: "never seen"}))


@dataclass(frozen=True)
class Prepared:
    """What one group of weeks needs: learnable chunks as training reads them, and the judged rows per week."""

    samples: Mapping[Chunk, Sample]
    raw: Mapping[Chunk, pd.DataFrame]
    judged: Mapping[Chunk, Judged]


def read_data(path: Path, options: ImportOptions = AS_IT_IS) -> Dataset:
    """Import a file, or every Parquet file below a folder as if they were one. Raises cli.errors.InputError."""
    if not path.is_dir():
        return load_file(path, options)
    files = sorted(path.rglob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"{path} holds no Parquet file")
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / f"{path.name}.parquet"
        pq.write_table(pa.concat_tables([pq.read_table(file) for file in files], promote_options="permissive"), whole)
        return load_file(whole, options)


@contextmanager
def lake_of(dataset: Dataset) -> Iterator[Bucket]:
    """Import a data set into a lake on an AWS in this process's memory."""
    import boto3
    from moto import mock_aws

    client.cache_clear()  # a client made before would ask the real AWS
    with mock_aws():
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket=LAKE, CreateBucketConfiguration={"LocationConstraint": REGION})
        upload(s3, LAKE, dataset)
        yield Bucket(LAKE)
    client.cache_clear()


def prepare(lake: Bucket, weeks: Sequence[TestWeek], maturity_days: int, told: pa.Table | None = None) -> Prepared:
    """Run the features job's code for one group of weeks, and read back what it wrote; `told` are a file's columns besides."""
    chunks, names = chunks_of(weeks), load_manifest().inputs
    write_chunks(lake, chunks)
    learned = {chunk for week in weeks for chunk in week.learned}
    judged = {week.chunk: _judged(lake, week.chunk, maturity_days, told) for week in weeks}
    tables = {chunk: _table(lake, chunk) for chunk in sorted(learned)}
    samples = {chunk: _sample(table, names) for chunk, table in tables.items()}
    return Prepared(samples, {chunk: raw_columns(table, told) for chunk, table in tables.items()}, judged)


def _table(lake: Bucket, chunk: Chunk) -> pa.Table:
    return pq.read_table(io.BytesIO(lake.get(features_key(load_manifest().version, chunk.id))))


def _sample(table: pa.Table, names: Sequence[str]) -> Sample:
    values = torch.from_numpy(feature_values(table, names))
    return Sample.of(values, torch.from_numpy(table["is_fraud"].to_numpy().copy()))


def _judged(lake: Bucket, chunk: Chunk, maturity_days: int, told: pa.Table | None) -> Judged:
    holdout = make_holdout(_table(lake, chunk), known_compromised(lake, chunk, maturity_days))
    return Judged(holdout, feature_values(holdout.table, load_manifest().inputs), raw_columns(holdout.table, told))
