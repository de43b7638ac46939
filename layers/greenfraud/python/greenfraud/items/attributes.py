"""The attributes of one item, read with a check of their type and meaning."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from greenfraud.errors import ContractError, DamagedItem

Item = Mapping[str, Mapping[str, Any]]
Value = TypeVar("Value")

# What reading an attribute that is absent, of another type or cut off may raise.
UNREADABLE = (ContractError, AttributeError, LookupError, TypeError, ValueError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Attributes:
    """An item of a kind; each method returns one attribute, or raises DamagedItem naming it."""

    item: Item
    kind: str

    def text(self, name: str) -> str:
        """Return a string attribute."""
        return self.read(name, "S", _text)

    def parsed(self, name: str, parse: Callable[[str], Value]) -> Value:
        """Return a string attribute as `parse` reads it."""
        return self.read(name, "S", parse)

    def whole(self, name: str, maximum: int) -> int:
        """Return a number attribute that is an integer from 0 to `maximum`."""
        return self.read(name, "N", lambda number: _between(int(number), maximum))

    def quantity(self, name: str) -> float:
        """Return a number attribute that is finite and not negative."""
        return self.read(name, "N", _quantity)

    def flag(self, name: str) -> bool:
        """Return a boolean attribute."""
        return self.read(name, "BOOL", _flag)

    def content(self, name: str) -> bytes:
        """Return a binary attribute; Lambda's stream records spell it in base64, DynamoDB's clients as bytes."""
        return self.read(name, "B", _content)

    def object(self, name: str) -> dict[str, Any]:
        """Return a string attribute that holds a JSON object."""
        return self.read(name, "S", _object)

    def mapping(self, name: str) -> Item:
        """Return a map attribute, its members not read yet."""
        return self.read(name, "M", _mapping)

    def has(self, name: str) -> bool:
        """Tell whether the item has an attribute, whatever it holds."""
        return name in self.item

    def read(self, name: str, type_: str, parse: Callable[[Any], Value]) -> Value:
        """Return an attribute of a DynamoDB type as `parse` reads it."""
        try:
            return parse(self.item[name][type_])
        except UNREADABLE as error:
            raise DamagedItem(self.kind, name, error) from None  # the error itself would quote the value


def text_cells(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return string attributes as DynamoDB spells them."""
    return {name: {"S": text} for name, text in texts.items()}


def number_cells(numbers: Mapping[str, float]) -> dict[str, dict[str, str]]:
    """Return number attributes as DynamoDB spells them.

    >>> number_cells({"count": 3, "share": 0.1})
    {'count': {'N': '3'}, 'share': {'N': '0.1'}}
    """
    return {name: {"N": repr(number)} for name, number in numbers.items()}


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError
    return text


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _between(value: int, maximum: int) -> int:
    if not 0 <= value <= maximum:
        raise ValueError
    return value


def _quantity(number: str) -> float:
    value = float(number)
    if not 0.0 <= value < math.inf:
        raise ValueError
    return value


def _content(content: str | bytes) -> bytes:
    return base64.b64decode(content, validate=True) if isinstance(content, str) else bytes(content)


def _mapping(members: Item) -> Item:
    if not isinstance(members, Mapping):
        raise TypeError
    return members


def _object(text: str) -> dict[str, Any]:
    body = json.loads(text)
    if not isinstance(body, dict):
        raise TypeError
    return body
