"""What banks and analysts report: the first report stands as told, a contradiction is kept beside it as a correction.

A transaction's reports are numbered, so of two that arrive at once only one takes the next number and the other looks
again: exactly one is the first report of a fraud. Reports that were taken say fraud and not fraud in turn, each observed
later than the one before; that is why the first to arrive is also the first observed, which is what training counts.

A list is one transaction of the store: it is taken whole, or nothing of it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from functions.score.deadline import FOREVER
from functions.score.releases import ReleaseStore
from functions.score.reporting import plan_of
from functions.score.review_closing import close
from functions.score.stored_records import are_written
from greenfraud.errors import NotReachedError, StateConflict
from greenfraud.items import label as label_items
from greenfraud.items.decision import KIND, record_of
from greenfraud.items.label import Report
from greenfraud.items.tables import DECISIONS
from greenfraud.records import Label

ATTEMPTS = 3
PAUSE_SECONDS = 0.02
LOST = "the labels were not stored: send all of it again"

Item = dict[str, Any]


class LabelStore:
    """The reports of the decisions table. Reports are only ever added: each is one event for the online state."""

    def __init__(self, client: Callable[[], Any], table: str, releases: ReleaseStore) -> None:
        self._client = client
        self._table = table
        self._releases = releases

    def put_all(self, labels: Sequence[Label], *, place: str = "", give_up_at: float = FOREVER) -> list[str]:
        """Store all labels, or none; says for each `stored`, `known` or `correction`.

        `place` says where a label stands, such as `labels[{}].`: the first one at fault is named by it. Raises NotFound when a
        transaction was never decided, InvalidInput when a label was observed before its transaction happened, StateConflict
        when a label contradicts one that it cannot correct, StoreUnavailableError when nothing was stored.
        """
        for attempt in range(ATTEMPTS):
            time.sleep(PAUSE_SECONDS * attempt)
            histories = self._histories(labels, give_up_at)
            plan = plan_of(labels, histories, place)
            if not plan.reports or are_written(self._client, [{"Put": self._put(report)} for report in plan.reports], lost=LOST):
                self._releases.put_of(plan.released)
                close(self._client, self._table, _decisions(histories))
                return plan.outcomes
        raise StateConflict("these labels are being changed by others, nothing of them was stored: try again")

    def _histories(self, labels: Sequence[Label], give_up_at: float) -> Mapping[str, list[Item]]:
        """All records of every transaction, read before anything is written."""
        histories: dict[str, list[Item]] = {}
        for name in dict.fromkeys(label.transaction_id for label in labels):
            if time.monotonic() >= give_up_at:
                raise NotReachedError("the labels' transactions were not read in time, nothing was stored: send all of it again")
            histories[name] = self._history(name)
        return histories

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

    def _put(self, report: Report) -> dict[str, Any]:
        item = label_items.encode(report, time.time())
        return {"TableName": self._table, "Item": item, "ConditionExpression": DECISIONS.is_new}


def _decisions(histories: Mapping[str, Sequence[Item]]) -> list[tuple[str, Item]]:
    return [(name, item) for name, items in histories.items() for item in items if record_of(item) == KIND]
