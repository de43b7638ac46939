"""What the lake says about its data: its description, and how far it reaches."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from greenfraud.chunks import Chunk, chunks_between, holdout_and_trainable
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

    @property
    def complete(self) -> list[Chunk]:
        """Every chunk that has ended."""
        return chunks_between(self.first_day, self.as_of_us, self.chunk_days)

    def split(self) -> tuple[Chunk | None, list[Chunk]]:
        """The newest mature chunk to judge on, and those to train before it."""
        return holdout_and_trainable(self.first_day, self.as_of_us, self.chunk_days, self.maturity_days)


def read_dataset(s3: Any, bucket: str) -> Dataset | None:
    """The data set; None before the first import. Raises ContractError when its description is unusable."""
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
    days = days_with_transactions(s3, bucket)
    # Live transactions land after the import; the day they reached has begun, no more is certain.
    as_of_us = max([newest_us, *(start_of_day_us(day) for day in days[-1:])])
    return Dataset(first_day, chunk_days, maturity_days, as_of_us)


def days_with_transactions(s3: Any, bucket: str) -> list[date]:
    """The days that have transactions, in order."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PARTITIONS, Delimiter="/")
    prefixes = [part["Prefix"] for page in pages for part in page.get("CommonPrefixes", [])]
    return sorted(date.fromisoformat(prefix.removeprefix(PARTITIONS).rstrip("/")) for prefix in prefixes)
