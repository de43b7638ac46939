"""Reads the review list: a query for each part of each day, merged by rank as far as somebody asks, and what became of each.

A part is read a page at a time and no further than the list needs. Of N doubts a day, a week of them costs 63 queries of together
at most 25 items each, and a page more for each part whose first one is used up: 7 items of 1 a day, 700 of 100, 1,400 of
10,000; then a read of up to 100 keys for each 33 doubts that are looked at. Nobody looks at more than 2,000.
"""

from __future__ import annotations

import heapq
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, NamedTuple

from greenfraud.errors import DamagedItem, StoreUnavailableError
from greenfraud.items import casework, label, release, review
from greenfraud.items import decision as decision_items
from greenfraud.items.attributes import Attributes
from greenfraud.items.tables import REVIEWS, REVIEWS_INDEX
from greenfraud.outcomes import ALLOW

logger = logging.getLogger(__name__)

PAGE = 25  # items of a part that are read at once
PAGES_PER_PART = 80
MOST_LOOKED_AT = 2_000
RECORDS = (casework.KIND, label.FIRST, release.KIND)  # the first report is there whenever there is one
LOOKED_AT_ONCE = 33  # with three records each, as many as one BatchGetItem takes
READS_AT_ONCE = 8
TRIES, PAUSE_SECONDS = 4, 0.02  # for what a throttled table left unprocessed

Item = dict[str, Any]


class Found(NamedTuple):
    """A doubt's rank in the index, the item of its decision, and its other records."""

    rank: float
    decision: Item
    records: Sequence[Item] = ()


class ReviewIndex:
    """The decisions that ask for a person, over either DynamoDB client."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        self._client = client
        self._table = table

    def walk(self, days: Sequence[str], *, is_all: bool = False) -> Iterator[Found | None]:
        """Yield the doubts of some days, the highest rank first, with what became of each; read as far as one goes.

        All are those that were decided too; without them a few may still come of which that was told while one looks. None comes
        last where there are more at which nobody looks.
        """
        keys = [key for day in days for key in review.keys_of(day, is_all=is_all)]
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            first = list(pool.map(self._page, keys))
        parts = [self._part(key, page) for key, page in zip(keys, first, strict=True)]
        merged = heapq.merge(*parts, key=lambda found: -found.rank)
        looked_at = 0
        while looked_at < MOST_LOOKED_AT and (some := list(islice(merged, LOOKED_AT_ONCE))):
            looked_at += len(some)
            yield from self._with_records(some)
        if next(merged, None) is not None:
            yield None

    def _part(self, key: str, page: Mapping[str, Any]) -> Iterator[Found]:
        for _ in range(PAGES_PER_PART):
            for item in page["Items"]:
                if (rank := _rank(item)) is not None:
                    yield Found(rank, item)
            if "LastEvaluatedKey" not in page:
                return
            page = self._page(key, page["LastEvaluatedKey"])

    def _page(self, key: str, after: Item | None = None) -> dict[str, Any]:
        page: dict[str, Any] = self._client().query(
            TableName=self._table,
            IndexName=REVIEWS_INDEX,
            KeyConditionExpression="#day = :day",
            FilterExpression="#decision <> :allow",
            ExpressionAttributeNames={"#day": REVIEWS.partition, "#decision": "decision"},
            ExpressionAttributeValues={":day": {"S": key}, ":allow": {"S": ALLOW}},
            ScanIndexForward=False,
            Limit=PAGE,
            **({} if after is None else {"ExclusiveStartKey": after}),
        )
        return page

    def _with_records(self, found: Sequence[Found]) -> Iterator[Found]:
        ids = list(dict.fromkeys(one.decision[decision_items.KEY]["S"] for one in found))
        records: dict[str, list[Item]] = {name: [] for name in ids}
        for item in self._read([decision_items.key(name, record) for name in ids for record in RECORDS]):
            records[item[decision_items.KEY]["S"]].append(item)
        for one in found:
            yield one._replace(records=records[one.decision[decision_items.KEY]["S"]])

    def _read(self, keys: list[Item]) -> Iterator[Item]:
        waiting: Mapping[str, Any] = {self._table: {"Keys": keys, "ConsistentRead": True}}
        for attempt in range(TRIES):
            time.sleep(PAUSE_SECONDS * attempt)
            response = self._client().batch_get_item(RequestItems=waiting)
            yield from response["Responses"].get(self._table, [])
            waiting = response.get("UnprocessedKeys") or {}
            if not waiting:
                return
        raise StoreUnavailableError("what became of the doubts was not read: try again")


def _rank(item: Item) -> float | None:
    try:
        return Attributes(item, decision_items.KIND).quantity(str(REVIEWS.sort))
    except DamagedItem as damage:
        logger.warning("left out of the review list: %s", damage)
        return None
