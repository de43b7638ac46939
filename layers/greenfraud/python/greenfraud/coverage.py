"""What the lake says about its data: its description, and the days that have transactions."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from greenfraud.chunks import Coverage
from greenfraud.errors import ContractError, InvalidInput
from greenfraud.faults import told
from greenfraud.instants import parse_rfc3339
from greenfraud.naming import DATASET_KEY

PARTITIONS = "transactions/dt="


def read_coverage(s3: Any, bucket: str, *, today: date) -> Coverage | None:
    """What the data cover; None before the first import. Raises ContractError when their description is unusable."""
    try:
        content = s3.get_object(Bucket=bucket, Key=DATASET_KEY)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    try:
        body = json.loads(content)
        coverage = Coverage(
            first_day=date.fromisoformat(body["first_day"]),
            newest_us=parse_rfc3339(body["newest_occurred_at"], "newest_occurred_at"),
            days=days_with_transactions(s3, bucket),
            chunk_days=int(body["chunk_days"]),
            maturity_days=int(body["maturity_days"]),
        )
    except (KeyError, TypeError, ValueError, InvalidInput) as error:
        raise ContractError(f"{DATASET_KEY} is unusable: {told(error)}") from None
    return coverage.up_to(today)


def days_with_transactions(s3: Any, bucket: str) -> frozenset[date]:
    """The days that have transactions."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PARTITIONS, Delimiter="/")
    prefixes = [part["Prefix"] for page in pages for part in page.get("CommonPrefixes", [])]
    return frozenset(date.fromisoformat(prefix.removeprefix(PARTITIONS).rstrip("/")) for prefix in prefixes)
