"""The record of what was answered: stored by one conditional put, so a transaction is decided once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from functions.score.problems import StoreUnavailableError
from greenfraud.canonical import canonical_json, sha256_hex
from greenfraud.errors import InvalidInput, NotFound, StateConflict
from greenfraud.instants import day_of
from greenfraud.records import Transaction

# Labels carry only the id; the decision supplies the rest, so it outlives the longest window plus lag.
RETENTION_SECONDS = 400 * 86_400
PAGES_PER_LIST = 20

Answer = dict[str, Any]


@dataclass(frozen=True)
class Decided:
    """One answer and what it cost, ready to be stored."""

    transaction: Transaction
    answer: Answer
    rank: float  # orders the day's review list: the probability, or the rules' own grade
    duration_seconds: float
    energy_kwh: float
    features: bytes  # the values decided on, as `greenfraud.features.logged` packs them
    manifest_version: str  # names them


class DecisionStore:
    """The decisions table, seen by the score function."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        self._client = client
        self._table = table

    def put_once(self, decided: Decided) -> Answer:
        """The answer that stands: this one, or the one stored before for the same content.

        Raises StateConflict when the id was decided with other content, StoreUnavailableError when nothing was stored.
        """
        item = _item(decided)
        try:
            self._client().put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(transaction_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            stored = _stored_before(error)
            if stored["content_sha256"] != item["content_sha256"]:
                raise StateConflict("transaction_id: already decided with other content") from None
            return _answer_of(stored)
        except BotoCoreError as error:
            raise StoreUnavailableError("the decision was not stored") from error
        return decided.answer

    def get(self, transaction_id: str) -> Answer:
        """The stored answer; raises NotFound."""
        item = self._client().get_item(TableName=self._table, Key=decision_key(transaction_id), ConsistentRead=True)
        if "Item" not in item:
            raise NotFound(f"transaction_id: no decision for {transaction_id}")
        return _answer_of(item["Item"])

    def reviews(self, day: str, limit: int) -> list[Answer]:
        """The day's answers that ask for a person, riskiest first."""
        found: list[Answer] = []
        page: dict[str, Any] = {}
        for _ in range(PAGES_PER_LIST):
            response = self._client().query(**_ranked(self._table, day), **page)
            found += [_answer_of(item) for item in response["Items"]]
            if len(found) >= limit or "LastEvaluatedKey" not in response:
                break
            page = {"ExclusiveStartKey": response["LastEvaluatedKey"]}
        return found[:limit]


def decision_key(transaction_id: str) -> dict[str, Any]:
    """The key of a transaction's decision."""
    return {"transaction_id": {"S": transaction_id}, "record": {"S": "decision"}}


def parse_day(text: str) -> str:
    """A day as the key holds it; raises InvalidInput."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise InvalidInput("day", "must be a date like 2018-05-01") from None


def content_sha256(record: dict[str, Any]) -> str:
    """Digest by which a repeated request is told from another one under the same id."""
    return sha256_hex(canonical_json(record))


def _stored_before(error: ClientError) -> dict[str, Any]:
    response: dict[str, Any] = dict(error.response)
    if response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise StoreUnavailableError("the decision was not stored") from error
    stored: dict[str, Any] = response["Item"]
    return stored


def _answer_of(item: dict[str, Any]) -> Answer:
    answer: Answer = orjson.loads(item["answer"]["S"])
    return answer


def _ranked(table: str, day: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "IndexName": "by_day",
        "KeyConditionExpression": "#day = :day",
        "FilterExpression": "#decision <> :allow",
        "ExpressionAttributeNames": {"#day": "day", "#decision": "decision"},
        "ExpressionAttributeValues": {":day": {"S": day}, ":allow": {"S": "allow"}},
        "ScanIndexForward": False,
    }


def _item(decided: Decided) -> dict[str, Any]:
    transaction, answer = decided.transaction, decided.answer
    model = answer["model"] or {"family": "rules", "version": answer["policy_version"]}
    texts = {
        "customer_id": transaction.customer_id,
        "content_sha256": content_sha256(transaction.to_json()),
        "answer": orjson.dumps(answer).decode(),
        "decision": answer["decision"],
        "day": day_of(transaction.occurred_us).isoformat(),
        "family": model["family"],
        "version": model["version"],
        "manifest_version": decided.manifest_version,
    }
    if transaction.terminal_id is not None:
        texts["terminal_id"] = transaction.terminal_id
    if transaction.extras:
        texts["extras"] = orjson.dumps(transaction.extras).decode()
    numbers = {
        "occurred_us": transaction.occurred_us,
        "amount_minor": transaction.amount_minor,
        "rank": decided.rank,
        "emissions_g": answer["emissions_g"],
        "energy_kwh": decided.energy_kwh,
        "duration_seconds": decided.duration_seconds,
        "expires_at": int(time.time()) + RETENTION_SECONDS,
    }
    item: dict[str, Any] = decision_key(transaction.transaction_id)
    item |= {name: {"S": text} for name, text in texts.items()}
    item |= {name: {"N": repr(number)} for name, number in numbers.items()}
    item["features"] = {"B": decided.features}
    return item
