"""Lakes that files were added to, and what lies in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from cli.data.appending import append
from cli.data.dataset import Dataset, in_order
from cli.data.upload import imported_document, keys_below, upload
from cli.data.world import WorldSpecification, make_world
from greenfraud.instants import DAY_US


def eleven_months():
    """Four days of each of eleven months; frauds are reported at once or up to 24 days later."""
    made = make_world(WorldSpecification(customers=12, days=334))
    days = pa.array([datetime.fromtimestamp(moment / 1e6, UTC).day <= 4 for moment in made.table["occurred_us"].to_pylist()])
    table = made.table.filter(days).combine_chunks()
    frauds = pa.array([row % 9 == 0 for row in range(table.num_rows)])
    reported = pc.add(table["occurred_us"], pa.array([(row % 25) * DAY_US for row in range(table.num_rows)]))
    table = table.set_column(table.column_names.index("is_fraud"), "is_fraud", frauds)
    reported = pc.if_else(frauds, reported, pa.scalar(None, pa.int64()))
    made = replace(made, table=table.set_column(table.column_names.index("observed_us"), "observed_us", reported))
    released = pc.if_else(pc.equal(made.table["amount_minor"], 0), made.table["occurred_us"], pa.scalar(None, pa.int64()))
    return replace(made, table=made.table.append_column("released_us", released))


def contents(s3, bucket):
    """Every object but the description."""
    keys = [key for key in keys_below(s3, bucket, "") if key != "dataset.json"]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def described(s3, bucket):
    """The description, without which files it came from."""
    document = imported_document(s3, bucket)
    return {name: value for name, value in document.items() if name not in {"source_sha256", "appended"}}


def filled(s3, bucket, *files):
    """A bucket with files imported one after the other."""
    s3.create_bucket(Bucket=bucket)
    upload(s3, bucket, files[0])
    return [append(s3, bucket, file) for file in files[1:]]


def later(dataset: Dataset, row: int, **changes: object) -> Dataset:
    """A file that repeats one payment, changed, with all that follow."""
    rows = dataset.table.slice(row).to_pylist()
    rows[0] |= changes
    return replace(dataset, table=in_order(pa.Table.from_pylist(rows, schema=dataset.table.schema)), source_sha256="later")
