"""A week of which nobody investigated a payment is learned by nobody, and keeps no run from going on."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from workplace import EXECUTION, Workplace

from greenfraud.naming import train_result_key

pytestmark = pytest.mark.xdist_group("training-jobs")


def rewrite(workplace: Workplace, key: str, table: pa.Table) -> None:
    """Another content of a file of the lake."""
    sink = io.BytesIO()
    pq.write_table(table, sink)
    workplace.s3.put_object(Bucket="lake", Key=key, Body=sink.getvalue())


def read(workplace: Workplace, key: str) -> pa.Table:
    """A file of the lake."""
    return pq.read_table(io.BytesIO(workplace.s3.get_object(Bucket="lake", Key=key)["Body"].read()))


@pytest.fixture(scope="module")
def unseen(tracked: Workplace) -> Workplace:
    """The last chunk's payments were never investigated: no label, and silence says nothing."""
    ids: list[str] = []
    for day in tracked.chunks[-1].days:
        key = f"transactions/dt={day}/part-0.parquet"
        table = read(tracked, key)
        ids += table["transaction_id"].to_pylist()
        rewrite(tracked, key, table.append_column("is_investigated", pa.array([False] * table.num_rows)))
    for entry in tracked.s3.list_objects_v2(Bucket="lake", Prefix="labels/")["Contents"]:
        labels = read(tracked, entry["Key"])
        rewrite(tracked, entry["Key"], labels.filter(pc.invert(pc.is_in(labels["transaction_id"], pa.array(ids)))))
    plan = tracked.plan(["baseline"], tracked.chunks)
    tracked.run("features", {"execution": plan["execution"]})
    tracked.train(plan)
    return tracked


def test_the_parent_goes_on_and_the_reason_is_on_record(unseen: Workplace) -> None:
    """The jobs of the week end well; nothing of it is learned."""
    *_, before, held = [unseen.document(train_result_key(EXECUTION, "baseline", chunk.id)) for chunk in unseen.chunks]
    assert held["quarantined"] == ["nothing is known of any of its payments: nobody has investigated them"]
    assert (held["chunks"], held["parent_version"]) == ([], before["version"])
