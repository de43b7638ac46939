"""What a start of the pipeline may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greenfraud.chunks import Chunk
from greenfraud.errors import InvalidInput
from greenfraud.families import FAMILIES

KNOWN = ("chunks", "families", "force", "full", "holdout", "deadline")


@dataclass(frozen=True)
class RunRequest:
    """The state machine's input, checked as far as that is possible without data."""

    families: tuple[str, ...] = FAMILIES
    chunks: tuple[str, ...] | None = None
    holdout: str | None = None
    force: bool = False
    full: bool = False
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, body: Any) -> RunRequest:
        """Read the input; unknown keys become warnings. Raises InvalidInput naming the field."""
        if not isinstance(body, Mapping):
            raise InvalidInput("input", "must be a JSON object")
        for name in ("force", "full"):
            if not isinstance(body.get(name, False), bool):
                raise InvalidInput(name, "must be true or false")
        if body.get("full") and body.get("chunks") is not None:
            raise InvalidInput("full", "learns every trainable chunk from nothing; leave out chunks")
        return cls(
            families=_families(body.get("families")),
            chunks=_chunks(body.get("chunks")),
            holdout=None if body.get("holdout") is None else _chunk("holdout", body["holdout"]),
            force=body.get("force", False),
            full=body.get("full", False),
            warnings=tuple(_warnings(body)),
        )


def _families(value: Any) -> tuple[str, ...]:
    if value is None:
        return FAMILIES
    asked = _texts("families", value)
    unknown = [family for family in asked if family not in FAMILIES]
    if unknown:
        raise InvalidInput("families", f"{unknown[0]!r} is unknown; choose from {', '.join(FAMILIES)}")
    return tuple(dict.fromkeys(asked))


def _chunks(value: Any) -> tuple[str, ...] | None:
    return None if value is None else tuple(_chunk("chunks", one) for one in _texts("chunks", value))


def _chunk(field: str, value: Any) -> str:
    try:
        return Chunk.parse(value).id
    except InvalidInput as error:
        raise InvalidInput(field, error.reason) from None


def _texts(field: str, value: Any) -> Sequence[str]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise InvalidInput(field, "must be a list of at least one string")
    return value


def _warnings(body: Mapping[str, Any]) -> list[str]:
    warnings = [f"{name}: unknown, ignored; known are {', '.join(KNOWN)}" for name in sorted(body.keys() - set(KNOWN))]
    if body.get("deadline") is not None:
        warnings.append("deadline: ignored, nothing waits for clean power yet")
    return warnings
