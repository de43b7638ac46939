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

from functions.score.releases import ReleaseStore
from greenfraud.errors import ContractError, DamagedItem, InvalidInput, NotFound, StateConflict
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items import release as release_items
from greenfraud.items.label import EarlierReport, Report
from greenfraud.items.tables import DECISIONS
from greenfraud.records import Label

ATTEMPTS = 3

Item = dict[str, Any]


class LabelStore:
    """The reports of the decisions table. Reports are only ever added: each is one event for the online state."""

    def __init__(self, client: Callable[[], Any], table: str, releases: ReleaseStore) -> None:
        self._client = client
        self._table = table
        self._releases = releases

    def put_all(self, labels: Sequence[Label], *, place: str = "") -> list[str]:
        """Store each label; says for each `stored`, `known` or `correction`.

        Raises, before anything is stored, NotFound when a transaction was never decided and InvalidInput when a label was
        observed before its transaction happened; `place` says where a label stands, such as `labels[{}].`.
        """
        for index, label in enumerate(labels):
            occurred_us = self._occurred_us(label, place.format(index))
            if label.observed_us < occurred_us:
                raise InvalidInput(f"{place.format(index)}observed_at", "must not be before the transaction happened")
        outcomes = [self._put(label) for label in labels]
        self._releases.put_of(labels)  # also of those that were known: a fault may have come in between
        return outcomes

    def _occurred_us(self, label: Label, place: str) -> int:
        """When the transaction happened; reads all its records, so that nothing of a list is stored where one is damaged."""
        history = self._history(label.transaction_id)
        try:
            _reports_of(history)
            return _transaction_of(label, history, place)[0]
        except DamagedItem as damage:
            raise ContractError(f"{place}transaction_id: its stored records are damaged: {damage}") from None

    def _put(self, label: Label) -> str:
        for _ in range(ATTEMPTS):
            history = self._history(label.transaction_id)
            reports = _reports_of(history)
            outcome = _outcome_of(label, reports)
            if outcome == "known":
                return outcome
            occurred_us, terminal_id = _transaction_of(label, history, "")
            is_first_report = label.is_fraud and not any(report.is_fraud for report in reports)
            report = Report(label, label_items.record(len(reports)), is_first_report, occurred_us, terminal_id)
            if self._is_put(label_items.encode(report, time.time())):
                return outcome
        raise StateConflict("transaction_id: its label is being changed by others; try again")

    def _history(self, transaction_id: str) -> list[Item]:
        response = self._client().query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression=f"{DECISIONS.partition} = :id",
            ProjectionExpression=", ".join(f"#{name}" for name in label_items.HISTORY),
            ExpressionAttributeNames={f"#{name}": name for name in label_items.HISTORY},
            ExpressionAttributeValues={":id": {"S": transaction_id}},
        )
        items: list[Item] = response["Items"]
        return items

    def _is_put(self, item: Item) -> bool:
        try:
            self._client().put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=DECISIONS.is_new,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _is_decision(item: Item) -> bool:
    return decision_items.record_of(item) == decision_items.KIND


def _reports_of(history: Sequence[Item]) -> list[EarlierReport]:
    others = (decision_items.KIND, release_items.KIND)
    return [label_items.earlier(item) for item in history if decision_items.record_of(item) not in others]


def _transaction_of(label: Label, history: Sequence[Item], place: str) -> tuple[int, str | None]:
    """When and at which terminal the labelled transaction happened; raises NotFound where it was never decided."""
    for item in history:
        if _is_decision(item):
            return label_items.about(item)
    raise NotFound(f"{place}transaction_id: no decision for {label.transaction_id}")


def _outcome_of(label: Label, reports: Sequence[EarlierReport]) -> str:
    """What the label is to those before it; a known one is not stored again."""
    if not reports:
        return "stored"
    if any(report == EarlierReport(label.is_fraud, label.observed_us) for report in reports):
        return "known"  # told again, maybe after it was corrected
    latest = max(reports, key=lambda report: report.observed_us)
    if latest.is_fraud == label.is_fraud:
        return "known"
    if label.observed_us <= latest.observed_us:
        raise StateConflict("observed_at: contradicts a label observed later or at the same time")
    return "correction"
