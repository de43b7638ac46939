"""What can go wrong with a stored state, for the tests of everybody who reads one: attribute missing, of another type, cut off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenfraud.features.encoding import encode_int64
from greenfraud.features.manifest import load_manifest

CUSTOMER = load_manifest().views["customer_activity"]
SERIES = CUSTOMER.series[0].name
Item = dict[str, Any]
Damage = Callable[[Item], Item]


def without(name: str) -> Damage:
    """The item without an attribute."""
    return lambda item: {one: cell for one, cell in item.items() if one != name}


def instead(name: str, cell: dict[str, Any]) -> Damage:
    """The item with another attribute of that name."""
    return lambda item: {**item, name: cell}


def within(name: str, change: Callable[[bytes], dict[str, Any] | None]) -> Damage:
    """The item with one value changed, or without it."""

    def damage(item: Item) -> Item:
        values = dict(item["values"]["M"])
        cell = change(values.pop(name)["B"])
        return {**item, "values": {"M": values if cell is None else {**values, name: cell}}}

    return damage


# By what is wrong: the attribute that every reader must name, and how an item comes to it.
DAMAGES: dict[str, tuple[str, Damage]] = {
    "values missing": ("values", without("values")),
    "values of another type": ("values", instead("values", {"S": "?"})),
    "values null": ("values", instead("values", {"NULL": True})),
    "values a list": ("values", instead("values", {"M": []})),  # type: ignore[dict-item]  # no client answers so; a bug may
    "event_ts missing": ("event_ts", without("event_ts")),
    "event_ts of another type": ("event_ts", instead("event_ts", {"N": "7"})),
    "version of another type": ("version", instead("version", {"S": "seven"})),
    "version a fraction": ("version", instead("version", {"N": "1.5"})),
    "event_ts empty": ("event_ts", instead("event_ts", {"S": ""})),
    "version below zero": ("version", instead("version", {"N": "-5"})),
    "version of forty digits": ("version", instead("version", {"N": "4" * 40})),
    "expires_at of another type": ("expires_at", instead("expires_at", {"S": "4711000000000000"})),
    "expires_at a map": ("expires_at", instead("expires_at", {"M": {}})),
    "newest event missing": (f"values.{CUSTOMER.last}", within(CUSTOMER.last, lambda _: None)),
    "newest event null": (f"values.{CUSTOMER.last}", within(CUSTOMER.last, lambda _: {"B": b""})),
    "newest event a string": (f"values.{CUSTOMER.last}", within(CUSTOMER.last, lambda _: {"S": "4711000000000000"})),
    "newest event in nanoseconds": (
        f"values.{CUSTOMER.last}",
        within(CUSTOMER.last, lambda _: {"B": encode_int64(1_800_000_000_000_000_000)}),
    ),
    "newest event before 1970": (f"values.{CUSTOMER.last}", within(CUSTOMER.last, lambda _: {"B": encode_int64(-1)})),
    "newest event of 70 bits": (
        f"values.{CUSTOMER.last}",
        within(CUSTOMER.last, lambda _: {"B": b"\x20" + b"\xff" * 9 + b"\x7f"}),
    ),
    "newest event cut off": (f"values.{CUSTOMER.last}", within(CUSTOMER.last, lambda content: {"B": content[:-1]})),
    "a series cut off": (f"values.{SERIES}", within(SERIES, lambda content: {"B": content[:-1]})),
    "a series of other bytes": (f"values.{SERIES}", within(SERIES, lambda _: {"B": b"\x00\x01"})),
    "a series of another type": (f"values.{SERIES}", within(SERIES, lambda _: {"N": "4711"})),
}
# DynamoDB stores no other shapes; what cannot be stored can still be read where a client has a bug.
STORABLE = {name: damage for name, damage in DAMAGES.items() if name not in {"values a list", "version of forty digits"}}
