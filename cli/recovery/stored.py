"""What the tables know of events: their items, their receipts, and whether a state of theirs can be read."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cli.errors import CommandError
from cli.target import Target
from greenfraud.errors import DamagedItem
from greenfraud.features.manifest import load_manifest
from greenfraud.items import decision, entities, receipt, state
from greenfraud.items.attributes import Attributes, Item

KEYS_AT_ONCE = 100  # as many as BatchGetItem takes
ATTEMPTS = 8
Key = tuple[str, str]  # a transaction, and which record of it


class Stored:
    """The decisions, receipts and states of one deployment, read as of now."""

    def __init__(self, target: Target) -> None:
        self._client, self._outputs = target.client("dynamodb"), target.outputs

    def items(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Items of the decisions table; what is not there is left out."""
        asked = [decision.key(*key) for key in dict.fromkeys(keys)]
        found = self._read(self._outputs["DecisionsTable"], asked)
        return {(item[decision.KEY]["S"], item[decision.RECORD]["S"]): item for item in found}

    def counted(self, event_ids: Iterable[str]) -> set[str]:
        """Those events that have a receipt: the states know them."""
        asked = [receipt.key(event_id) for event_id in dict.fromkeys(event_ids)]
        return {receipt.event_id_of(item) for item in self._read(self._outputs["ReceiptsTable"], asked)}

    def damaged_state(self, item: Item, at: str) -> str | None:
        """The view in which the event's entity still has a damaged state, or none at all; `at` names it first."""
        view = load_manifest().views.get(at.partition(".")[0])
        identity = _identity(item, view.join_key) if view is not None else None
        if view is None or identity is None:
            return None
        tables = state.tables_of(load_manifest(), self._outputs["CustomerTable"], self._outputs["TerminalTable"])
        found = list(self._read(tables[view.name], [state.key_of(view, identity)]))
        try:
            return None if found and state.decode(view, found[0], time.time()) else view.name
        except DamagedItem:
            return view.name

    def _read(self, table: str, keys: Sequence[Any]) -> Iterator[Item]:
        """Read by as many requests as it takes. A throttled item must never be taken for a missing one."""
        for start in range(0, len(keys), KEYS_AT_ONCE):
            request = {table: {"Keys": keys[start : start + KEYS_AT_ONCE], "ConsistentRead": True}}
            for attempt in range(ATTEMPTS):
                answer = self._client.batch_get_item(RequestItems=request)
                yield from answer["Responses"].get(table, [])
                request = answer.get("UnprocessedKeys") or {}
                if not request:
                    break
                time.sleep(0.05 * 2**attempt)
            else:
                raise CommandError(f"table {table} is too busy to be read. Run redrive again later")


def _identity(item: Item, join_key: str) -> str | None:
    """Whom an event's record names by a join key: in a field of its own, or among its extra columns."""
    if join_key in item:
        return str(item[join_key]["S"])
    told = entities.told_by(Attributes(item, "event")) or entities.of_decision(item)
    return told.get(join_key)
