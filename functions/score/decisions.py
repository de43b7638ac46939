"""The record of what was answered: stored by one conditional put, so a transaction is decided once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from functions.score.stored_records import read_records
from greenfraud.errors import InvalidInput, NotFound, StateConflict, StoreUnavailableError
from greenfraud.items import decision as decision_items
from greenfraud.items.decision import Decision
from greenfraud.items.tables import DECISIONS

Answer = dict[str, Any]


class DecisionStore:
    """The decisions table, seen by the score function."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        self._client = client
        self._table = table

    def put_once(self, decision: Decision) -> Answer:
        """The answer that stands: this one, or the one stored before for the same content.

        Raises StateConflict when the id was decided with other content, StoreUnavailableError when nothing was stored.
        """
        item = decision_items.encode(decision, time.time(), to_json)
        try:
            self._client().put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=DECISIONS.is_new,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            stored = _stored_before(error)
            if decision_items.content_sha256_of(stored) != decision_items.content_sha256_of(item):
                raise StateConflict("transaction_id: already decided with other content") from None
            return _answer_of(stored)
        except BotoCoreError as error:
            raise StoreUnavailableError("the decision was not stored") from error
        return decision.answer

    def get(self, transaction_id: str) -> Answer:
        """The stored answer; raises NotFound."""
        item = self._client().get_item(TableName=self._table, Key=decision_items.key(transaction_id), ConsistentRead=True)
        if "Item" not in item:
            raise NotFound(f"transaction_id: no decision for {transaction_id}")
        return _answer_of(item["Item"])

    def records(self, transaction_id: str) -> list[dict[str, Any]]:
        """All that is stored of a transaction: its decision, the reports about it, its release; raises NotFound."""
        items = read_records(self._client, self._table, transaction_id)
        if not any(decision_items.record_of(item) == decision_items.KIND for item in items):
            raise NotFound(f"transaction_id: no decision for {transaction_id}")
        return items


def parse_day(text: str) -> str:
    """A day as the key holds it; raises InvalidInput."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise InvalidInput("day", "must be a date like 2018-05-01") from None


def to_json(body: Any) -> str:
    """The JSON text of an answer, as orjson writes it."""
    return orjson.dumps(body).decode()


def _stored_before(error: ClientError) -> dict[str, Any]:
    response: dict[str, Any] = dict(error.response)
    if response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise StoreUnavailableError("the decision was not stored") from error
    stored: dict[str, Any] = response["Item"]
    return stored


def _answer_of(item: dict[str, Any]) -> Answer:
    return decision_items.answer_of(item, orjson.loads)
