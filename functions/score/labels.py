"""What banks and analysts report: the first report stands as told, a contradiction is kept beside it as a correction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from functions.score.decisions import RETENTION_SECONDS, content_sha256, decision_key
from greenfraud.errors import NotFound, StateConflict
from greenfraud.records import Label

REPORT = "report"
ATTEMPTS = 3


class LabelStore:
    """The reports of the decisions table. Reports are only ever added: each is one event for the online state."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        self._client = client
        self._table = table

    def put_all(self, labels: Sequence[Label]) -> list[str]:
        """Store each label; says for each `stored`, `known` or `correction`.

        Raises NotFound, before anything is stored, when a transaction was never decided.
        """
        histories = [self._history(label.transaction_id) for label in labels]
        for index, (label, history) in enumerate(zip(labels, histories, strict=True)):
            if not any(item["record"]["S"] == "decision" for item in history):
                raise NotFound(f"labels[{index}].transaction_id: no decision for {label.transaction_id}")
        return [self._put(label) for label in labels]

    def _put(self, label: Label) -> str:
        for _ in range(ATTEMPTS):
            reports = [item for item in self._history(label.transaction_id) if item["record"]["S"] != "decision"]
            outcome, record = _place_of(label, reports)
            is_first_report = label.is_fraud and not any(item["is_fraud"]["BOOL"] for item in reports)
            if record is None or self._is_put(_item(label, record, is_first_report=is_first_report)):
                return outcome
        raise StateConflict("transaction_id: its label is being changed by others; try again")

    def _history(self, transaction_id: str) -> list[dict[str, Any]]:
        response = self._client().query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="transaction_id = :id",
            ProjectionExpression="#record, is_fraud, observed_us",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues={":id": {"S": transaction_id}},
        )
        items: list[dict[str, Any]] = response["Items"]
        return items

    def _is_put(self, item: dict[str, Any]) -> bool:
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


def _place_of(label: Label, reports: list[dict[str, Any]]) -> tuple[str, str | None]:
    """What the label is to those before it, and the record it becomes (None: nothing to store)."""
    if not reports:
        return "stored", REPORT
    latest = max(reports, key=lambda item: int(item["observed_us"]["N"]))
    if latest["is_fraud"]["BOOL"] == label.is_fraud:
        return "known", None
    if label.observed_us <= int(latest["observed_us"]["N"]):
        raise StateConflict("observed_at: contradicts a label observed later or at the same time")
    return "correction", f"{REPORT}#{label.observed_us}"


def _item(label: Label, record: str, *, is_first_report: bool) -> dict[str, Any]:
    return decision_key(label.transaction_id) | {
        "record": {"S": record},
        "is_fraud": {"BOOL": label.is_fraud},
        "observed_us": {"N": str(label.observed_us)},
        "source": {"S": label.source},
        "is_first_report": {"BOOL": is_first_report},  # the one that features count
        "content_sha256": {"S": content_sha256(label.to_json())},
        "expires_at": {"N": str(int(time.time()) + RETENTION_SECONDS)},
    }
