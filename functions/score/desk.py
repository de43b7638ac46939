"""The review desk: what a person does with a doubt is written in one transaction of the store, once, or not at all.

Casework has a revision, reports have numbers, and a release stands once; so of two people who act at the same time one is written,
and the other looks again at what the first one did.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from functions.score.deskwork import Step, Who, step_of
from functions.score.review_action import Action
from functions.score.stored_records import are_written, read_records
from greenfraud.errors import StateConflict
from greenfraud.items import casework as casework_items
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items import release as release_items
from greenfraud.items.casework import Casework
from greenfraud.items.tables import DECISIONS

ATTEMPTS = 3
PAUSE_SECONDS = 0.02
LOST = "nothing was stored: send it again"


class Desk:
    """The casework of the decisions table."""

    def __init__(self, client: Callable[[], Any], table: str, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def act(self, transaction_id: str, action: Action, caller: str) -> dict[str, Any]:
        """Do it, and tell where the doubt stands then. The same by the same person again changes nothing.

        Raises NotFound, StateConflict that says who or what stands in the way, StoreUnavailableError when nothing was stored.
        """
        for attempt in range(ATTEMPTS):
            time.sleep(PAUSE_SECONDS * attempt)
            who = Who(caller, self._clock())
            step = step_of(transaction_id, read_records(self._client, self._table, transaction_id), action, who)
            if step.after is None or are_written(self._client, self._writes(step.after, step, who), lost=LOST):
                return step.answer
        raise StateConflict("transaction_id: others are changing it, nothing was stored: try again")

    def _writes(self, after: Casework, step: Step, who: Who) -> list[dict[str, Any]]:
        new = {"TableName": self._table, "ConditionExpression": DECISIONS.is_new}
        writes = [{"Put": casework_items.put(after, self._table)}]
        if step.report is not None:
            writes.append({"Put": {**new, "Item": label_items.encode(step.report, who.now_seconds)}})
        if step.release is not None:
            writes.append({"Put": {**new, "Item": release_items.encode(step.release, who.now_seconds)}})
        if step.closed_us is not None:
            writes.append({"Update": decision_items.to_decided(after.transaction_id, step.closed_us, self._table)})
        return writes
