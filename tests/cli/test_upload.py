"""The lake holds a data set completely or not at all."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError
from card_rows import ROWS

from cli.data.dataset import hold_back
from cli.data.importing import ImportOptions, load_file
from cli.data.upload import change_label_horizon, imported_document, keys_below, read_json, upload
from cli.data.world import WorldSpecification, make_world
from cli.errors import CommandError, InputError


@pytest.fixture(scope="module")
def world():
    """A small world."""
    return make_world(WorldSpecification(customers=40, days=30))


def read(s3, prefix):
    """All Parquet rows below a prefix."""
    bodies = [s3.get_object(Bucket="lake", Key=key)["Body"].read() for key in keys_below(s3, "lake", prefix)]
    return pa.concat_tables([pq.read_table(io.BytesIO(body)) for body in bodies])


def test_every_transaction_lands_in_the_partition_of_its_day(s3, world):
    """With the columns and types of the contract."""
    upload(s3, "lake", world)
    landed = read(s3, "transactions/")
    assert landed.num_rows == world.table.num_rows
    assert landed["transaction_id"].to_pylist() == world.table["transaction_id"].to_pylist()
    assert landed.schema.types == [pa.string(), pa.int64(), pa.string(), pa.string(), pa.int64()]
    assert keys_below(s3, "lake", "transactions/")[0] == "transactions/dt=2026-01-01/part-0.parquet"


def test_only_frauds_become_labels_on_the_day_they_are_observed(s3, world):
    """Silence is not an event."""
    upload(s3, "lake", world)
    labels = read(s3, "labels/")
    assert labels.num_rows == sum(world.table["is_fraud"].to_pylist())
    assert labels.column_names == ["transaction_id", "is_fraud", "observed_us", "source"]
    assert min(keys_below(s3, "lake", "labels/")) >= "labels/dt=2026-01-08"


def test_a_data_set_without_any_fraud_has_no_labels(s3, write_csv):
    """A quiet week is a data set too."""
    upload(s3, "lake", load_file(write_csv(ROWS[0], ROWS[2]), ImportOptions()))
    assert (read_json(s3, "lake", "dataset.json")["frauds"], keys_below(s3, "lake", "labels/")) == (0, [])


def test_the_document_is_written_last_and_counts_what_is_there(s3, world):
    """What was held back is kept aside with the truth."""
    kept, held = hold_back(world)
    upload(s3, "lake", kept, held)
    document = imported_document(s3, "lake")
    assert document == kept.document()
    assert document["rows"] == world.table.num_rows - len(held)
    assert len(read_json(s3, "lake", "held-back.json")) == len(held)


@pytest.mark.parametrize(("days", "kept"), [(60, 60), (3, 7)])
def test_how_long_labels_may_change_is_said_anew_of_the_same_data(s3, world, days, kept):
    """Nothing else of the lake changes; labels are never final before they are mature."""
    upload(s3, "lake", world)
    change_label_horizon(s3, "lake", days)
    assert imported_document(s3, "lake") == {**world.document(), "label_horizon_days": kept}


def test_a_failed_import_leaves_nothing_behind(s3, world, monkeypatch):
    """A full disk on the other side, say."""
    put, calls = s3.put_object, []

    def failing(**request):
        calls.append(request["Key"])
        if len(calls) > 5:
            raise ClientError({"Error": {"Code": "InternalError", "Message": "No space left on device"}}, "PutObject")
        return put(**request)

    monkeypatch.setattr(s3, "put_object", failing)
    with pytest.raises(CommandError, match=r"taken back.*No space left"):
        upload(s3, "lake", world)
    assert keys_below(s3, "lake", "") == []


def test_what_an_interrupted_import_left_is_replaced(s3, world):
    """Without dataset.json nothing counts as imported."""
    s3.put_object(Bucket="lake", Key="transactions/dt=1999-01-01/part-0.parquet", Body=b"half")
    upload(s3, "lake", world)
    assert keys_below(s3, "lake", "transactions/dt=1999") == []


def test_a_lake_with_another_data_set_is_refused(s3, world, write_csv):
    """One lake, one data set."""
    upload(s3, "lake", world)
    with pytest.raises(InputError, match="the lake holds the data set `world-2026-40x30`"):
        upload(s3, "lake", load_file(write_csv(*ROWS), ImportOptions()))
    assert imported_document(s3, "lake")["name"] == world.name
