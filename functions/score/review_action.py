"""What a person asks to do with a doubt: one of four actions, read from a body that never says who acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from greenfraud.errors import InvalidInput
from greenfraud.items.casework import MOST_NOTE

CLAIM, UNCLAIM, NOTE, DECIDE = "claim", "unclaim", "note", "decide"
RELEASE, CONFIRM_FRAUD = "release", "confirm_fraud"
FIELD_OF = {CLAIM: None, UNCLAIM: None, NOTE: "text", DECIDE: "decision"}


@dataclass(frozen=True)
class Action:
    """What is to be done; `text` of a note, `is_fraud` of a decision."""

    name: str
    text: str = ""
    is_fraud: bool = False


def action_of(body: Mapping[str, Any]) -> Action:
    """Return the action of a request's body. Raises InvalidInput naming the first unusable field."""
    name = body.get("action")
    if not isinstance(name, str) or name not in FIELD_OF:
        raise InvalidInput("action", f"must be one of {', '.join(FIELD_OF)}")
    field = FIELD_OF[name]
    for unknown in sorted(body.keys() - {"action", field}):
        known = "action alone" if field is None else f"action and {field}"
        raise InvalidInput(unknown, f"is unknown: {name} takes {known}, and who acts is whoever signed the request")
    if name == NOTE:
        return Action(name, text=_text(body.get("text")))
    return Action(name, is_fraud=name == DECIDE and _is_fraud(body.get("decision")))


def _text(text: object) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > MOST_NOTE:
        raise InvalidInput("text", f"must be a note of 1 to {MOST_NOTE} characters")
    if not text.isprintable():
        raise InvalidInput("text", "must be one line of printable characters")
    return text.strip()


def _is_fraud(decision: object) -> bool:
    if decision not in (RELEASE, CONFIRM_FRAUD):
        raise InvalidInput("decision", f"must be {RELEASE} or {CONFIRM_FRAUD}")
    return decision == CONFIRM_FRAUD
