"""What the ledger says about going back, to a model or to a policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from greenfraud.control import ModelRef
from greenfraud.items.ledger import APPLY_POLICY, PROMOTE, ROLL_BACK, UNDO_POLICY
from greenfraud.policy.stored import PolicyRef

RULES = "rules"  # in place of a model: what stood before the first promotion


def name_of(model: ModelRef | None) -> str:
    """A model in one word, or that there is none."""
    return model.name if model else RULES


def standing(entries: Iterable[dict[str, Any]]) -> list[ModelRef | None]:
    """The promotions that stand, oldest first, after the rules (None) that stood before them all; the last is in production.

    A rollback undoes the newest promotions that have not been undone yet, down to the one whose model it put back: one where
    nobody named it, so that repeating it goes further back.
    """
    promoted: list[ModelRef | None] = [None]
    for entry in entries:
        if entry["verb"] == PROMOTE:
            promoted.append(ModelRef.from_json(entry["production"]))
        elif entry["verb"] == ROLL_BACK and len(promoted) > 1:
            promoted.pop()
            _drop_above(promoted, entry["production"] and ModelRef.from_json(entry["production"]))
    return promoted


def _drop_above(promoted: list[ModelRef | None], back: ModelRef | None) -> None:
    if back in promoted:
        while promoted[-1] != back:
            promoted.pop()


def standing_policies(entries: Iterable[dict[str, Any]]) -> list[PolicyRef | None]:
    """The policies that stand, oldest first, after the default (None) that stood before them all; the last is in force.

    Undoing takes away the newest that has not been undone yet, as with models.
    """
    applied: list[PolicyRef | None] = [None]
    for entry in entries:
        if entry["verb"] == APPLY_POLICY:
            told = entry["control"].get("policy_object")
            applied.append(told and PolicyRef.from_json(told))
        elif entry["verb"] == UNDO_POLICY and len(applied) > 1:
            applied.pop()
    return applied


def taken_back(entries: Iterable[dict[str, Any]]) -> set[ModelRef]:
    """The models that a rollback took out of production, and that nothing has put there since."""
    found: set[ModelRef] = set()
    for entry in entries:
        previous, production = (model and ModelRef.from_json(model) for model in (entry.get("previous"), entry["production"]))
        if entry["verb"] == ROLL_BACK and previous is not None:
            found.add(previous)
        if production is not None:
            found.discard(production)
    return found


def changes_taken_back(entries: Sequence[dict[str, Any]], gone: ModelRef | None, back: ModelRef | None) -> dict[str, Any]:
    """What the entry of a rollback says of what it changes: which entry tells of it, of the payments judged then.

    Nobody compares the two on the payments of now, so no figure is repeated. `entry` is the promotion of what went, `against`
    whom that was compared with, which need not be what came back.
    """
    told = [one for one in entries if one["verb"] == PROMOTE and gone is not None and one["production"] == gone.to_json()]
    changes = (told[-1].get("changes") or {}) if told else {}
    if "against" not in changes:
        return {"reason": f"a rollback compares nothing, and no entry tells what {name_of(gone)} changed"}
    revision, against = told[-1]["revision"], changes["against"]
    if against == name_of(back):
        reason = f"a rollback compares nothing: it takes back what entry {revision} tells, against {against}"
    else:
        reason = f"nobody compared {name_of(gone)} with {name_of(back)}: entry {revision} tells what it changed against {against}"
    return {"reason": reason, "entry": revision, "against": against}
