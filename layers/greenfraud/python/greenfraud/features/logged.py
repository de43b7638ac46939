"""The feature values that a decision was made on, as its record keeps them: little-endian doubles in manifest order.

Bytes, because a decimal number in a document need not come back as the double that was stored; a missing value is NaN.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence

from greenfraud.errors import ContractError
from greenfraud.features.interpreter import vector


def pack(values: Mapping[str, float | None], names: Sequence[str]) -> bytes:
    """Return the bytes of the named values, eight for each. Raises KeyError for a value that is not there.

    >>> pack({"night": None, "amount": 12.5}, ["amount", "night"]).hex()
    '0000000000002940000000000000f87f'
    """
    return struct.pack(f"<{len(names)}d", *vector(names, values))


def unpack(content: bytes, names: Sequence[str]) -> dict[str, float | None]:
    """Return the values by name, None for missing. Raises ContractError when there are not as many as names.

    >>> unpack(bytes.fromhex("0000000000002940000000000000f87f"), ["amount", "night"])
    {'amount': 12.5, 'night': None}
    """
    if len(content) != 8 * len(names):
        raise ContractError(f"{len(content)} bytes of features are not {len(names)} doubles: which manifest were they of?")
    values = struct.unpack(f"<{len(names)}d", content)
    return {name: None if math.isnan(value) else value for name, value in zip(names, values, strict=True)}
