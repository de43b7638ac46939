"""What the lake says about its data: its description, and how far it reaches."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from greenfraud.chunks import Chunk, chunks_between
from greenfraud.errors import ContractError
from greenfraud.instants import parse_rfc3339, start_of_day_us
from greenfraud.naming import DATASET_KEY

PARTITIONS = "transactions/dt="


@dataclass(frozen=True)
class Dataset:
    """The data set as the import described it, and the newest moment known to the lake."""

    first_day: date
    chunk_days: int
    maturity_days: int
    as_of_us: int
    days: frozenset[date]

    @property
    def complete(self) -> list[Chunk]:
        """Every chunk that has ended and has transactions on more than half of its days.

        A stray transaction long after all others moves the present; the weeks it jumps over have nothing to learn from.
        """
        ended = chunks_between(self.first_day, self.as_of_us, self.chunk_days)
        return [chunk for chunk in ended if 2 * len(self.days.intersection(chunk.days)) > self.chunk_days]

    @property
    def mature(self) -> list[Chunk]:
        """Those whose labels have had their time to arrive."""
        return [chunk for chunk in self.complete if chunk.is_mature(self.as_of_us, self.maturity_days)]

    def known_before(self, holdout: Chunk) -> list[Chunk]:
        """The chunks whose labels were all observed before the holdout's first transaction."""
        return [chunk for chunk in self.mature if chunk.is_mature(holdout.start_us, self.maturity_days)]


def read_dataset(s3: Any, bucket: str, *, today: date) -> Dataset | None:
    """The data set; None before the first import. Raises ContractError when its description is unusable.

    Days after `today` are those of a mistaken clock and do not count.
    """
    try:
        content = s3.get_object(Bucket=bucket, Key=DATASET_KEY)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    try:
        body = json.loads(content)
        newest_us = parse_rfc3339(body["newest_occurred_at"], "newest_occurred_at")
        first_day = date.fromisoformat(body["first_day"])
        chunk_days, maturity_days = int(body["chunk_days"]), int(body["maturity_days"])
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError(f"{DATASET_KEY} is unusable: {error!r}") from error
    days = [day for day in days_with_transactions(s3, bucket) if day <= today]
    # Live transactions land after the import; the day they reached has begun, no more is certain.
    as_of_us = max([newest_us, *(start_of_day_us(day) for day in days[-1:])])
    return Dataset(first_day, chunk_days, maturity_days, as_of_us, frozenset(days))


def days_with_transactions(s3: Any, bucket: str) -> list[date]:
    """The days that have transactions, in order."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PARTITIONS, Delimiter="/")
    prefixes = [part["Prefix"] for page in pages for part in page.get("CommonPrefixes", [])]
    return sorted(date.fromisoformat(prefix.removeprefix(PARTITIONS).rstrip("/")) for prefix in prefixes)
