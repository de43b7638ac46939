"""Payments that were held and are let go: by an analyst, a passed challenge, or a label that says they were legitimate.

The first release stands: from that moment on the payment counts as accepted. What was declined is never accepted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.score.review_closing import close
from greenfraud.errors import ContractError, DamagedItem, InvalidInput, NotFound, StateConflict, StoreUnavailableError
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items import release as release_items
from greenfraud.items.release import ReleasedPayment
from greenfraud.items.tables import DECISIONS
from greenfraud.outcomes import BLOCK, HELD
from greenfraud.records import Label, Release

RELEASED, KNOWN, ACCEPTED = "released", "known", "accepted"

Item = dict[str, Any]


class ReleaseStore:
    """The releases of the decisions table: each is stored once, and is one event for the online state."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        self._client = client
        self._table = table

    def put_all(self, releases: Sequence[Release], *, place: str = "") -> list[str]:
        """Store each release; says for each `released`, `known`, or `accepted` where nothing held the payment.

        Raises, before anything is stored, NotFound when a transaction was never decided, StateConflict when it was declined
        or is reported as fraud, InvalidInput when it was released before it happened; `place` says where a release stands, such
        as `releases[{}].`.
        """
        found = [self._payment(release, place.format(index)) for index, release in enumerate(releases)]
        outcomes = [self._put(payment) if payment else ACCEPTED for payment, _ in found]
        close(self._client, self._table, [(payment.transaction_id, decision) for payment, decision in found if payment])
        return outcomes

    def put_of(self, labels: Sequence[Label]) -> None:
        """Release the payments that labels call legitimate; they were held, and nobody has called them a fraud since."""
        for label in labels:
            decision, _ = self._records(label.transaction_id)
            if decision is not None:
                self._put(release_items.release_of(decision, label.observed_us, label.source, time.time()))

    def _payment(self, release: Release, place: str) -> tuple[ReleasedPayment | None, Item]:
        decision, reports = self._records(release.transaction_id)
        if decision is None:
            raise NotFound(f"{place}transaction_id: no decision for {release.transaction_id}")
        try:
            outcome = decision_items.outcome_of(decision)
            payment = release_items.release_of(decision, release.released_us, release.source, time.time())
            told = [label_items.earlier(report) for report in reports]
        except DamagedItem as damage:
            raise ContractError(f"{place}transaction_id: its stored records are damaged: {damage}") from None
        if outcome == BLOCK:
            raise StateConflict(f"{place}transaction_id: it was declined, and what was declined is never accepted")
        if release.released_us < payment.occurred_us:
            raise InvalidInput(f"{place}released_at", "must not be before the transaction happened")
        if outcome in HELD and told and max(told, key=lambda report: report.observed_us).is_fraud:
            raise StateConflict(f"{place}transaction_id: it is reported as fraud; correct that first, by a label observed later")
        return payment if outcome in HELD else None, decision

    def _records(self, transaction_id: str) -> tuple[Item | None, list[Item]]:
        """The decision about a transaction, None where there is none, and the reports about it."""
        attributes = tuple(dict.fromkeys((*release_items.HELD, *label_items.HISTORY)))
        response = self._client().query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression=f"{DECISIONS.partition} = :id",
            ProjectionExpression=", ".join(f"#{name}" for name in attributes),
            ExpressionAttributeNames={f"#{name}": name for name in attributes},
            ExpressionAttributeValues={":id": {"S": transaction_id}},
        )
        items: list[Item] = response["Items"]
        decision = next((item for item in items if decision_items.record_of(item) == decision_items.KIND), None)
        return decision, [item for item in items if label_items.is_report(item)]

    def _put(self, payment: ReleasedPayment) -> str:
        try:
            self._client().put_item(
                TableName=self._table,
                Item=release_items.encode(payment, time.time()),
                ConditionExpression=DECISIONS.is_new,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise StoreUnavailableError("the release was not stored: send all of it again") from error
            return KNOWN
        except BotoCoreError as error:
            raise StoreUnavailableError("the release was not stored: send all of it again") from error
        return RELEASED
