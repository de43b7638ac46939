"""What the ledger of promotions says about going back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from greenfraud.control import ModelRef


def production_before(entries: Iterable[dict[str, Any]]) -> tuple[bool, ModelRef | None]:
    """Whether anything was promoted that can be undone, and what stood before it (None: the rules).

    A rollback undoes the newest promotion that has not been undone yet, so that repeating it goes further back.
    """
    promoted: list[ModelRef | None] = [None]
    for entry in entries:
        if entry["verb"] == "promote":
            promoted.append(ModelRef.from_json(entry["production"]))
        elif entry["verb"] == "rollback" and len(promoted) > 1:
            promoted.pop()
    return len(promoted) > 1, promoted[-2] if len(promoted) > 1 else None
