"""Dropped files while jobs die, fail, or work beside each other: what becomes of a file does not depend on it."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from greenfraud.instants import SECOND_US
from intake.errors import CommandError
from intake.labels import inbox, settling
from intake.labels.receipt import Receipt
from tests.dropped_rows import ROWS, outcomes
from tests.labelled_platform import LabelledPlatform


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
