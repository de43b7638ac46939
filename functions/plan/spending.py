"""The emissions records of a month's training jobs, as the lake has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, get_args

from greenfraud.carbon import Stage
from greenfraud.naming import emissions_key

OF_SCORING = "serve"  # one record per model and batch: many, and no training


def records_of_month(s3: Any, bucket: str, today: date) -> Iterator[dict[str, Any]]:
    """Yield the records of all jobs since the first of the month; a request per day and stage, and one per job."""
    day = today.replace(day=1)
    while day <= today:
        for stage in get_args(Stage):
            if stage != OF_SCORING:
                yield from _below(s3, bucket, emissions_key(day, stage, "").removesuffix(".json"))
        day += timedelta(days=1)


def _below(s3: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            yield json.loads(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read())
