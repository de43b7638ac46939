"""Payments of two months by ten thousand entities, a tenth of which arrive late, in the order of their arrival."""

from __future__ import annotations

import random

from benchmarks.ingest.traffic import START_US, Payment
from greenfraud.instants import DAY_US
from greenfraud.outcomes import ALLOW, BLOCK, REVIEW

DAYS, LATEST_DAYS, LATE_SHARE = 60, 40, 0.1
OUTCOME_WEIGHTS = (8, 1, 1)


def arriving(  # noqa: PLR0913 - what a history is made of
    count: int, customers: int, terminals: int, *, run: str, first_day: float, days: float, seed: int
) -> list[Payment]:
    """Return payments of some days; every customer and terminal pays once before any pays again, while they last."""
    chance = random.Random(seed)  # noqa: S311  reproducible, not secret
    arrivals = []
    for number in range(count):
        occurred_us = START_US + round((first_day + days * number / count) * DAY_US)
        late_us = chance.randrange(LATEST_DAYS * DAY_US) if chance.random() < LATE_SHARE else 0
        customer = number if number < customers else chance.randrange(customers)
        terminal = number if number < terminals else chance.randrange(terminals)
        arrivals.append(
            Payment(
                name=f"{run}-{number}",
                customer=f"c{customer}",
                terminal=f"t{terminal}",
                occurred_us=occurred_us - late_us,
                amount_minor=chance.randrange(1, 50_000),
                outcome=chance.choices((ALLOW, REVIEW, BLOCK), OUTCOME_WEIGHTS)[0],
            )
        )
    return arrivals
