"""A candidate and the policy in force, tried on decisions: what `diff` and `backtest` share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cli.policy.kept import Kept
from cli.policy.trial import Both, Document, Tried
from cli.target import Target


class Trial(NamedTuple):
    """Every decision by both policies in the order of time, and what a document says of the two before any figure."""

    tried: list[Tried]
    heading: Document


def trial_of(target: Target, both: Both, days: Iterable[Sequence[Tried | Kept]]) -> Trial:
    """Put days together, the newest of which comes first; decisions that lack a value which either asks for are counted apart."""
    judged = list[list[Tried]]()
    not_judged = 0
    for day in days:
        judged.append([one for one in day if isinstance(one, Tried)])
        not_judged += len(day) - len(judged[-1])
    versions = {"now": both.now.version, "candidate": both.candidate.version}
    heading = {"schema": 1, **versions, "currency": target.currency, "not_judged": not_judged}
    return Trial([one for day in reversed(judged) for one in day], heading)
