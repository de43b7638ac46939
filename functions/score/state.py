"""Reads all a score needs in one BatchGetItem: the entities of each transaction and one copy of the control item."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from functions.score.decoding import decode_state
from greenfraud.errors import DamagedItem
from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import Manifest
from greenfraud.features.tiles import ViewState
from greenfraud.items import control as control_items
from greenfraud.items import state as state_items
from greenfraud.items.control import Copy
from greenfraud.records import Transaction

logger = logging.getLogger(__name__)

KEYS_PER_READ = 100  # BatchGetItem's own limit
DEADLINE_SECONDS = 0.25  # for asking again what a throttled table left unprocessed
FIRST_PAUSE_SECONDS = 0.005

Item = dict[str, Any]
Entity = tuple[str, str]  # the name of its view, and its id
Address = tuple[str, str, str]  # table, key attribute, key value


@dataclass(frozen=True)
class Tables:
    """Names of the tables of the hot path; those of states by view."""

    control: str
    states: Mapping[str, str]


@dataclass(frozen=True)
class Snapshot:
    """What one read found: one copy of the control document, and states by entity.

    An entity never seen is None, one that could not be read is absent. Of an `unsettled` one nobody can tell whether its state has
    a payment that was decided before.
    """

    control: Copy
    states: Mapping[Entity, ViewState | None] = field(default_factory=dict)
    unsettled: frozenset[Entity] = frozenset()


def entities_of(transaction: Transaction, manifest: Manifest) -> list[Entity]:
    """Whose past a transaction is part of: one entity per view, or none where it names nobody."""
    named = ((name, transaction.entity(view.join_key)) for name, view in manifest.views.items())
    return [(name, identity) for name, identity in named if identity is not None]


class StateReader(Protocol):
    """The one read of the hot path."""

    def read(self, entities: Collection[Entity] = ()) -> Snapshot:
        """The states of these entities and a copy of the control document; a fault of the store is no exception but an absence."""
        ...

    def read_copies(self) -> list[Copy]:
        """Every copy of the control document."""
        ...


class DynamoStateReader:
    """StateReader over either DynamoDB client."""

    def __init__(
        self,
        client: Callable[[], Any],
        tables: Tables,
        manifest: Manifest,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._client = client
        self._tables = tables
        self._views = manifest.views
        self._deadline_seconds = deadline_seconds

    def read(self, entities: Collection[Entity] = ()) -> Snapshot:
        """One BatchGetItem; more only beyond its limit of 100 keys."""
        # Any copy will do: spread over them, no single item's partition caps the traffic.
        name = control_items.any_copy_id()
        control = self._copy_address(name)
        at = {self._entity_address(entity): entity for entity in entities}
        items = self._fetch([control, *at])
        return Snapshot(_copy(name, items, control), self._states(at, items))

    def read_copies(self) -> list[Copy]:
        """One BatchGetItem more."""
        at = {name: self._copy_address(name) for name in map(control_items.copy_id, range(control_items.COPIES))}
        items = self._fetch([*at.values()])
        return [_copy(name, items, address) for name, address in at.items()]

    def _copy_address(self, name: str) -> Address:
        return self._tables.control, control_items.KEY, name

    def _entity_address(self, entity: Entity) -> Address:
        view, identity = entity
        return self._tables.states[view], state_items.KEY, entity_id(self._views[view].join_key, identity)

    def _states(self, at: dict[Address, Entity], items: dict[Address, Item | None]) -> dict[Entity, ViewState | None]:
        now_seconds = time.time()
        states: dict[Entity, ViewState | None] = {}
        for address in at.keys() & items.keys():
            item, entity = items[address], at[address]
            try:
                view = self._views[entity[0]]
                states[entity] = None if item is None else state_items.decode(view, item, now_seconds, decode_state)
            except DamagedItem as damage:
                logger.warning("a stored state is damaged: %s", damage)
        return states

    def _fetch(self, addresses: list[Address]) -> dict[Address, Item | None]:
        found: dict[Address, Item | None] = {}
        give_up_at = time.monotonic() + self._deadline_seconds
        for start in range(0, len(addresses), KEYS_PER_READ):
            part = addresses[start : start + KEYS_PER_READ]
            answered = self._fetch_some(part, give_up_at)
            found |= answered
            if len(answered) < len(part):  # waiting for the next part in vain, too, would take the time of a whole batch
                break
        return found

    def _fetch_some(self, addresses: list[Address], give_up_at: float) -> dict[Address, Item | None]:
        """Ask until every key is answered or time is up; an answered key without an item is None."""
        found: dict[Address, Item | None] = {}
        waiting, pause = set(addresses), FIRST_PAUSE_SECONDS
        while waiting:
            try:
                response = self._client().batch_get_item(RequestItems=self._request(waiting))
                items = _by_address(response["Responses"], addresses)
                unprocessed = _unprocessed(response.get("UnprocessedKeys", {}), waiting)
            except Exception as error:  # whatever a client raises, and whatever is no answer: nothing was read
                logger.warning("state read failed: %s", type(error).__name__)
                break
            found |= {address: items.get(address) for address in waiting - unprocessed}
            waiting = unprocessed
            if time.monotonic() + pause > give_up_at:
                break
            if waiting:
                time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 jitter
                pause *= 2
        return found

    def _request(self, addresses: Iterable[Address]) -> dict[str, Any]:
        request: dict[str, Any] = {}
        for table, attribute, value in addresses:
            # Only the control item must be the newest: a promotion is seen by the very next request.
            wanted = request.setdefault(table, {"Keys": [], "ConsistentRead": table == self._tables.control})
            wanted["Keys"].append({attribute: {"S": value}})
        return request


def _by_address(responses: dict[str, list[Item]], addresses: list[Address]) -> dict[Address, Item]:
    attribute_of = {table: attribute for table, attribute, _ in addresses}
    return {
        (table, attribute_of[table], item[attribute_of[table]]["S"]): item for table, items in responses.items() for item in items
    }


def _unprocessed(left: dict[str, Any], waiting: set[Address]) -> set[Address]:
    again = {(table, name, cell["S"]) for table, part in left.items() for key in part["Keys"] for name, cell in key.items()}
    return again & waiting


def _copy(name: str, items: dict[Address, Item | None], address: Address) -> Copy:
    return control_items.read_copy(name, items[address]) if address in items else Copy(name, None, "unreadable")
