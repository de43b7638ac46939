"""What the ledger of promotions says about going back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from greenfraud.control import ModelRef


def standing(entries: Iterable[dict[str, Any]]) -> list[ModelRef | None]:
    """The promotions that stand, oldest first, after the rules (None) that stood before them all; the last is in production.

    A rollback undoes the newest promotion that has not been undone yet, so that repeating it goes further back.
    """
    promoted: list[ModelRef | None] = [None]
    for entry in entries:
        if entry["verb"] == "promote":
            promoted.append(ModelRef.from_json(entry["production"]))
        elif entry["verb"] == "rollback" and len(promoted) > 1:
            promoted.pop()
    return promoted
