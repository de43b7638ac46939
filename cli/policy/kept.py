"""Decisions as the lake keeps them: the payment, the values it was decided on, and what the model said, newest days first.

They are read one after the other, and each is looked at when it is read: the values of a million would not fit into a laptop.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from sys import intern
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError

from cli.data.upload import imported_document, keys_below
from cli.errors import CommandError
from cli.target import Target
from greenfraud.features.manifest import Manifest, load_manifest
from greenfraud.naming import day_prefix
from greenfraud.policy import Payment
from greenfraud.whole_days import MORE

READS_AT_ONCE = 16
ROWS_AT_ONCE = 2_000
Row = Mapping[str, Any]
NO_VALUES: Mapping[str, float | None] = MappingProxyType({})
Done = Callable[[int], None]
Looked = TypeVar("Looked")


class Kept(NamedTuple):
    """One decision; `propensity` where chance let the payment through, `known` the names of the values that were kept."""

    transaction_id: str
    payment: Payment
    probability: float | None
    decision: str
    policy_version: str | None
    known: frozenset[str]
    propensity: float | None = None

    @property
    def occurred_us(self) -> int:
        """When it happened."""
        return self.payment.occurred_us

    @property
    def customer(self) -> str:
        """Whose it is."""
        return str(self.payment.customer)

    @property
    def slim(self) -> Kept:
        """The decision without the values it was made on, once they have been looked at."""
        customer = intern(self.customer)  # one text for all of a customer's payments
        payment = Payment(NO_VALUES, self.payment.amount_minor, self.payment.currency, self.payment.occurred_us, customer)
        return self._replace(payment=payment, decision=intern(self.decision), policy_version=None, known=frozenset())


class Lake:
    """The lake bucket, read by whoever tries a policy. CommandError where that person may not read it."""

    def __init__(self, target: Target) -> None:
        self._s3, self._bucket, self._currency = target.client("s3"), target.outputs["LakeBucket"], target.currency

    def days(self, kind: str) -> list[date]:
        """The days with records of a kind, ascending."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=f"{kind}/", Delimiter="/")
        try:
            found = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
        except (ClientError, BotoCoreError) as error:
            raise CommandError(f"the lake cannot be listed: {error}") from None
        return sorted(date.fromisoformat(prefix.rstrip("/").rpartition("dt=")[2]) for prefix in found)

    def maturity_days(self, unless_told: int) -> int:
        """How long the frauds of a payment take to be reported, as the import told; `unless_told` where nothing was imported."""
        try:
            found = imported_document(self._s3, self._bucket)
        except (ClientError, BotoCoreError, ValueError) as error:
            raise CommandError(f"the lake's dataset.json cannot be read: {error}") from None
        return int(found["maturity_days"]) if found else unless_told

    def decisions(self, day: date, look: Callable[[Kept], Looked | None]) -> list[Looked]:
        """What `look` makes of a day's decisions, in the order of time, without None; one that landed twice counts once."""
        manifest, seen = load_manifest(), set[str]()
        found: list[tuple[int, str, Looked]] = []
        for row in self.rows("decisions", day):
            name = row["transaction_id"]
            if name not in seen:
                seen.add(name)
                one = kept_of(row, manifest, self._currency)
                if (looked := look(one)) is not None:
                    found.append((one.occurred_us, name, looked))
        found.sort(key=lambda entry: entry[:2])
        return [looked for _, _, looked in found]

    def rows(self, kind: str, day: date) -> Iterator[Row]:
        """The records of a day, as they were landed."""
        try:
            keys = keys_below(self._s3, self._bucket, day_prefix(kind, day))
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                for start in range(0, len(keys), READS_AT_ONCE):  # a few files at a time: none waits in memory for its turn
                    part = keys[start : start + READS_AT_ONCE]
                    for key, body in zip(part, pool.map(self._body, part), strict=True):
                        yield from of_table(body) if key.endswith(".parquet") else of_lines(body)
        except (ClientError, BotoCoreError, ValueError) as error:
            raise CommandError(
                f"the lake's {kind} of {day} cannot be read: {error}. Were they merged meanwhile? Try again"
            ) from None

    def _body(self, key: str) -> bytes:
        body: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return body


def of_lines(body: bytes) -> Iterator[Row]:
    """The records of a file as ingestion landed it."""
    return (json.loads(line) for line in body.splitlines() if line)


def of_table(body: bytes) -> Iterator[Row]:
    """The records of a file that a compaction wrote: what it knew no column for is a text of JSON."""
    for batch in pq.ParquetFile(io.BytesIO(body)).iter_batches(ROWS_AT_ONCE):
        for row in batch.to_pylist():
            more = row.pop(MORE, None)
            yield row if more is None else {**row, **json.loads(more)}


def newest(lake: Lake, number: int, look: Callable[[Kept], Looked], done: Done = lambda _: None) -> Iterator[list[Looked]]:
    """What `look` makes of the last decisions by the time of their payments, the newest day first, each day's ascending.

    `done` is told how many there are so far.
    """
    found = 0
    for day in reversed(lake.days("decisions")):
        of_day = lake.decisions(day, look)[-(number - found) :]
        found += len(of_day)
        done(found)
        yield of_day
        if found >= number:
            break


def kept_of(row: Row, manifest: Manifest, currency: str) -> Kept:
    """The decision of a record; values come by name, so that one of an earlier manifest says which it has."""
    features = row.get("features") or {}
    columns = {name: row[name] for name in manifest.extra_columns if row.get(name) is not None}
    payment = Payment(
        features,
        row["amount_minor"],
        currency,
        row["occurred_us"],
        row["customer_id"],
        row.get("terminal_id"),
        columns,
        row.get("original_currency"),
    )
    explored = row.get("exploration") or {}
    return Kept(
        row["transaction_id"],
        payment,
        row.get("fraud_probability"),
        row["decision"],
        row.get("policy_version"),
        frozenset(features),
        explored.get("propensity"),
    )
