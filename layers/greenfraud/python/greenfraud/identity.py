"""What customers, terminals and other entities are called behind the edge."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from greenfraud.errors import ContractError

OFF = "off"  # in place of the address of a key: ids stay as they are sent
TOKEN_DIGITS = 32
SHORTEST_KEY = 32
# What chance decides about a payment is drawn by the same key: "exploration" is its kind.
Kind = Literal["customer", "terminal", "exploration"]
COLUMN = "column "  # begins the kind of an extra column's values


def token(kind: str, value: str, key: bytes | None) -> str:
    """Return the id itself without a key, or its keyed token: 128 bits of HMAC-SHA-256 (RFC 2104).

    A customer and a terminal of one id have different tokens: whoever knows one cannot tell the other.

    >>> token("customer", "C1", None), token("customer", "C1", b"secret")
    ('C1', '1ee189eec23c11e9982fd0e5c85f712c')
    """
    if key is None:
        return value
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()[:TOKEN_DIGITS]


def with_tokens(extras: Mapping[str, Any], personal_columns: Iterable[str], key: bytes | None) -> dict[str, Any]:
    """Return a payment's extra columns with a token in place of every value that can say who somebody is.

    >>> with_tokens({"channel": "web", "device": "D1"}, ["device"], b"secret")["channel"]
    'web'
    """
    named = {column: extras[column] for column in personal_columns if extras.get(column) is not None}
    return {**extras, **{column: token(f"{COLUMN}{column}", str(value), key) for column, value in named.items()}}


def key_of(text: str) -> bytes:
    """Return the key that a secret holds. Raises ContractError for one that could be guessed; it is never quoted."""
    if len(text) < SHORTEST_KEY:
        raise ContractError(f"the key of the ids has {len(text)} characters, expected {SHORTEST_KEY} or more")
    return text.encode()
