"""Reads all a score needs in one BatchGetItem: both entities of each transaction and one copy of the control item."""

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
from greenfraud.features.manifest import Manifest, View
from greenfraud.features.tiles import ViewState
from greenfraud.items import control as control_items
from greenfraud.items import state as state_items
from greenfraud.items.control import Copy

logger = logging.getLogger(__name__)

KEYS_PER_READ = 100  # BatchGetItem's own limit
DEADLINE_SECONDS = 0.25  # for asking again what a throttled table left unprocessed
FIRST_PAUSE_SECONDS = 0.005

Item = dict[str, Any]
Address = tuple[str, str, str]  # table, key attribute, key value


@dataclass(frozen=True)
class Tables:
    """Names of the three tables of the hot path."""

    control: str
    customer: str
    terminal: str


@dataclass(frozen=True)
class Snapshot:
    """What one read found: one copy of the control document; an entity never seen is None, one that could not be read is absent.

    Of an `unsettled` entity, a kind and an id, nobody can tell whether its state has a payment that was decided before.
    """

    control: Copy
    customers: Mapping[str, ViewState | None] = field(default_factory=dict)
    terminals: Mapping[str, ViewState | None] = field(default_factory=dict)
    unsettled: frozenset[tuple[str, str]] = frozenset()


class StateReader(Protocol):
    """The one read of the hot path."""

    def read(self, customers: Collection[str] = (), terminals: Collection[str] = ()) -> Snapshot:
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
        self._customer_view = manifest.views["customer_activity"]
        self._terminal_view = manifest.views["terminal_activity"]
        self._deadline_seconds = deadline_seconds

    def read(self, customers: Collection[str] = (), terminals: Collection[str] = ()) -> Snapshot:
        """One BatchGetItem; more only beyond its limit of 100 keys."""
        # Any copy will do: spread over them, no single item's partition caps the traffic.
        name = control_items.any_copy_id()
        control = self._copy_address(name)
        customer_at = {self._entity_address(self._tables.customer, self._customer_view, one): one for one in customers}
        terminal_at = {self._entity_address(self._tables.terminal, self._terminal_view, one): one for one in terminals}
        items = self._fetch([control, *customer_at, *terminal_at])
        return Snapshot(
            control=_copy(name, items, control),
            customers=_states(self._customer_view, customer_at, items),
            terminals=_states(self._terminal_view, terminal_at, items),
        )

    def read_copies(self) -> list[Copy]:
        """One BatchGetItem more."""
        at = {name: self._copy_address(name) for name in map(control_items.copy_id, range(control_items.COPIES))}
        items = self._fetch([*at.values()])
        return [_copy(name, items, address) for name, address in at.items()]

    def _copy_address(self, name: str) -> Address:
        return self._tables.control, control_items.KEY, name

    @staticmethod
    def _entity_address(table: str, view: View, value: str) -> Address:
        return table, state_items.KEY, entity_id(view.join_key, value)

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


def _states(view: View, at: dict[Address, str], items: dict[Address, Item | None]) -> dict[str, ViewState | None]:
    now_seconds = time.time()
    states: dict[str, ViewState | None] = {}
    for address in at.keys() & items.keys():
        item = items[address]
        try:
            states[at[address]] = None if item is None else state_items.decode(view, item, now_seconds, decode_state)
        except DamagedItem as damage:
            logger.warning("a stored state is damaged: %s", damage)
    return states
