"""The online state of a customer, terminal or other entity, in the layout of Feast's DynamoDB online store.

`entity_id` S, `event_ts` S, `values` M of name -> B are Feast's own. We add `version` N, counted up by every writer of ours,
and `expires_at` N; items that Feast's SDK wrote have neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from greenfraud.errors import DamagedItem
from greenfraud.features.encoding import entity_id, event_ts
from greenfraud.features.manifest import KEPT_SECONDS, Manifest, View
from greenfraud.features.tiles import ViewState
from greenfraud.instants import LAST_US
from greenfraud.items.attributes import UNREADABLE, Attributes, Item
from greenfraud.items.tables import EXPIRY, STATES

KEY = STATES.partition
VERSION, EVENT_TS, VALUES = "version", "event_ts", "values"
HIGHEST_VERSION = 1 << 62  # far above what counting reaches, far below the 38 digits that DynamoDB takes
Cells = Mapping[str, bytes]


class Condition(NamedTuple):
    """A condition expression with the names and values it mentions."""

    expression: str
    names: dict[str, str]
    values: dict[str, Any]


def key(identity: str) -> dict[str, Any]:
    """Return the key of a state by its entity id in Feast's spelling."""
    return {KEY: {"S": identity}}


def key_of(view: View, value: str) -> dict[str, Any]:
    """Return the key of an entity's state by its own id."""
    return key(entity_id(view.join_key, value))


def tables_of(manifest: Manifest, customer: str, terminal: str) -> dict[str, str]:
    """Return the table of each view: a deployment names those of customers and terminals, every other one has Feast's name."""
    named = {"customer_id": customer, "terminal_id": terminal}
    return {name: named.get(view.join_key, view.table) for name, view in manifest.views.items()}


def identity_of(item: Item) -> str:
    """Return the entity id of an item; a table's key is always there and always a string."""
    return str(item[KEY]["S"])


def encode(identity: str, state: ViewState, *, version: int, now_seconds: float) -> dict[str, Any]:
    """Return the whole item; `now_seconds`, by the wall clock, starts its time to live."""
    return {**key(identity), VALUES: {"M": cells(state)}, **life(state, now_seconds), VERSION: {"N": str(version)}}


def cells(state: ViewState) -> dict[str, Any]:
    """Return the map `values`."""
    return {name: {"B": content} for name, content in state.encode().items()}


def life(state: ViewState, now_seconds: float) -> dict[str, Any]:
    """Return the attributes that say how new a state is, and until when it is kept."""
    return {EVENT_TS: {"S": event_ts(state.newest_us or 0)}, EXPIRY: {"N": str(state.view.expires_at(now_seconds))}}


def decode(
    view: View, item: Item, now_seconds: float, decode_values: Callable[[View, Cells], ViewState] = ViewState.decode
) -> ViewState | None:
    """Return the state of an item, None where its time is over: DynamoDB deletes expired items up to days late.

    A series that the item lacks is empty: it was declared after the item was written. Raises DamagedItem.
    """
    try:
        if EXPIRY in item and float(item[EXPIRY]["N"]) <= now_seconds:
            return None
        state = decode_values(view, {name: cell["B"] for name, cell in item[VALUES]["M"].items()})
        is_whole = bool(item[EVENT_TS]["S"]) and (VERSION not in item or _version(item) >= 0)
    except UNREADABLE:
        raise _fault(view, item) from None
    if state.newest_us is None or not is_whole or not 0 <= state.newest_us <= LAST_US:
        raise _fault(view, item)
    return state


def _version(item: Item) -> int:
    version = int(item[VERSION]["N"])
    if not 0 <= version <= HIGHEST_VERSION:
        raise ValueError
    return version


def _fault(view: View, item: Item) -> DamagedItem:
    """Return what is wrong with an item, by its first attribute at fault: only damaged items are looked at so closely."""
    attributes = Attributes(item, view.name)
    try:
        if EXPIRY in item:
            attributes.quantity(EXPIRY)
        if VERSION in item:
            attributes.whole(VERSION, HIGHEST_VERSION)
        attributes.parsed(EVENT_TS, _present)
        values = Attributes(attributes.mapping(VALUES), f"{view.name}.{VALUES}")
        for name in view.columns:
            if values.has(name) or name == view.last:
                values.read(name, "B", partial(_check_column, view, name))
    except DamagedItem as fault:
        return fault
    return DamagedItem(view.name, VALUES, "unreadable")


def _check_column(view: View, name: str, content: bytes) -> None:
    newest_us = ViewState.decode(view, {name: content}).newest_us
    if name == view.last and (newest_us is None or not 0 <= newest_us <= LAST_US):
        raise ValueError


def _present(text: str) -> str:
    if not text:
        raise ValueError
    return text


def next_version(item: Item | None, now_seconds: float) -> int:
    """Return the version of what is written over an item.

    Over one whose version cannot be read it starts at the epoch's microseconds: no older version is as high, so nobody
    takes the new item for one that was read before.
    """
    if item is None or VERSION not in item:
        return 1
    try:
        return _version(item) + 1
    except UNREADABLE:
        return int(now_seconds * 1_000_000)


def mark(item: Item) -> tuple[tuple[str, str], ...]:
    """Return by what a change of an item shows: its version, or `event_ts` where Feast's SDK wrote it and there is none."""
    return tuple((name, repr(item[name])) for name in _marks(item) if name in item)


def unchanged(item: Item | None) -> Condition:
    """Return the condition that an item is still as it was read; None stands for none being there."""
    if item is None:
        return Condition(STATES.is_new, {}, {})
    names = {f"#{name}": name for name in _marks(item)}
    present = {f":{name}_before": item[name] for name in _marks(item) if name in item}
    parts = [f"#{name} = :{name}_before" if name in item else f"attribute_not_exists(#{name})" for name in _marks(item)]
    return Condition(" AND ".join(parts), names, present)


def _marks(item: Item) -> tuple[str, ...]:
    return (VERSION,) if VERSION in item else (VERSION, EVENT_TS)


def written_at(item: Item) -> float:
    """Return when an item was last written, in epoch seconds: every writer of ours lets it live for the same time from then on.

    Items without an expiry, which Feast's SDK wrote, count as old. Raises DamagedItem.
    """
    return Attributes(item, KEY).quantity(EXPIRY) - KEPT_SECONDS if EXPIRY in item else -KEPT_SECONDS


def put(identity: str, state: ViewState, before: Item | None, now_seconds: float) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that only succeeds over the item the state was computed from."""
    condition = unchanged(before)
    mentioned = {"ExpressionAttributeNames": condition.names, "ExpressionAttributeValues": condition.values}
    return {
        "Item": encode(identity, state, version=next_version(before, now_seconds), now_seconds=now_seconds),
        "ConditionExpression": condition.expression,
        **{name: members for name, members in mentioned.items() if members},
    }
