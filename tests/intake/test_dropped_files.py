"""Dropped files: each is told once and leaves one receipt, or is refused with its reason."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intake.labels import inbox, sizes
from tests.dropped_rows import AT, ROWS, outcomes
from tests.labelled_platform import LabelledPlatform


def test_a_file_is_told_leaves_its_receipt_and_is_taken_away(platform: LabelledPlatform, take: Any):
    """The receipt says of every row, in the file's order, what became of it."""
    platform.drop("bank/a.csv", ROWS[3], f"nobody,fraud,{AT}", ROWS[1])
    taken = take()
    assert (taken.files, taken.counts["accepted"], taken.counts["unknown"]) == (1, 2, 1)
    (receipt,) = platform.receipts().values()
    assert [(row["row"], row["transaction_id"], row["outcome"]) for row in receipt] == [
        ("row 1 (line 2)", "T3", "accepted"),
        ("row 2 (line 3)", "nobody", "unknown"),
        ("row 3 (line 4)", "T1", "accepted"),
    ]
    assert platform.dropped() == []


def test_a_broken_file_is_refused_whole_once_and_stays(platform: LabelledPlatform, take: Any):
    """Nothing of it is told; the next run does not ring again, a person's looks again, a mended file is told."""
    platform.drop("a.csv", ROWS[0], f"T1,perhaps,{AT}")
    assert [take().refused, take().refused, take(tries_again=True).refused] == [1, 0, 1]
    ((row,),) = platform.receipts().values()
    assert row["outcome"] == "refused"
    assert row["reason"].startswith("column `label`, row 2 (line 3): `perhaps` is neither fraud nor legitimate")
    assert (platform.reports(), platform.dropped()) == ([], ["a.csv"])
    platform.drop("a.csv", *ROWS[:2])
    assert take().files == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the file is empty"),
        (b"transaction_id,label\n", "has columns but no rows"),
        (b"transaction_id,label\nT1,fraud,more\n", "cannot be read as CSV"),
        (b"PAR1 and no more", "cannot be read as Parquet"),
        (b"\xff\xfe\x00", "neither Parquet nor CSV"),
    ],
)
def test_what_is_no_file_of_labels_is_refused_without_a_path_of_ours(
    platform: LabelledPlatform, take: Any, body: bytes, reason: str
):
    """In words for whoever dropped it."""
    platform.client("s3").put_object(Bucket="inbox", Key="labels/a.csv", Body=body)
    assert take().refused == 1
    ((row,),) = platform.receipts().values()
    assert reason in row["reason"]
    assert "/tmp" not in row["reason"]


def test_a_file_that_is_too_large_is_refused_unread(platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch):
    """Its content must fit into a job's memory."""
    monkeypatch.setattr(inbox, "MOST_BYTES", 10)
    platform.drop("a.csv", *ROWS)
    assert "can be taken at once. Split it" in take().left["a.csv"]


@pytest.mark.parametrize("name", ["x" * 240, "\U0001f600" * 200, "/".join("y" * 100 for _ in range(9))])
def test_a_file_with_a_name_as_long_as_the_bucket_allows_is_told(platform: LabelledPlatform, take: Any, name: str):
    """A name of ours is shorter than any folder's limit, and receipts of two such names are two."""
    for last in "ab":
        platform.drop(name + last, *ROWS[:2])
    taken = take()
    assert (taken.files, taken.failed, platform.dropped()) == (2, {}, [])
    assert len(platform.receipts()) == 2


@pytest.mark.parametrize(("name", "reason"), [("MOST_ROWS", "2 rows, and 1 can"), ("MOST_UNPACKED", "bytes unpacked, and 1 can")])
def test_a_parquet_that_unpacks_to_too_much_is_refused_unread(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch, name: str, reason: str
):
    """A small file may hold a great many equal rows."""
    monkeypatch.setattr(sizes, name, 1)
    body = io.BytesIO()
    pq.write_table(pa.table({"transaction_id": ["T0", "T1"], "label": ["fraud"] * 2}), body)
    platform.client("s3").put_object(Bucket="inbox", Key="labels/a.parquet", Body=body.getvalue())
    assert reason in take().left["a.parquet"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_of_too_many_lines_is_refused_unread(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch, end: str
):
    """A job that needs more memory than there is dies, and so does every one after it: no other file would be told."""
    monkeypatch.setattr(sizes, "MOST_ROWS", 2)
    for name, count in (("a.csv", 2), ("b.csv", 3)):
        body = "".join(f"{line}{end}" for line in ["transaction_id,label", *["T0,fraud"] * count])
        platform.client("s3").put_object(Bucket="inbox", Key=f"labels/{name}", Body=body.encode())
    taken = take()
    assert (taken.files, taken.left) == (1, {"b.csv": "the file has 4 lines, and 3 can be taken at once. Split it"})


def test_the_same_rows_in_another_file_are_known(platform: LabelledPlatform, take: Any):
    """Also twice in one file, and under one name on two days."""
    platform.drop("a.csv", *ROWS[:2], ROWS[0])
    take()
    platform.drop("b.csv", *ROWS[:2])
    take()
    platform.drop("a.csv", *ROWS[:2])
    take()
    assert sorted(outcomes(platform)) == [["accepted", "accepted", "known"], ["known", "known"], ["known", "known"]]
    assert len(platform.reports()) == 2


def test_a_file_says_by_its_metadata_how_it_is_to_be_read(platform: LabelledPlatform, take: Any):
    """A bank's own names, its clock, and who says it."""
    body = b"Ref,Posted\nT1,2025-12-01T08:00:00\n"
    told = {"map": "transaction_id=Ref,reported_at=Posted", "timezone": "UTC", "source": "chargeback", "all-fraud": "true"}
    platform.client("s3").put_object(Bucket="inbox", Key="labels/a.csv", Body=body, Metadata=told)
    take()
    (report,) = platform.reports()
    assert (report.label.source, report.label.is_fraud) == ("chargeback", True)
    platform.drop("b.csv", ROWS[2], map="verdict=label")
    assert "there is no field `verdict`" in take().left["b.csv"]
