"""What may become of a payment, from the mildest to the most severe, and who decided it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Decision = Literal["allow", "challenge", "review", "block"]  # from the mildest to the most severe
DecidedBy = Literal["model", "rules", "both", "list", "guardrail"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
SEVERITY: Mapping[Decision, int] = {decision: rank for rank, decision in enumerate(DECISIONS)}


def most_severe(*decisions: Decision) -> Decision:
    """Return the most severe of some decisions; of none, allow.

    >>> most_severe("challenge", "review"), most_severe()
    ('review', 'allow')
    """
    return max(decisions, key=SEVERITY.__getitem__, default="allow")


def mildest(*decisions: Decision) -> Decision:
    """Return the mildest of some decisions; of none, block.

    >>> mildest("challenge", "review"), mildest()
    ('challenge', 'block')
    """
    return min(decisions, key=SEVERITY.__getitem__, default="block")


def more_severe(of_model: Decision, of_rules: Decision) -> tuple[Decision, DecidedBy]:
    """Return the more severe of two decisions, and whose it is; rules that allow have decided nothing.

    >>> more_severe("allow", "review"), more_severe("block", "review"), more_severe("review", "review")
    (('review', 'rules'), ('block', 'model'), ('review', 'both'))
    >>> more_severe("allow", "allow")
    ('allow', 'model')
    """
    if SEVERITY[of_rules] > SEVERITY[of_model]:
        return of_rules, "rules"
    return of_model, "both" if of_model == of_rules != "allow" else "model"
