"""Payments that were held and are let go: by an analyst, a passed challenge, or a label that says they were legitimate.

The first release stands: from that moment on the payment counts as accepted. What was declined is never accepted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from greenfraud.errors import ContractError, DamagedItem, InvalidInput, NotFound, StateConflict, StoreUnavailableError
from greenfraud.items import decision as decision_items
from greenfraud.items import release as release_items
from greenfraud.items.release import ReleasedPayment
from greenfraud.items.tables import DECISIONS
from greenfraud.outcomes import BLOCK, HELD
from greenfraud.records import Label, Release

RELEASED, KNOWN, ACCEPTED = "released", "known", "accepted"


class ReleaseStore:
    """The releases of the decisions table: each is stored once, and is one event for the online state."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        self._client = client
        self._table = table

    def put_all(self, releases: Sequence[Release], *, place: str = "") -> list[str]:
        """Store each release; says for each `released`, `known`, or `accepted` where nothing held the payment.

        Raises, before anything is stored, NotFound when a transaction was never decided, StateConflict when it was declined
        and InvalidInput when it was released before it happened; `place` says where a release stands, such as
        `releases[{}].`.
        """
        payments = [self._payment(release, place.format(index)) for index, release in enumerate(releases)]
        return [self._put(payment) if payment else ACCEPTED for payment in payments]

    def put_of(self, labels: Sequence[Label]) -> None:
        """Release what labels call legitimate, where it is held; they are about payments that were decided."""
        for label in labels:
            item = None if label.is_fraud else self._decision(label.transaction_id)
            if item is not None and decision_items.outcome_of(item) in HELD:
                self._put(release_items.release_of(item, label.observed_us, label.source, time.time()))

    def _payment(self, release: Release, place: str) -> ReleasedPayment | None:
        item = self._decision(release.transaction_id)
        if item is None:
            raise NotFound(f"{place}transaction_id: no decision for {release.transaction_id}")
        try:
            outcome = decision_items.outcome_of(item)
            payment = release_items.release_of(item, release.released_us, release.source, time.time())
        except DamagedItem as damage:
            raise ContractError(f"{place}transaction_id: its stored records are damaged: {damage}") from None
        if outcome == BLOCK:
            raise StateConflict(f"{place}transaction_id: it was declined, and what was declined is never accepted")
        if release.released_us < payment.occurred_us:
            raise InvalidInput(f"{place}released_at", "must not be before the transaction happened")
        return payment if outcome in HELD else None

    def _decision(self, transaction_id: str) -> dict[str, Any] | None:
        attributes = (*release_items.HELD, "decision")
        response = self._client().get_item(
            TableName=self._table,
            Key=decision_items.key(transaction_id),
            ConsistentRead=True,
            ProjectionExpression=", ".join(f"#{name}" for name in attributes),
            ExpressionAttributeNames={f"#{name}": name for name in attributes},
        )
        item: dict[str, Any] | None = response.get("Item")
        return item

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
