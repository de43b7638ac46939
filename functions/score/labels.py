"""What banks and analysts report: the first report stands as told, a contradiction is kept beside it as a correction.

A transaction's reports are numbered, so of two that arrive at once only one takes the next number and the other looks
again: exactly one is the first report of a fraud. Reports that were taken say fraud and not fraud in turn, each observed
later than the one before; that is why the first to arrive is also the first observed, which is what training counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from functions.score.decisions import RETENTION_SECONDS, content_sha256, decision_key
from greenfraud.errors import InvalidInput, NotFound, StateConflict
from greenfraud.records import Label

REPORT = "report"
ATTEMPTS = 3

Item = dict[str, Any]


class LabelStore:
    """The reports of the decisions table. Reports are only ever added: each is one event for the online state."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        self._client = client
        self._table = table

    def put_all(self, labels: Sequence[Label], *, place: str = "") -> list[str]:
        """Store each label; says for each `stored`, `known` or `correction`.

        Raises, before anything is stored, NotFound when a transaction was never decided and InvalidInput when a label was
        observed before its transaction happened; `place` says where a label stands, such as `labels[{}].`.
        """
        for index, label in enumerate(labels):
            decision = _decision_of(label, self._history(label.transaction_id), place.format(index))
            if label.observed_us < int(decision["occurred_us"]["N"]):
                raise InvalidInput(f"{place.format(index)}observed_at", "must not be before the transaction happened")
        return [self._put(label) for label in labels]

    def _put(self, label: Label) -> str:
        for _ in range(ATTEMPTS):
            history = self._history(label.transaction_id)
            reports = [item for item in history if item["record"]["S"] != "decision"]
            outcome, record = _place_of(label, reports)
            if record is None:
                return outcome
            is_first_report = label.is_fraud and not any(item["is_fraud"]["BOOL"] for item in reports)
            item = _item(label, record, _decision_of(label, history, ""), is_first_report=is_first_report)
            if self._is_put(item):
                return outcome
        raise StateConflict("transaction_id: its label is being changed by others; try again")

    def _history(self, transaction_id: str) -> list[Item]:
        response = self._client().query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="transaction_id = :id",
            ProjectionExpression="#record, is_fraud, observed_us, occurred_us, terminal_id",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues={":id": {"S": transaction_id}},
        )
        items: list[Item] = response["Items"]
        return items

    def _is_put(self, item: Item) -> bool:
        try:
            self._client().put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(transaction_id)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _decision_of(label: Label, history: Sequence[Item], place: str) -> Item:
    for item in history:
        if item["record"]["S"] == "decision":
            return item
    raise NotFound(f"{place}transaction_id: no decision for {label.transaction_id}")


def _place_of(label: Label, reports: Sequence[Item]) -> tuple[str, str | None]:
    """What the label is to those before it, and the record it becomes (None: nothing to store)."""
    if not reports:
        return "stored", REPORT
    if any(item["is_fraud"]["BOOL"] == label.is_fraud and _observed_us(item) == label.observed_us for item in reports):
        return "known", None  # told again, maybe after it was corrected
    latest = max(reports, key=_observed_us)
    if latest["is_fraud"]["BOOL"] == label.is_fraud:
        return "known", None
    if label.observed_us <= _observed_us(latest):
        raise StateConflict("observed_at: contradicts a label observed later or at the same time")
    return "correction", f"{REPORT}#{len(reports)}"


def _observed_us(report: Item) -> int:
    return int(report["observed_us"]["N"])


def _item(label: Label, record: str, decision: Item, *, is_first_report: bool) -> Item:
    """The report, with what ingestion needs to know of the transaction: it never has to ask for the decision."""
    about = {name: decision[name] for name in ("occurred_us", "terminal_id") if name in decision}
    return (
        about
        | decision_key(label.transaction_id)
        | {
            "record": {"S": record},
            "is_fraud": {"BOOL": label.is_fraud},
            "observed_us": {"N": str(label.observed_us)},
            "source": {"S": label.source},
            "is_first_report": {"BOOL": is_first_report},  # the one that features count
            "content_sha256": {"S": content_sha256(label.to_json())},
            "expires_at": {"N": str(int(time.time()) + RETENTION_SECONDS)},
        }
    )
