"""Conditional writes of entity states: whoever else writes meanwhile wins, and the decision is taken anew.

Live ingestion, Feast's SDK and the jobs write the same DynamoDB items. Every write counts `version` up and holds only
over the version that was read. Of an item that exists, only the columns that differ are written: a newer release may
keep series that this one does not know.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from greenfraud.items.state import VALUES, VERSION, cells, key, life, next_version, unchanged
from training.online.stored_states import Stored, read_states

if TYPE_CHECKING:
    from greenfraud.features.manifest import View
    from greenfraud.features.tiles import ViewState

# DynamoDB's limit for one transaction and for one BatchGetItem.
BATCH_ITEMS = 100
WRITERS = 4
ATTEMPTS = 5
BUSY = {"ConditionalCheckFailedException", "TransactionConflictException"}


class Outcome(Enum):
    """What became of one state."""

    SAME = "nothing differs"
    CREATED = "there was no item"
    REBUILT = "the item was damaged"
    CORRECTED = "tiles differed"
    BEHIND = "the item knows an event that the writer does not"
    CONFLICT = "others kept writing"
    MOVING = "closed tiles agree, and open ones were changing"
    UNKNOWN = "the lake does not know the item's entity"
    DAMAGED = "the item is damaged, and the lake does not know its entity"


WRITTEN = (Outcome.CREATED, Outcome.REBUILT, Outcome.CORRECTED)
# The state to store, or why none is stored.
Decision = Callable[[str, Stored | None, "ViewState"], "ViewState | Outcome"]


@dataclass(frozen=True)
class StateWriter:
    """Stores in one table what `decide` makes of an item and of the state that is offered for it."""

    client: Any
    view: View
    table: str
    decide: Decision

    def write(self, states: Mapping[str, ViewState]) -> Counter[Outcome]:
        """Offer states by entity id; returns how many came to which end.

        Raises botocore's ClientError for anything but a lost race.
        """
        ids = list(states)
        batches = [{entity_id: states[entity_id] for entity_id in ids[start : start + BATCH_ITEMS]} for start in _starts(ids)]
        with ThreadPoolExecutor(WRITERS) as writers:
            return sum(writers.map(self._write_batch, batches), Counter())

    def _write_batch(self, states: Mapping[str, ViewState]) -> Counter[Outcome]:
        outcomes: Counter[Outcome] = Counter()
        for _ in range(ATTEMPTS):
            items = read_states(self.client, self.view, self.table, list(states))
            updates: dict[str, dict[str, Any]] = {}
            ends: dict[str, Outcome] = {}
            for entity_id, state in states.items():
                stored = items.get(entity_id)
                decision = self.decide(entity_id, stored, state)
                ends[entity_id] = _end(stored, decision)
                if ends[entity_id] in WRITTEN and not isinstance(decision, Outcome):
                    updates[entity_id] = update_of(self.table, entity_id, stored, decision)
            refused = _refused(self.client, updates)
            outcomes.update(end for entity_id, end in ends.items() if entity_id not in refused)
            states = {entity_id: states[entity_id] for entity_id in refused}
            if not states:
                return outcomes
        return outcomes + Counter({Outcome.CONFLICT: len(states)})


def _starts(ids: Sequence[str]) -> range:
    return range(0, len(ids), BATCH_ITEMS)


def _end(stored: Stored | None, decision: ViewState | Outcome) -> Outcome:
    if isinstance(decision, Outcome):
        return decision
    if stored is not None and stored.damage is not None:
        return Outcome.REBUILT
    if stored is None or stored.state is None:
        return Outcome.CREATED
    return Outcome.SAME if decision == stored.state else Outcome.CORRECTED


def _refused(client: Any, updates: Mapping[str, dict[str, Any]]) -> set[str]:
    """Write all at once, or, when some are refused, the others one by one; return the refused."""
    if not updates:
        return set()
    try:
        client.transact_write_items(TransactItems=[{"Update": update} for update in updates.values()])
    except client.exceptions.TransactionCanceledException as error:
        reasons = zip(updates, error.response["CancellationReasons"], strict=True)
        lost = {entity_id for entity_id, reason in reasons if reason.get("Code") == "ConditionalCheckFailed"}
        return lost | {name for name, update in updates.items() if name not in lost and not _is_written(client, update)}
    return set()


def _is_written(client: Any, update: dict[str, Any]) -> bool:
    try:
        client.update_item(**update)
    except ClientError as error:
        if error.response["Error"]["Code"] not in BUSY:
            raise
        return False
    return True


def update_of(table: str, entity_id: str, stored: Stored | None, state: ViewState) -> dict[str, Any]:
    """Return the update that stores a state over what was read, and over nothing else."""
    item = None if stored is None else stored.item
    now_seconds = time.time()
    assigned = {**_assigned(stored, state, now_seconds), (VERSION,): {"N": str(next_version(item, now_seconds))}}
    condition = unchanged(item)
    names, places = condition.names, []
    for number, path in enumerate(assigned):
        names |= {f"#{number}_{depth}": name for depth, name in enumerate(path)}
        places.append(".".join(f"#{number}_{depth}" for depth in range(len(path))) + f" = :{number}")
    return {
        "TableName": table,
        "Key": key(entity_id),
        "UpdateExpression": f"SET {', '.join(places)}",
        "ConditionExpression": condition.expression,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {
            **condition.values,
            **{f":{number}": cell for number, cell in enumerate(assigned.values())},
        },
    }


def _assigned(stored: Stored | None, state: ViewState, now_seconds: float) -> dict[tuple[str, ...], Any]:
    """Return what is set, by path; a corrected tile is no sign of life, so only a newer event prolongs an item's."""
    fresh: dict[tuple[str, ...], Any] = {(name,): cell for name, cell in life(state, now_seconds).items()}
    if stored is None or stored.state is None:
        return {(VALUES,): {"M": cells(state)}, **fresh}
    before = stored.item[VALUES]["M"]
    changed: dict[tuple[str, ...], Any] = {(VALUES, name): cell for name, cell in cells(state).items() if before.get(name) != cell}
    return changed if stored.state.newest_us == state.newest_us else changed | fresh
