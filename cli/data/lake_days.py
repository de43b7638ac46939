"""The imported days of a lake: read one after the other, and written over only as they were read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from cli.data.upload import IMPORTED, day_file, keys_below, live_days
from cli.errors import CommandError
from greenfraud.errors import StateConflict
from greenfraud.naming import DATASET_KEY, transactions_prefix
from greenfraud.weekly_frauds import WeekCount, recount_weeks

READ_AT_ONCE = 8  # days in memory
CHANGED = {"PreconditionFailed", "ConditionalRequestConflict"}


@dataclass(frozen=True)
class LakeDays:
    """What imports have put into the bucket of a lake."""

    s3: Any
    bucket: str

    def described(self) -> tuple[dict[str, Any], str]:
        """Return `dataset.json`, and the tag by which it is told whether somebody changed it since."""
        found = self.s3.get_object(Bucket=self.bucket, Key=DATASET_KEY)
        return json.loads(found["Body"].read()), found["ETag"]

    def describe(self, document: dict[str, Any], tag: str) -> None:
        """Write `dataset.json` over the one of that tag. CommandError where it is another by now."""
        self._put(DATASET_KEY, json.dumps(document, indent=1).encode(), {"IfMatch": tag})

    def tables(self, kind: str) -> Iterator[pa.Table]:
        """Each imported day of a kind of records, in the order of days."""
        keys = [key for key in keys_below(self.s3, self.bucket, f"{kind}/") if key.endswith(f"/{IMPORTED}")]
        with ThreadPoolExecutor(READ_AT_ONCE) as pool:
            for start in range(0, len(keys), READ_AT_ONCE):
                yield from pool.map(lambda key: _table(self._get(key)[0]), keys[start : start + READ_AT_ONCE])

    def told_frauds(self) -> set[str]:
        """Ids of all payments that somebody called a fraud: in an import, live, or in a file of labels."""
        keys = keys_below(self.s3, self.bucket, "labels/")
        with ThreadPoolExecutor(READ_AT_ONCE) as pool:
            found = pool.map(lambda key: _records(key, self._get(key)[0], ["transaction_id", "is_fraud"]), keys)
            return {name for rows in found for name, is_fraud in rows if is_fraud}

    def told_moments(self) -> dict[str, int]:
        """When each payment was first called a fraud, in microseconds since the epoch, by its id, unless that was taken back."""
        keys, columns = keys_below(self.s3, self.bucket, "labels/"), ["transaction_id", "is_fraud", "observed_us"]
        first: dict[str, int] = {}
        last: dict[str, tuple[int, bool]] = {}
        with ThreadPoolExecutor(READ_AT_ONCE) as pool:
            for rows in pool.map(lambda key: _records(key, self._get(key)[0], columns), keys):
                for name, is_fraud, observed_us in rows:
                    last[name] = max((observed_us, bool(is_fraud)), last.get(name, (observed_us, bool(is_fraud))))
                    if is_fraud:
                        first[name] = min(observed_us, first.get(name, observed_us))
        return {name: observed_us for name, observed_us in first.items() if last[name][1]}

    def recount_weeks(self, count: Callable[[], Mapping[str, WeekCount]]) -> None:
        """Write what is counted now; what was counted of other weeks before is as old as the lake was, and goes."""
        try:
            recount_weeks(self.s3, self.bucket, lambda _: count())
        except StateConflict as conflict:
            raise CommandError(f"{conflict}: import the same file again, it goes on from there") from None

    def live_days(self) -> set[date]:
        """Days on which payments arrived live."""
        return live_days(self.s3, self.bucket)

    def live_ids(self, days: Iterable[date]) -> set[str]:
        """Ids of the payments that arrived live on some days."""
        keys = [key for day in days for key in keys_below(self.s3, self.bucket, transactions_prefix(day))]
        live = [key for key in keys if not key.endswith(f"/{IMPORTED}")]
        with ThreadPoolExecutor(READ_AT_ONCE) as pool:
            found = pool.map(lambda key: _records(key, self._get(key)[0], ["transaction_id"]), live)
            return {name for rows in found for (name,) in rows}

    def merge(self, key: str, rows: pa.Table, order: str) -> bool:
        """Add to a day those rows whose ids it does not have yet; tells whether there were any.

        `order` is the column by which rows stand, before their ids. CommandError where somebody else writes the same day.
        """
        condition, merged = {"IfNoneMatch": "*"}, rows
        try:
            body, tag = self._get(key)
        except self.s3.exceptions.NoSuchKey:
            pass
        else:
            there = _table(body)
            new = rows.filter(pc.invert(pc.is_in(rows["transaction_id"], there["transaction_id"].combine_chunks())))
            if not new.num_rows:
                return False
            condition = {"IfMatch": tag}
            merged = pa.concat_tables([there, new], promote_options="default")
        self._put(key, day_file(merged.sort_by([(order, "ascending"), ("transaction_id", "ascending")])), condition)
        return True

    def _get(self, key: str) -> tuple[bytes, str]:
        found = self.s3.get_object(Bucket=self.bucket, Key=key)
        return found["Body"].read(), found["ETag"]

    def _put(self, key: str, body: bytes, condition: dict[str, str]) -> None:
        try:
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] not in CHANGED:
                raise
            raise CommandError(f"somebody else wrote {key} meanwhile: import the same file again, it goes on from there") from None


def _records(key: str, body: bytes, columns: list[str]) -> list[tuple[Any, ...]]:
    """Some columns of a file of records, whoever wrote it."""
    if key.endswith(".parquet"):
        table = pq.read_table(io.BytesIO(body), columns=columns)
        return list(zip(*(table[name].to_pylist() for name in columns), strict=True))
    lines = [json.loads(line) for line in body.splitlines() if line.strip()]
    return [tuple(line.get(name) for name in columns) for line in lines]


def _table(body: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(body))
