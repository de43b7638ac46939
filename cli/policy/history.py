"""Which policies decided: the ledger's entries about them, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.audit.entries import read_entries
from cli.screen import Screen
from cli.target import Target
from greenfraud.items.ledger import APPLY_POLICY, UNDO_POLICY
from greenfraud.policy import DEFAULT_POLICY

DONE = {APPLY_POLICY: "applied", UNDO_POLICY: "undone, back to"}


def policy_entries(target: Target) -> list[dict[str, Any]]:
    """The ledger's entries about policies, the newest first. CommandError where it cannot be read; see `audit verify`."""
    return [entry for entry in reversed(read_entries(target)) if entry.get("verb") in DONE]


def show_history(target: Target, screen: Screen) -> None:
    """Print what the ledger says of policies."""
    policies = policy_entries(target)
    for entry in policies:
        for line in _lines(entry):
            screen.line(line)
    if not policies:
        screen.line(f"nobody applied a policy: the default decides, {DEFAULT_POLICY.version}")


def _lines(entry: Mapping[str, Any]) -> Iterator[str]:
    applied = (entry.get("control") or {}).get("policy_object")
    version = applied["version"] if applied else "the default"
    yield f"{entry['revision']:>4}  {entry['at'][:19]} UTC  {DONE[entry['verb']]} {version}"
    yield f"      by {entry['actor']}: {'; '.join(entry['reasons'])}"
    if entry.get("proposed_by"):
        yield f"      proposed by {entry['proposed_by']}, as number {entry['proposal']}"
    if entry.get("is_emergency"):
        yield "      alone, in an emergency"
