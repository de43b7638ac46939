"""Dropped files: each is told once and leaves one receipt, whatever comes between."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from greenfraud.instants import SECOND_US, format_rfc3339
from intake.errors import CommandError
from intake.labels import inbox, settling, sizes
from intake.labels.inbox import Taken, take_dropped
from intake.labels.reading import Asked
from intake.labels.receipt import Receipt
from tests.labelled_platform import LabelledPlatform

AT_US = 1_760_000_000_000_000
AT = format_rfc3339(AT_US + 3_600_000_000)
ROWS = [f"T{number},fraud,{AT}" for number in range(30)]


@pytest.fixture
def take(platform: LabelledPlatform, tmp_path: Path) -> Callable[..., Taken]:
    """Take what was dropped, as the job does."""
    for number in range(30):
        platform.decide(f"T{number}", AT_US)

    def taken(*, tries_again: bool = False) -> Taken:
        return take_dropped(platform.places, Asked({}), tmp_path / "receipts", lambda _: None, tries_again=tries_again)

    return taken


def outcomes(platform: LabelledPlatform) -> list[list[str]]:
    """What became of the rows, by receipt."""
    return [[row["outcome"] for row in rows] for rows in platform.receipts().values()]


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


@pytest.mark.parametrize("calls", [1, 7, 30])
def test_a_file_whose_job_died_has_the_receipt_of_one_that_ran_through(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch, calls: int
):
    """What an earlier try stored is this file's own: accepted, and not known."""
    platform.drop("a.csv", *ROWS)
    put, left = platform.dynamodb.put_item, [calls]

    def dying(**given: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")
        return put(**given)

    monkeypatch.setattr(settling, "ROWS_AT_ONCE", 5)
    monkeypatch.setattr(platform.dynamodb, "put_item", dying)
    if calls < len(ROWS):
        assert take().failed["a.csv"].startswith("ClientError PutItem InternalServerError")
    monkeypatch.setattr(platform.dynamodb, "put_item", put)
    take()
    assert outcomes(platform) == [["accepted"] * 30]
    assert len(platform.reports()) == 30


def test_a_file_that_tells_no_moments_says_the_same_when_its_job_died_before_the_receipt(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch
):
    """Its rows were reported when it came, not whenever somebody tries: a second try corrects nothing."""
    body = b"transaction_id,label\nT0,fraud\nT0,legitimate\nT1,fraud\n"
    platform.client("s3").put_object(Bucket="inbox", Key="labels/a.csv", Body=body)
    came = platform.client("s3").head_object(Bucket="inbox", Key="labels/a.csv")["LastModified"]

    def dying(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as died:
        died.setattr(Receipt, "write", dying)
        assert take().failed["a.csv"].startswith("RuntimeError at ")
    take()
    assert outcomes(platform) == [["accepted", "contradicting", "accepted"]]
    assert [(one.label.transaction_id, one.label.is_fraud) for one in platform.reports()] == [("T0", True), ("T1", True)]
    assert {one.label.observed_us for one in platform.reports()} == {round(came.timestamp()) * SECOND_US}


def test_a_job_that_died_between_receipt_and_deletion_only_deletes(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch
):
    """The receipt stays as it was."""
    platform.drop("a.csv", *ROWS)
    with monkeypatch.context() as dying:
        dying.setattr(inbox, "_take_away", lambda *_: None)
        take()
    before = platform.receipts()
    assert take().files == 0
    assert (platform.receipts(), platform.dropped()) == (before, [])


def test_two_jobs_at_once_tell_a_file_once_and_agree_on_its_receipt(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch
):
    """As when an event is delivered twice: each row is one report, and accepted."""
    platform.drop("a.csv", *ROWS)
    monkeypatch.setattr(settling, "ROWS_AT_ONCE", 5)
    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes(platform) == [["accepted"] * 30]
    assert len(platform.reports()) == 30


def test_a_file_that_is_a_fault_of_ours_stops_none_after_it_and_is_told_of(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch
):
    """By the class of the fault; it stays, without a receipt, and the next run tries it again."""
    for name, row in (("a.csv", ROWS[0]), ("b.csv", ROWS[1])):
        platform.drop(name, row)
    told = inbox.settle

    def failing(*given: Any) -> Any:
        if given[1].table["transaction_id"][0].as_py() == "T0":
            raise LookupError("T0")
        return told(*given)

    monkeypatch.setattr(inbox, "settle", failing)
    taken = take()
    assert (taken.files, list(taken.failed), platform.dropped()) == (1, ["a.csv"], ["a.csv"])
    assert re.fullmatch(r"LookupError at intake\.labels\.inbox:\d+", taken.failed["a.csv"])
    with pytest.raises(CommandError, match="1 dropped files were not told to their end, and stay"):
        taken.refuse_failed()
    monkeypatch.setattr(inbox, "settle", told)
    take().refuse_failed()
    assert outcomes(platform) == [["accepted"]] * 2


def test_a_file_that_may_not_even_be_looked_at_stops_none_after_it(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch
):
    """As one that somebody encrypted with a key of his own, which the job may not use."""
    for name, row in (("a.csv", ROWS[0]), ("b.csv", ROWS[1])):
        platform.drop(name, row)
    head = platform.client("s3").head_object

    def refusing(**asked: Any) -> Any:
        if asked["Key"] == "labels/a.csv":
            raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadObject")
        return head(**asked)

    monkeypatch.setattr(platform.client("s3"), "head_object", refusing)
    taken = take()
    assert (taken.files, list(taken.failed), platform.dropped()) == (1, ["a.csv"], ["a.csv"])


@pytest.mark.parametrize("name", ["x" * 240, "\U0001f600" * 200, "/".join("y" * 100 for _ in range(9))])
def test_a_file_with_a_name_as_long_as_the_bucket_allows_is_told(platform: LabelledPlatform, take: Any, name: str):
    """A name of ours is shorter than any folder's limit, and receipts of two such names are two."""
    for last in "ab":
        platform.drop(name + last, *ROWS[:2])
    taken = take()
    assert (taken.files, taken.failed, platform.dropped()) == (2, {}, [])
    assert len(platform.receipts()) == 2


def test_a_file_that_another_job_took_away_meanwhile_is_left_alone(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch
):
    """Between a look at it and its content: whoever took it wrote its receipt."""
    platform.drop("a.csv", ROWS[0])
    seen = inbox.look(platform.places, "labels/a.csv")
    platform.client("s3").delete_object(Bucket="inbox", Key="labels/a.csv")
    monkeypatch.setattr(inbox, "keys", lambda _: iter(["labels/a.csv"]))
    monkeypatch.setattr(inbox, "look", lambda *_: seen)
    taken = take()
    assert (taken.files, taken.failed, platform.receipts()) == (0, {}, {})


def test_content_that_came_after_a_look_at_the_file_is_not_told_in_its_name(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch
):
    """It is told by its own event, read as its own metadata says."""
    platform.drop("a.csv", ROWS[0], source="chargeback")
    seen = inbox.look(platform.places, "labels/a.csv")
    platform.drop("a.csv", ROWS[1])
    with monkeypatch.context() as late:
        late.setattr(inbox, "look", lambda *_: seen)
        assert take().files == 0
    assert (platform.reports(), platform.dropped(), platform.receipts()) == ([], ["a.csv"], {})
    take()
    assert [(one.label.transaction_id, one.label.source) for one in platform.reports()] == [("T1", "bank")]


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


def test_a_file_that_came_meanwhile_under_the_same_name_is_not_deleted(
    platform: LabelledPlatform, take: Any, monkeypatch: pytest.MonkeyPatch
):
    """It is told by its own event."""
    platform.drop("a.csv", ROWS[0])
    told = inbox.settle

    def overtaken(*given: Any) -> Any:
        counts = told(*given)
        platform.drop("a.csv", ROWS[1])
        return counts

    monkeypatch.setattr(inbox, "settle", overtaken)
    taken = take()
    assert list(taken.left) == ["a.csv"]
    monkeypatch.setattr(inbox, "settle", told)
    take()
    assert sorted(one.label.transaction_id for one in platform.reports()) == ["T0", "T1"]


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
