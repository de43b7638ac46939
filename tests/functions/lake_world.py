"""What an import and a training leave in buckets and tables."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from greenfraud.items.lineage import Link, encode

FIRST_DAY = date(2018, 4, 1)
DATASET = {
    "schema": 1,
    "name": "handbook",
    "first_day": FIRST_DAY.isoformat(),
    "newest_occurred_at": "2018-05-06T00:00:00Z",
    "maturity_days": 7,
    "chunk_days": 7,
}


def put_dataset(s3: Any, **changes: Any) -> None:
    """Five weeks of days and their description."""
    for day in range(35):
        put_day(s3, FIRST_DAY + timedelta(days=day))
    s3.put_object(Bucket="lake", Key="dataset.json", Body=json.dumps(DATASET | changes))


def put_day(s3: Any, day: date) -> None:
    """One day's partition."""
    s3.put_object(Bucket="lake", Key=f"transactions/dt={day}/part-0.parquet", Body=b"")


def train_result(s3: Any, execution: str, **changes: Any) -> dict[str, Any]:
    """What a training job leaves behind for the record."""
    result = {
        "family": "light",
        "chunk": "20180401-20180408",
        "chunks": ["20180325-20180401", "20180401-20180408"],
        "version": "v1",
        "parent_version": None,
        "loss": 0.1,
        **changes,
    }
    key = f"executions/{execution}/train/{result['family']}/{result['chunk']}.json"
    s3.put_object(Bucket="artifacts", Key=key, Body=json.dumps(result))
    return result


def put_link(
    dynamodb,
    chunk: str,
    family: str = "light",
    *,
    version: str | None = None,
    sound: bool = True,
    since: str | None = None,
    trained_at: str = "2018-05-20T12:00:00+00:00",
) -> None:
    """One link of a family's lineage; links of earlier releases do not say since when."""
    version = version or f"{chunk}-old"
    item = encode(
        Link(
            family=family,
            chunk=chunk,
            first_chunk=since or chunk,
            version=version,
            checkpoint_uri=f"s3://artifacts/checkpoints/{family}/{version}/",
            execution="earlier",
            trained_at=trained_at,
            is_sound=sound,
        )
    )
    if since is None:
        del item["first_chunk"]
    dynamodb.put_item(TableName="lineage", Item=item)
