"""Which customers a canary answers: a share of them, by a hash of their ids that no other draw of ours uses."""

from __future__ import annotations

from hashlib import sha256

MOST_PERCENT = 99  # who would give a model everybody promotes it
DIGITS = 16  # 64 bits of the digest
_SPACE: int = 16**DIGITS


def has_canary(customer_id: str, percent: int, salt: str) -> bool:
    """Tell whether a customer, by the id that is used behind the edge, is among `percent` in a hundred.

    Who is in stays in when the share is raised. `salt` is the canary's own digest: another canary meets other customers.

    >>> [has_canary("C7", percent, "a" * 64) for percent in (0, 5, 30, 100)]
    [False, False, True, True]
    """
    drawn = sha256(f"canary\0{salt}\0{customer_id}".encode()).hexdigest()[:DIGITS]
    return int(drawn, 16) * 100 < percent * _SPACE
