"""Exploration: a few of the payments that the model would block are let through, so that learning hears the truth of such ones.

Nobody reports a fraud that never went through. What is let through by chance, and what came of it, stands for all that was refused
like it; how likely it was is stored beside the decision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.score.verdict import Explored, Verdict
from greenfraud.identity import token

DIGITS = 16  # of the token's 32: 64 bits of chance


@dataclass(frozen=True)
class Exploration:
    """Lets a `share` of the payments that the model alone would block through, up to an amount; 0 is off.

    `key` gives the secret of the ids' tokens. Who chooses a payment's id cannot foresee what becomes of it, and to ask again by the
    same id changes nothing. Without a key nothing is let through: by a plain digest anybody could try ids out at home.
    """

    share: float = 0.0
    limit_minor: int = 0
    key: Callable[[], bytes | None] = lambda: None

    def of(self, verdict: Verdict) -> Verdict:
        """The verdict, or that of a payment let through; never where rule, list or guardrail asks for more, or nothing was read."""
        if not self._may_pass(verdict):
            return verdict
        key = self.key()
        if key is None or _drawn(verdict.transaction.transaction_id, key) >= self.share:
            return verdict
        return replace(verdict, decision="allow", explored=Explored(self.share, verdict.decision))

    def _may_pass(self, verdict: Verdict) -> bool:
        is_the_models = verdict.decision == "block" and verdict.decided_by == "model" and verdict.floor == "allow"
        return self.share > 0.0 and is_the_models and verdict.transaction.amount_minor <= self.limit_minor


def _drawn(transaction_id: str, key: bytes) -> float:
    """A number from 0 up to 1, the same for the same payment."""
    return int(token("exploration", transaction_id, key)[:DIGITS], 16) / float(16**DIGITS)
