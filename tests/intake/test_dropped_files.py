"""Dropped files: each is told once and leaves one receipt, whatever comes between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from greenfraud.instants import format_rfc3339
from intake.labels import inbox, settling
from intake.labels.inbox import Taken, take_dropped
from intake.labels.reading import Asked
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
        with pytest.raises(ClientError):
            take()
    monkeypatch.setattr(platform.dynamodb, "put_item", put)
    take()
    assert outcomes(platform) == [["accepted"] * 30]
    assert len(platform.reports()) == 30


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
