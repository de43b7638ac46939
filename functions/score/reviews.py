"""The day's review list: one query for each part of the day, and their answers together, riskiest first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import orjson

from greenfraud.errors import DamagedItem
from greenfraud.items import decision as decision_items
from greenfraud.items import review
from greenfraud.items.attributes import Attributes
from greenfraud.items.tables import REVIEWS, REVIEWS_INDEX

logger = logging.getLogger(__name__)

PAGES_PER_PART = 20

Answer = dict[str, Any]


def list_reviews(client: Callable[[], Any], table: str, day: str, limit: int) -> list[Answer]:
    """The answers of a day that ask for a person, riskiest first."""
    # Before the day had parts, every decision stood under the bare day.
    found = [one for key in (day, *review.parts_of(day)) for one in _doubts(client, table, key, limit)]
    found.sort(key=lambda one: -one[0])
    return [answer for _, answer in found[:limit]]


def _doubts(client: Callable[[], Any], table: str, key: str, limit: int) -> list[tuple[float, Answer]]:
    found: list[tuple[float, Answer]] = []
    page: dict[str, Any] = {}
    for _ in range(PAGES_PER_PART):
        response = client().query(**_ranked(table, key), **page)
        found += [one for item in response["Items"] if (one := _readable(item)) is not None]
        if len(found) >= limit or "LastEvaluatedKey" not in response:
            break
        page = {"ExclusiveStartKey": response["LastEvaluatedKey"]}
    return found[:limit]


def _readable(item: dict[str, Any]) -> tuple[float, Answer] | None:
    """Rank and answer of a decision; one that is damaged is named in the log, and must not hide the others."""
    try:
        rank = Attributes(item, decision_items.KIND).quantity(str(REVIEWS.sort))
        return rank, decision_items.answer_of(item, orjson.loads)
    except DamagedItem as damage:
        logger.warning("left out of the review list: %s", damage)
        return None


def _ranked(table: str, key: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "IndexName": REVIEWS_INDEX,
        "KeyConditionExpression": "#day = :day",
        "FilterExpression": "#decision <> :allow",
        "ExpressionAttributeNames": {"#day": REVIEWS.partition, "#decision": "decision"},
        "ExpressionAttributeValues": {":day": {"S": key}, ":allow": {"S": review.NEEDS_NOBODY}},
        "ScanIndexForward": False,
    }
