"""The lake as columns: duplicates, landed records, corrections."""

from __future__ import annotations

import json

import pyarrow as pa
from workplace import Workplace

from greenfraud.instants import DAY_US
from training.features.history import LABELS, TRANSACTIONS, History, arrange, read_history
from training.job.bucket import Bucket


def history(transactions: list[tuple], labels: list[tuple]) -> History:
    """Arrange raw rows."""
    tables = [
        pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)
        for rows, schema in ((transactions, TRANSACTIONS), (labels, LABELS))
    ]
    return arrange(*tables)


ONE, TWO = ("t1", 10, "c1", "m1", 100), ("t2", 5, "c1", None, 200)


def test_a_transaction_stored_twice_counts_once() -> None:
    """In time order, the first spelling of each id."""
    arranged = history([ONE, TWO, ONE], [])
    assert arranged.table["transaction_id"].to_pylist() == ["t2", "t1"]
    assert arranged.code["terminal_id"].tolist() == [-1, 0]


def test_equal_times_are_ordered_by_id() -> None:
    """The order in which both engines see them."""
    assert history([("t3", 10, "c", "m", 1), ONE], []).table["transaction_id"].to_pylist() == ["t1", "t3"]


def test_a_label_counts_from_the_moment_it_is_observed() -> None:
    """Silence is legitimate until then, and a correction is the newest word."""
    arranged = history([ONE, TWO], [("t1", True, 20, "bank"), ("t1", False, 30, "analyst"), ("gone", True, 20, "bank")])
    assert [arranged.is_fraud_as_known(at).tolist() for at in (19, 20, 30)] == [[False, False], [False, True], [False, False]]


def test_the_first_report_of_a_transaction_is_the_one_that_counts() -> None:
    """As the online state counts it."""
    arranged = history([ONE], [("t1", True, 30, "analyst"), ("t1", True, 20, "bank")])
    assert [part.tolist() for part in arranged.reports()] == [[0], [20]]


def test_landed_lines_are_read_beside_parquet(imported: Workplace) -> None:
    """A live transaction and its report, appended by ingestion; the terminal may be absent."""
    before = read_history(Bucket("lake"))
    at_us = imported.as_of_us + DAY_US
    transaction = {"transaction_id": "live", "occurred_us": at_us, "customer_id": "new", "terminal_id": None, "amount_minor": 5}
    report = {"transaction_id": "live", "is_fraud": True, "observed_us": at_us + 1, "source": "analyst"}
    for kind, record in (("transactions", transaction), ("labels", report)):
        line = json.dumps(record).encode() + b"\n"
        imported.s3.put_object(Bucket="lake", Key=f"{kind}/dt=2018-06-30/landing-1.jsonl", Body=line)
    after = read_history(Bucket("lake"))
    assert len(after.occurred_us) == len(before.occurred_us) + 1
    assert after.is_fraud_as_known(at_us + 1)[-1]
