"""What the state machine hands over: a JSON object of texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenfraud.errors import InvalidInput

Payload = Mapping[str, Any]


def texts_of(payload: Payload, *names: str) -> tuple[str, ...]:
    """The named values. Raises InvalidInput that names the first one that is missing, empty or no text."""
    for name in names:
        if not isinstance(payload.get(name), str) or not payload[name]:
            raise InvalidInput(name, "must be a non-empty string")
    return tuple(payload[name] for name in names)
