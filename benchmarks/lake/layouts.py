"""What lies in the lake after two years: as many small files as AWS's stream makes of a rate, or one file per closed day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from greenfraud.naming import day_prefix
from greenfraud.whole_days import WHOLE_DAY

YEARS = 2
FIRST_DAY = date(2024, 1, 1)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(365 * YEARS)]
SECONDS_A_DAY = 86_400
# Lambda asks a shard of a DynamoDB stream for records four times a second, and our source has no batching window
# (docs.aws.amazon.com/lambda/latest/dg/with-ddb.html). One shard: a table with more has more, smaller batches.
ASKED_A_SECOND = 4
MOST_IN_A_BATCH = 100
REPORTED_SHARE = 0.005  # of payments, as a label


def batches_a_day(events_a_second: float) -> int:
    """Return how many batches a day has whose events come independently: one for every time that asking finds any.

    >>> [batches_a_day(rate) for rate in (1, 10, 50)]
    [76447, 317231, 345599]
    """
    per_ask = events_a_second / ASKED_A_SECOND
    asked_with_events = SECONDS_A_DAY * ASKED_A_SECOND * (1 - math.exp(-per_ask))
    return max(round(asked_with_events), math.ceil(events_a_second * SECONDS_A_DAY / MOST_IN_A_BATCH))


@dataclass(frozen=True)
class Layout:
    """The transactions and labels of a platform that got so many payments a second, on each of its days."""

    payments_a_second: float
    is_compacted: bool
    sampled: int | None = None  # so many files a day at most, in place of all

    def names(self, kind: str, day: date) -> tuple[int, bool]:
        """Return how many small files a day has, and whether it has a merged one."""
        if self.is_compacted and day != DAYS[-1]:
            return 0, True
        rate = self.payments_a_second * (1 if kind == "transactions" else REPORTED_SHARE)
        count = batches_a_day(rate)
        return (count if self.sampled is None else min(count, self.sampled)), False

    def files(self) -> int:
        """Return the number of objects in all."""
        return sum(sum(self.names(kind, day)) for kind in ("transactions", "labels") for day in DAYS)

    def keys(self, kind: str, day: date, first: int, most: int) -> list[str]:
        """Return up to `most` keys of a day from a position on, in key order."""
        small, is_merged = self.names(kind, day)
        prefix, step = day_prefix(kind, day), 16**24 // max(small, 1)
        found = [f"{prefix}landing-{number * step:024x}.jsonl" for number in range(first, min(small, first + most))]
        return [*found, f"{prefix}{WHOLE_DAY}"] if is_merged and first + most > small else found
