"""Decided transactions as the decisions table's stream carries them, by a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from greenfraud.instants import DAY_US
from greenfraud.items.decision import Decision, encode
from greenfraud.outcomes import ALLOW
from greenfraud.records import Transaction

START_US = 1_775_001_600_000_000  # 2026-04-01
Record = dict[str, Any]


class Payment(NamedTuple):
    """What both sides are told of a transaction."""

    name: str
    customer: str
    terminal: str
    occurred_us: int
    amount_minor: int
    outcome: str = ALLOW


def payments(count: int, customers: int, terminals: int, *, run: str, seed: int = 1) -> list[Payment]:
    """Payments of one day by these many customers at these many terminals; `run` keeps their names apart."""
    chance = random.Random(seed)  # noqa: S311  reproducible, not secret
    return [
        Payment(
            f"{run}-{number}",
            f"{run}-c{chance.randrange(customers)}",
            f"{run}-t{chance.randrange(terminals)}",
            START_US + number * DAY_US // count,
            chance.randrange(1, 50_000),
        )
        for number in range(count)
    ]


def records_of(made: Sequence[Payment]) -> list[Record]:
    """Each payment as a record of the stream, as large as a real one with its answer and logged features."""
    return [_record(payment) for payment in made]


def with_duplicates(records: Sequence[Record], share: float, seed: int = 2) -> list[Record]:
    """The records, and a share of them a second time somewhere later."""
    chance = random.Random(seed)  # noqa: S311
    delivered = list(records)
    for _ in range(round(share * len(records))):
        at = chance.randrange(len(delivered))
        delivered.insert(chance.randint(at + 1, len(delivered)), delivered[at])
    return delivered


def _record(payment: Payment) -> Record:
    transaction = Transaction(payment.name, payment.occurred_us, payment.customer, payment.terminal, payment.amount_minor)
    image = encode(Decision(transaction, {"decision": payment.outcome}, "light", "1", 1e-9, 1e-9, 1e-9), now_seconds=0.0)
    return {"eventName": "INSERT", "eventSourceARN": "stream", "dynamodb": {"SequenceNumber": payment.name, "NewImage": image}}
