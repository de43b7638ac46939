"""Exactly-once updates of the online state: receipts of events and the states they change are written together."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004  botocore's own name

from functions.ingest.events import Event
from functions.ingest.groups import Entry, Group, Plan, groups_of, plan_of
from functions.ingest.items import Key, key_of, put, request_of
from greenfraud.errors import DamagedItem, StateConflict
from greenfraud.items import receipt, state
from greenfraud.items.attributes import Item

ATTEMPTS = 8  # of an event alone
# Of a group, before each half goes its own way. At a hot terminal a win that is half as large is half the progress: two
# shards at 200 events a second fell behind with two attempts.
GROUP_ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 0.01
AGAIN = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "ConditionalCheckFailed"}
BUSY = {
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionInProgressException",
}

Items = dict[Key, Item]
NoteOf = Callable[[Sequence[Event]], str | None]


@dataclass
class Outcome:
    """What became of the events of a batch: applied now, seen before, or failed with an error."""

    applied: list[Event] = field(default_factory=list)
    seen: list[Event] = field(default_factory=list)
    failed: dict[str, Exception] = field(default_factory=dict)  # by event id
    notes: list[str] = field(default_factory=list)
    damaged: list[tuple[str, DamagedItem]] = field(default_factory=list)  # event id, and the item that could not be read
    refused_late: int = 0

    @property
    def known(self) -> set[str]:
        """Ids of the events that the states have in them."""
        return {event.event_id for event in (*self.applied, *self.seen)}

    def take(self, plan: Plan, note: str | None) -> None:
        """Add a group that was written."""
        self.applied += [entry.event for entry in plan.entries]
        self.notes += [note] if note is not None else []
        self.damaged += plan.damaged
        self.refused_late += plan.refused_late

    def see(self, event: Event, stored: Item) -> None:
        """Add an event that was applied before, with the note of its receipt."""
        self.seen.append(event)
        try:
            note = receipt.note_of(stored)
        except DamagedItem as damage:
            self.damaged.append((event.event_id, damage))
        else:
            self.notes += [note] if note is not None else []


class OnlineStates:
    """The tables of entities' states and of receipts."""

    def __init__(self, client: Callable[[], Any], receipts_table: str, *, pause_seconds: float = FIRST_PAUSE_SECONDS) -> None:
        self._client = client
        self._receipts_table = receipts_table
        self._pause_seconds = pause_seconds

    def apply(self, entries: Sequence[Entry], note_of: NoteOf, *, give_up_at: float = float("inf")) -> Outcome:
        """Apply each event once, as many together as one transaction holds; never raises for a single event's fault.

        `note_of` describes the events that are applied together; its text is kept with the first one's receipt and handed
        out again whenever that event is delivered again. After `give_up_at`, by the monotonic clock, the rest fails untried.
        """
        outcome = Outcome()
        waiting = deque(groups_of(entries, self._receipts_table))
        while waiting:
            group = waiting.popleft()
            error = self._try(group, note_of, outcome, give_up_at)
            if error is None:
                continue
            if len(group) == 1 or time.monotonic() >= give_up_at:
                outcome.failed |= {entry.event_id: error for entry in group}
            else:
                middle = len(group) // 2
                waiting.extendleft((group[middle:], group[:middle]))
        return outcome

    def _try(self, group: Group, note_of: NoteOf, outcome: Outcome, give_up_at: float) -> Exception | None:
        """Apply a group, again while others win; the error that stopped it, if any."""
        for attempt in range(ATTEMPTS if len(group) == 1 else GROUP_ATTEMPTS):
            self._pause(attempt)
            if time.monotonic() >= give_up_at:
                break
            try:
                self._apply(group, note_of, outcome)
            except Exception as error:  # one event's fault must not stop the others: alone, it is reported as its own
                if not _is_passing(error):
                    return error
            else:
                return None
        return StateConflict("others kept winning, or the store was too busy")

    def _apply(self, group: Group, note_of: NoteOf, outcome: Outcome) -> None:
        items = self._read(list(dict.fromkeys(key for entry in group for key in entry.keys(self._receipts_table))))
        seen = [entry for entry in group if (self._receipts_table, entry.event_id) in items]
        fresh = [entry for entry in group if (self._receipts_table, entry.event_id) not in items]
        if fresh:
            plan, note = plan_of(fresh, items), note_of([entry.event for entry in fresh])
            self._write(plan, note)
            outcome.take(plan, note)
        for entry in seen:
            outcome.see(entry.event, items[self._receipts_table, entry.event_id])

    def _read(self, keys: list[Key]) -> Items:
        """Receipts and states as of now. A throttled item must never be taken for a missing one."""
        items: Items = {}
        request = request_of(self._receipts_table, keys)
        for attempt in range(ATTEMPTS):
            self._pause(attempt)
            response = self._client().batch_get_item(RequestItems=request)
            items |= {
                key_of(self._receipts_table, table, item): item for table, found in response["Responses"].items() for item in found
            }
            request = response.get("UnprocessedKeys")
            if not request:
                return items
        raise StateConflict("the store was too busy to say all of it")

    def _write(self, plan: Plan, note: str | None) -> None:
        now_seconds = time.time()
        notes = {plan.entries[0].event_id: note}
        receipts = [receipt.put(entry.event_id, notes.get(entry.event_id), now_seconds) for entry in plan.entries]
        writes = [put(self._receipts_table, parameters) for parameters in receipts]
        for (table, identity), changed in plan.changed.items():
            writes.append(put(table, state.put(identity, changed.state, changed.stored, now_seconds)))
        self._client().transact_write_items(TransactItems=writes)

    def _pause(self, attempt: int) -> None:
        if attempt:
            time.sleep(self._pause_seconds * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 jitter


def _is_passing(error: Exception) -> bool:
    """Whether the same may succeed in a moment. What was written unseen is found by its receipts."""
    if isinstance(error, ClientError):
        codes = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])} - {"None", None}
        return codes <= AGAIN if codes else error.response["Error"]["Code"] in BUSY
    return isinstance(error, (StateConflict, ConnectionError, HTTPClientError))
