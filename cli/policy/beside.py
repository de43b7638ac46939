"""A candidate and the policy in force, tried on decisions: what `diff` and `backtest` share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cli.policy.in_force import policy_in_force
from cli.policy.kept import Kept, lacking
from cli.policy.trial import Document, Tried, try_both
from cli.screen import Screen
from cli.target import Target
from greenfraud.policy import Policy


class Trial(NamedTuple):
    """Every decision by both policies, and what a document says of the two before any figure."""

    tried: list[Tried]
    heading: Document


def tried_beside(target: Target, screen: Screen, kept: Sequence[Kept], candidate: Policy) -> Trial:
    """Judge decisions by the policy in force and a candidate; those that lack a value which either asks for are counted apart."""
    now = policy_in_force(target, kept)
    judged, missing = lacking(kept, frozenset((*now.features, *candidate.features)))
    tried = try_both(judged, now, candidate, lambda done: screen.doing(f"judging: {done:,} of {len(judged):,}"))
    versions = {"now": now.version, "candidate": candidate.version}
    return Trial(tried, {"schema": 1, **versions, "currency": target.currency, "not_judged": len(missing)})
