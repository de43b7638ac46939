"""What becomes of a payment, and since when it counts as the customer's own.

Only an accepted payment says what is usual: a declined one counts as an attempt and as a decline, one that is held as an
attempt until somebody releases it.
"""

from __future__ import annotations

ALLOW, REVIEW, BLOCK = "allow", "review", "block"
# What waits for somebody; the moment of release is the moment it is accepted.
HELD = frozenset({REVIEW, "challenge"})
OUTCOMES = frozenset({ALLOW, BLOCK, *HELD})


def accepted_at_once(outcome: str | None, occurred_us: int) -> int | None:
    """Return when a payment of this outcome is accepted without anybody's doing; None for not yet, or never.

    History that tells no outcome was all accepted.

    >>> accepted_at_once("allow", 7), accepted_at_once("review", 7), accepted_at_once(None, 7)
    (7, None, 7)
    """
    return occurred_us if outcome in (None, ALLOW) else None
