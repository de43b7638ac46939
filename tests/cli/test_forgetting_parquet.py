"""What is left of a Parquet file when a person is cut out of it."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq

from cli.forgetting.parquet_files import changed_parquet
from cli.forgetting.person import Person


def test_a_file_of_several_row_groups_keeps_them():
    """Each is written again as it was: a chunk of features may be larger than memory is."""
    table = pa.table({"transaction_id": [f"x{i}" for i in range(9)], "customer_id": ["a", "b", "a"] * 3, "amount": list(range(9))})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=4, use_dictionary=["customer_id"], column_encoding={"amount": "DELTA_BINARY_PACKED"})
    body, rows = changed_parquet(sink.getvalue().to_pybytes(), Person("a", "forgotten-1", since={"x8"}))
    file = pq.ParquetFile(io.BytesIO(body))
    assert (rows, [file.metadata.row_group(number).num_rows for number in range(3)]) == (5, [4, 4, 1])
    assert "DELTA_BINARY_PACKED" in file.metadata.row_group(0).column(2).encodings
    renamed = ["forgotten-1", "b", "forgotten-1"] * 3
    assert file.read().drop(["customer_id"]) == table.drop(["customer_id"])
    assert file.read()["customer_id"].to_pylist() == [*renamed[:8], "a"]


def test_a_compacted_day_loses_what_only_the_person_had():
    """Beyond its columns a compacted day keeps JSON as text: answers stay, logged values go, others' texts keep every byte."""
    more = ['{"decision": "allow", "features": {"amount": 1.5}}', '{"decision":  "block", "features": {"amount": 2.5}}', None]
    ids = {"transaction_id": ["x1", "x2", "x3"], "customer_id": ["a", "b", "a"]}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({**ids, "_more": pa.array(more, pa.string())}), sink, compression="zstd")
    body, rows = changed_parquet(sink.getvalue().to_pybytes(), Person("a", "forgotten-1"))
    after = pq.read_table(io.BytesIO(body))
    assert rows == 2
    assert after["customer_id"].to_pylist() == ["forgotten-1", "b", "forgotten-1"]
    assert json.loads(after["_more"][0].as_py()) == {"decision": "allow", "features": None}
    assert after["_more"].to_pylist()[1:] == more[1:]
