"""Doubts of which a file tells: they leave the review list's index, as those of which the API is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from greenfraud.instants import day_of, format_rfc3339
from greenfraud.items import decision as decision_items
from greenfraud.records import Label
from intake.labels.inbox import Taken, take_dropped
from intake.labels.reading import Asked
from tests.labelled_platform import LabelledPlatform

AT_US = 1_760_000_000_000_000
TOLD_US = AT_US + 3_600_000_000
DAY, AT, BEFORE = day_of(AT_US).isoformat(), format_rfc3339(TOLD_US), format_rfc3339(AT_US - 1_000_000)


@pytest.fixture
def take(platform: LabelledPlatform, tmp_path: Path) -> Callable[[], Taken]:
    """Take what was dropped, as the job does, where T1 and T2 are in doubt."""
    for name in ("T1", "T2"):
        platform.decide(name, AT_US, "review")
    return lambda: take_dropped(platform.places, Asked({}), tmp_path / "receipts", lambda _: None, tries_again=False)


@pytest.mark.parametrize("outcome", ["challenge", "review", "block"])
@pytest.mark.parametrize("label", ["fraud", "legitimate"])
def test_a_doubt_that_was_told_leaves_the_list_and_moves_to_where_the_api_moves_it(
    platform: LabelledPlatform, take: Callable[[], Taken], outcome: str, label: str
):
    """Or whoever looks for today's work would read through all of it; one of which nobody told stays."""
    for name in ("told-to-the-api", "told-in-a-file"):
        platform.decide(name, AT_US, outcome)
    platform.tell(Label("told-to-the-api", label == "fraud", TOLD_US, "bank"))
    platform.drop("a.csv", f"told-in-a-file,{label},{AT}")
    assert take().files == 1
    assert platform.doubts(DAY) == {"T1", "T2"}
    assert platform.doubts(DAY, is_all=True) == {"T1", "T2", "told-to-the-api", "told-in-a-file"}


def test_a_doubt_leaves_the_list_at_the_next_try_where_a_job_died_before(
    platform: LabelledPlatform, take: Callable[[], Taken], monkeypatch: pytest.MonkeyPatch
):
    """Its reports are known then, and its receipt is the one of a job that ran through."""
    platform.drop("a.csv", f"T1,fraud,{AT}", f"T2,legitimate,{AT}")

    def dying(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "UpdateItem")

    with monkeypatch.context() as died:
        died.setattr(platform.dynamodb, "update_item", dying)
        assert list(take().failed) == ["a.csv"]
    assert take().files == 1
    assert platform.doubts(DAY) == set()
    assert [[row["outcome"] for row in rows] for rows in platform.receipts().values()] == [["accepted"] * 2]


def test_a_doubt_that_was_told_before_leaves_the_list_when_it_is_told_again(platform: LabelledPlatform, take: Callable[[], Taken]):
    """As an earlier release left it there."""
    platform.tell(Label("T1", True, TOLD_US, "bank"))
    platform.decide("T1", AT_US, "review")
    assert platform.doubts(DAY) == {"T1", "T2"}
    platform.drop("a.csv", f"T1,fraud,{AT}")
    assert take().counts["known"] == 1
    assert platform.doubts(DAY) == {"T2"}


def test_a_row_that_is_refused_leaves_its_doubt_where_it_stands(platform: LabelledPlatform, take: Callable[[], Taken]):
    """Nobody told anything of it."""
    platform.drop("a.csv", f"T1,fraud,{BEFORE}")
    assert take().counts["refused"] == 1
    assert platform.doubts(DAY) == {"T1", "T2"}


def test_a_decision_that_expires_meanwhile_is_not_made_anew(
    platform: LabelledPlatform, take: Callable[[], Taken], monkeypatch: pytest.MonkeyPatch
):
    """Not even a day and a key of it."""
    update = platform.dynamodb.update_item

    def late(**asked: Any) -> Any:
        platform.dynamodb.delete_item(TableName="decisions", Key=asked["Key"])
        return update(**asked)

    monkeypatch.setattr(platform.dynamodb, "update_item", late)
    platform.drop("a.csv", f"T1,fraud,{AT}")
    assert take().files == 1
    assert "Item" not in platform.dynamodb.get_item(TableName="decisions", Key=decision_items.key("T1"))
