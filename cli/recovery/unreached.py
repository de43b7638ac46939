"""Decisions and reports that never reached the states or the lake: the table itself is searched, whatever queue or bucket say."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cli.recovery.lake_ids import LakeIds
from cli.recovery.stored import Stored
from cli.recovery.waiting import Waiting
from cli.target import Target
from greenfraud import redelivery
from greenfraud.items import casework, decision, receipt
from greenfraud.items.attributes import Item
from greenfraud.items.tables import EXPIRY

SEGMENTS = 4  # of the table's scan, read side by side
# What is younger may still be on its way: the stream is read at once, and tries for minutes.
SETTLED_SECONDS = 900
RECEIPT_LOST = (
    "is in the lake, but has no receipt: the receipts were restored or lost. It is not counted again; `greenfraud rebuild` compares"
)


@dataclass(frozen=True)
class Span:
    """When items were written, by the wall clock, in epoch seconds; the end is not part of it."""

    since: float
    until: float

    @classmethod
    def of(cls, since: datetime, until: datetime | None) -> Span:
        """Until then; where nobody says, until what is settled by now."""
        return cls(since.timestamp(), time.time() - SETTLED_SECONDS if until is None else until.timestamp())

    def filter(self) -> dict[str, Any]:
        """What a scan is told: every item expires so long after it was written."""
        expiry = [str(int(at) + decision.KEPT_SECONDS) for at in (self.since, self.until)]
        return {
            "FilterExpression": "#expiry >= :since AND #expiry < :until",
            "ExpressionAttributeNames": {"#expiry": EXPIRY},
            "ExpressionAttributeValues": {":since": {"N": expiry[0]}, ":until": {"N": expiry[1]}},
        }


class UnreachedEvents:
    """Items of a span without a receipt, or without a row in the lake."""

    title, noun = "decisions table", "event"

    def __init__(self, target: Target, stored: Stored, span: Span) -> None:
        self._client, self._table = target.client("dynamodb"), target.outputs["DecisionsTable"]
        self._stored, self._span = stored, span
        self._lake = LakeIds(target.client("s3"), target.outputs["LakeBucket"])
        self.searched = 0

    def waiting(self) -> Iterator[Waiting]:
        """What is found missing, page by page."""
        for items in self._pages():
            self.searched += len(items)
            ids = {event_id_of(item): item for item in items if decision.record_of(item) != casework.KIND}
            counted = self._stored.counted(ids)
            landed = {event_id for event_id, item in ids.items() if self._lake.has(item)}
            lost = landed - counted
            counted |= self._stored.counted(lost)  # one that was on its way until now
            for event_id, item in ids.items():
                if event_id not in counted or event_id not in landed:
                    found = Waiting(event_id, [redelivery.record_of(item)])
                    if event_id in landed:
                        found.stay(RECEIPT_LOST)
                    yield found

    def forget(self, taken: Sequence[Waiting]) -> None:
        """Decisions stay where they are."""

    def release(self) -> None:
        """Nothing was held."""

    def _pages(self) -> Iterator[list[Item]]:
        with ThreadPoolExecutor(SEGMENTS) as readers:
            starts: list[dict[str, Any]] = [{"Segment": number, "TotalSegments": SEGMENTS} for number in range(SEGMENTS)]
            while starts:
                pages = list(zip(starts, readers.map(self._page, starts), strict=True))
                yield from (page["Items"] for _, page in pages)
                starts = [
                    {**start, "ExclusiveStartKey": page["LastEvaluatedKey"]}
                    for start, page in pages
                    if page.get("LastEvaluatedKey")
                ]

    def _page(self, start: Mapping[str, Any]) -> dict[str, Any]:
        page: dict[str, Any] = self._client.scan(TableName=self._table, ConsistentRead=True, **self._span.filter(), **start)
        return page


def event_id_of(item: Item) -> str:
    """The event that an item of the decisions table tells of."""
    return receipt.event_id(item[decision.KEY]["S"], decision.record_of(item))
