"""The history to compute features of: one file as the Fraud Detection Handbook writes it, and lakes once to four times as long.

`python -m benchmarks.features.data <folder> <scale> [handbook.parquet]` writes them, in a process of its own so that
nobody's peak memory counts it. Without a file it is the reference world: 5,000 customers, 10,000 terminals, 183 days.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.features.lake_folder import LakeFolder
from cli.data.dataset import Dataset
from cli.data.importing import ImportOptions, load_file
from cli.data.upload import day_file, lake_files
from cli.data.world import WorldSpecification, make_world
from greenfraud.instants import DAY_US
from greenfraud.naming import DATASET_KEY

CUSTOMERS, DAYS = 5_000, 183


def main(folder: str, scale: str, *data: str) -> None:
    """Write everything below `folder`; a world that is there already is kept."""
    root = Path(folder)
    dataset = load_file(Path(data[0]), ImportOptions()) if data else _world(float(scale))
    pq.write_table(_handbook(dataset.table), root / "handbook.parquet")
    _write_lake(LakeFolder(root / "lake"), dataset)
    double = _doubled(dataset)
    _write_lake(LakeFolder(root / "lake_double"), double)
    _write_lake(LakeFolder(root / "lake_quadruple"), _doubled(double))
    print(json.dumps({"rows": dataset.table.num_rows}))


def _world(scale: float) -> Dataset:
    return make_world(WorldSpecification(customers=max(1, round(CUSTOMERS * scale)), days=DAYS))


def _handbook(table: pa.Table) -> pa.Table:
    """The peers' file: ids are whole numbers and amounts doubles, as in the handbook's own."""
    columns = {
        "TRANSACTION_ID": pa.array(np.arange(table.num_rows)),
        "TX_DATETIME": table["occurred_us"].cast(pa.timestamp("us")),
        "CUSTOMER_ID": _numbers(table["customer_id"]),
        "TERMINAL_ID": _numbers(table["terminal_id"]),
        "TX_AMOUNT": pc.divide(table["amount_minor"].cast(pa.float64()), 100.0),
        "TX_FRAUD": table["is_fraud"].cast(pa.int64()),
    }
    return pa.table(columns)


def _numbers(ids: pa.ChunkedArray) -> pa.Array:
    return ids.combine_chunks().dictionary_encode().indices.cast(pa.int64())


def _doubled(dataset: Dataset) -> Dataset:
    """The same days once more, right behind, under ids of their own that are no longer: texts are most of a row's memory."""
    table = dataset.table
    days = (dataset.newest_us - table["occurred_us"][0].as_py()) // DAY_US + 1
    later = {name: pc.add(table[name], days * DAY_US) for name in ("occurred_us", "observed_us")}
    numbers = pa.array(np.arange(table.num_rows, 2 * table.num_rows)).cast(pa.string())
    length = len(table["transaction_id"][0].as_py())
    later["transaction_id"] = pc.binary_join_element_wise("b", pc.utf8_lpad(numbers, length - 1, "0"), "")
    columns = [later.get(name, table[name]) for name in table.column_names]
    return Dataset(
        name="doubled",
        source_sha256="",
        table=pa.concat_tables([table, pa.table(columns, schema=table.schema)]),
        maturity_days=dataset.maturity_days,
    )


def _write_lake(lake: LakeFolder, dataset: Dataset) -> None:
    for key, table in lake_files(dataset):
        lake.put(key, day_file(table))
    lake.put(DATASET_KEY, json.dumps(dataset.document()).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
