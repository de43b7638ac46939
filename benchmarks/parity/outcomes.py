"""What becomes of the payments: a policy that declines and holds many of them, and reviewers who let most of these go."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any, NamedTuple

from greenfraud.control import ControlDocument
from greenfraud.instants import DAY_US, HOUR_US, SECOND_US
from greenfraud.items import control
from greenfraud.outcomes import HELD
from greenfraud.policy import Policy, bare_rule
from greenfraud.records import Label, Release, Transaction

# Of the handbook's payments about a tenth is above the first amount, and one in forty above the second.
POLICY = Policy(
    version="parity",
    review_at=0.30,
    block_at=0.80,
    rules=(
        bare_rule("amount", 110.0, "review"),
        bare_rule("amount", 150.0, "block"),
        bare_rule("customer_count_1h", 3.0, "block"),
        bare_rule("terminal_report_ratio_7d", 0.5, "block"),
    ),
)
RELEASED_SHARE = 0.8
LONGEST_WAITS_US = (SECOND_US, HOUR_US, DAY_US, 5 * DAY_US)


class Told(NamedTuple):
    """Something that is told about a payment after it was decided, and when."""

    at_us: int
    about: Transaction
    body: Label | Release


class Reviewers:
    """Let most held payments go, after a second or after days, in their own name or by a legitimate label."""

    def __init__(self, seed: int, reported: Iterable[str], end_us: int) -> None:
        """Nobody calls a payment legitimate that a bank reports later; after `end_us` nobody looks."""
        self._chance = random.Random(seed)  # noqa: S311  reproducible, not secret
        self._reported = frozenset(reported)
        self._end_us = end_us

    def look_at(self, transaction: Transaction, decision: str) -> Told | None:
        """Return the release of a held payment, if there is one."""
        if decision not in HELD or self._chance.random() >= RELEASED_SHARE:
            return None
        at_us = transaction.occurred_us + self._chance.randint(1, self._chance.choice(LONGEST_WAITS_US))
        if at_us > self._end_us:
            return None
        if transaction.transaction_id not in self._reported and self._chance.random() < 0.5:
            return Told(at_us, transaction, Label(transaction.transaction_id, is_fraud=False, observed_us=at_us, source="analyst"))
        return Told(at_us, transaction, Release(transaction.transaction_id, at_us, "challenge"))


def obey(client: Any, table: str) -> None:
    """Make the policy the one that answers."""
    document = ControlDocument(policy=POLICY)
    for number in range(control.COPIES):
        client.put_item(TableName=table, Item=control.encode(document, number))
