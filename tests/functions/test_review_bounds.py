"""How much of the store a look at the review list reads, counted: it does not grow with what nobody looks at."""

from __future__ import annotations

from typing import Any

import pytest

from functions.score import reviews
from functions.score.reviews import LOOKED_AT_ONCE, MOST_LOOKED_AT, PAGE, ReviewIndex
from functions.score.worklist import Asked, Worklist, window
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import day_of
from greenfraud.items import casework
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items.casework import Finding
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.items.review import PARTS
from greenfraud.policy import DEFAULT_POLICY
from greenfraud.records import Label, Transaction

NOON_US = 1_526_817_600_000_000
KEYS = 7 * (1 + PARTS)


class Doubts:
    """An index of a week with so many doubts in each part of a day, of which nothing is stored; counts what is read."""

    def __init__(self, in_parts: list[int], *, decided: bool = False) -> None:
        self._in_parts, self._decided = in_parts, decided
        self.queries = self.items = self.keys = self.reads = 0
        answer = {"decision": "review", "fraud_probability": 0.5, "degraded": [], "reasons": []}
        transaction = Transaction("T", NOON_US, "C1", None, 10_000)
        self._item = decision_items.encode(Decision(transaction, answer, "light", "v1", 0.0, 0.0, 0.0, at_stake_minor=1.0), 0.0)

    def query(self, **asked: Any) -> dict[str, Any]:
        """A page of a part, by falling rank."""
        day, _, part = asked["ExpressionAttributeValues"][":day"]["S"].partition("#")
        count = self._in_parts[int(part)] if part else 0
        start = int(asked.get("ExclusiveStartKey", {"at": 0})["at"])
        numbers = range(start, min(start + asked["Limit"], count))
        self.queries, self.items = self.queries + 1, self.items + len(numbers)
        items = [self._of(f"{day}#{part}#{number}", count - number) for number in numbers]
        return {"Items": items} | ({"LastEvaluatedKey": {"at": numbers.stop}} if numbers and numbers.stop < count else {})

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        """What became of them: nothing, or the report that closes each."""
        (keys,) = [one["Keys"] for one in RequestItems.values()]
        assert len(keys) <= 100
        self.reads, self.keys = self.reads + 1, self.keys + len(keys)
        names = {key["transaction_id"]["S"] for key in keys} if self._decided else set()
        report = Report(Label("T", True, NOON_US, "bank"), "report", True, NOON_US, None)
        return {"Responses": {"decisions": [label_items.encode(report, 0.0) | {"transaction_id": {"S": name}} for name in names]}}

    def _of(self, name: str, rank: int) -> dict[str, Any]:
        return self._item | {"transaction_id": {"S": name}, "rank": {"N": str(rank)}}


def told(index: Doubts, limit: int = 100) -> dict[str, Any]:
    """The list of a week."""
    worklist = Worklist(ReviewIndex(lambda: index, "decisions"), load_manifest(), DEFAULT_POLICY, NOON_US)
    return worklist.told(Asked(window(day_of(NOON_US)), limit))


@pytest.mark.parametrize(("in_parts", "items"), [([1] + [0] * 7, 7), ([13] * 4 + [12] * 4, 700), ([1_250] * 8, 1_400)])
def test_a_week_of_1_100_or_10_000_doubts_a_day_is_63_queries_and_a_page_of_each_part(in_parts, items):
    """100 are listed after what became of at most 132 was read: the figures of the module and of the guide."""
    index = Doubts(in_parts)
    assert len(told(index)["reviews"]) == min(100, 7 * sum(in_parts))
    assert (index.queries, index.items) == (KEYS, items)
    assert index.reads <= 4
    assert index.keys <= 4 * 3 * LOOKED_AT_ONCE


def test_an_attack_that_fills_one_day_is_read_as_far_as_the_list_goes():
    """A thousand of 10,000 a day, the longest list."""
    index = Doubts([1_250] * 8)
    assert len(told(index, 1_000)["reviews"]) == 1_000
    assert index.items <= 1_000 + 2 * PAGE * 7 * PARTS
    assert index.queries <= KEYS + 1_000 / PAGE + 7 * PARTS


def test_where_all_is_decided_nobody_reads_on_for_ever():
    """More than 2,000 are not looked at, and the list says that it goes on: what nobody looked at may wait for somebody."""
    index = Doubts([1_250] * 8, decided=True)
    found = told(index)
    assert (found["reviews"], found["more"]) == ([], True)
    assert index.keys <= 3 * (MOST_LOOKED_AT + LOOKED_AT_ONCE)
    assert index.queries <= KEYS + MOST_LOOKED_AT / PAGE + 7 * PARTS


@pytest.mark.parametrize(("most", "is_more"), [(1_399, True), (1_400, False), (1_401, False)])
def test_a_list_goes_on_where_somebody_could_look_further_and_nowhere_else(monkeypatch, most, is_more):
    """Of 1,400 doubts that are all decided."""
    monkeypatch.setattr(reviews, "MOST_LOOKED_AT", most)
    monkeypatch.setattr(reviews, "LOOKED_AT_ONCE", 1)
    found = told(Doubts([25] * 8, decided=True))
    assert (found["reviews"], found["more"]) == ([], is_more)


def test_the_reads_of_one_list_hold_whatever_people_did():
    """The three records of a doubt: what people did, the first report, the release."""
    assert reviews.RECORDS == ("review", "report", "release")
    assert casework.Casework("T", "C", 0, finding=Finding(is_fraud=True, by="x", at_us=0)).claim_at(0) is None
