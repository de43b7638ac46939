"""Events that are applied together: as many as one read and one write can hold, each entity's state once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from functions.ingest.events import Event
from functions.ingest.items import Key
from greenfraud.errors import DamagedItem
from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import View
from greenfraud.features.retention import without_expired
from greenfraud.features.tiles import ViewState
from greenfraud.items import state as state_items
from greenfraud.items.attributes import Item

# Both BatchGetItem and TransactWriteItems take 100 items.
MOST_ITEMS = 100


@dataclass(frozen=True)
class Change:
    """What an event does to the state of one entity."""

    table: str
    view: View
    identity: str
    apply: Callable[[ViewState], ViewState]

    @property
    def key(self) -> Key:
        """The entity's key in Feast's layout."""
        return self.table, entity_id(self.view.join_key, self.identity)


@dataclass(frozen=True)
class Entry:
    """An event and all it changes; without changes it leaves its receipt alone."""

    event: Event
    changes: tuple[Change, ...] = ()

    @property
    def event_id(self) -> str:
        """The key of its receipt."""
        return self.event.event_id

    def keys(self, receipts_table: str) -> list[Key]:
        """Everything that is read and written for it."""
        return [(receipts_table, self.event_id), *(change.key for change in self.changes)]


Group = Sequence[Entry]


def groups_of(entries: Iterable[Entry], receipts_table: str, most_items: int = MOST_ITEMS) -> Iterator[Group]:
    """Consecutive entries that touch at most `most_items` items together."""
    group: list[Entry] = []
    touched: set[Key] = set()
    for entry in entries:
        keys = set(entry.keys(receipts_table))
        if group and len(touched | keys) > most_items:
            yield group
            group, touched = [], set()
        group.append(entry)
        touched |= keys
    if group:
        yield group


@dataclass
class Changed:
    """The state of one entity while the events of a group are added to it."""

    stored: Item | None
    before: ViewState
    state: ViewState


@dataclass
class Plan:
    """What a group's events make of the states that were read."""

    entries: Group
    states: dict[Key, Changed] = field(default_factory=dict)
    refused_late: int = 0
    damaged: list[tuple[str, DamagedItem]] = field(default_factory=list)  # event id, and the state that lacks it now

    @property
    def changed(self) -> dict[Key, Changed]:
        """Only what has to be written."""
        return {key: one for key, one in self.states.items() if one.state != one.before}


def plan_of(entries: Group, items: Mapping[Key, Item]) -> Plan:
    """Add every event to the states it changes, in order.

    An event older than every tile that is retained leaves a state as it is: it is counted as refused late. A damaged
    state stays as it stands, to be rebuilt from the lake, which the event still reaches.
    """
    plan = Plan(entries)
    for entry in entries:
        for change in entry.changes:
            try:
                _add(plan, change, items.get(change.key))
            except DamagedItem as damage:
                plan.damaged.append((entry.event_id, damage))
    return plan


def _add(plan: Plan, change: Change, stored: Item | None) -> None:
    if change.key not in plan.states:
        before = without_expired(_state_of(change.view, stored), time.time_ns() // 1000)
        plan.states[change.key] = Changed(stored, before, before)
    held = plan.states[change.key]
    after = without_expired(change.apply(held.state), time.time_ns() // 1000)
    plan.refused_late += after == held.state
    held.state = after


def _state_of(view: View, stored: Item | None) -> ViewState:
    state = None if stored is None else state_items.decode(view, stored, time.time())
    return state or ViewState.empty(view)
