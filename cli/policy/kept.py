"""Decisions as the lake keeps them: the payment, the values it was decided on, and what the model said, newest days first."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, NamedTuple

import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError

from cli.data.upload import imported_document, keys_below
from cli.errors import CommandError
from cli.target import Target
from greenfraud.features.manifest import Manifest, load_manifest
from greenfraud.naming import MORE, day_prefix
from greenfraud.policy import Payment

READS_AT_ONCE = 16
Row = Mapping[str, Any]
Done = Callable[[int], None]


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

    def decisions(self, day: date) -> list[Kept]:
        """A day's decisions in the order of time; one that landed twice counts once."""
        manifest = load_manifest()
        found = {row["transaction_id"]: row for row in reversed(list(self.rows("decisions", day)))}
        kept = (kept_of(row, manifest, self._currency) for row in found.values())
        return sorted(kept, key=lambda one: (one.occurred_us, one.transaction_id))

    def rows(self, kind: str, day: date) -> Iterator[Row]:
        """The records of a day, as they were landed."""
        try:
            keys = keys_below(self._s3, self._bucket, day_prefix(kind, day))
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                for rows in pool.map(self._file, keys):
                    yield from rows
        except (ClientError, BotoCoreError, ValueError) as error:
            raise CommandError(
                f"the lake's {kind} of {day} cannot be read: {error}. Were they merged meanwhile? Try again"
            ) from None

    def _file(self, key: str) -> list[Row]:
        body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return of_table(body) if key.endswith(".parquet") else [json.loads(line) for line in body.splitlines() if line]


def of_table(body: bytes) -> list[Row]:
    """The records of a file that a compaction wrote: what it knew no column for is a text of JSON."""
    rows = pq.read_table(io.BytesIO(body)).to_pylist()
    return [{**row, **({} if more is None else json.loads(more))} for row in rows for more in [row.pop(MORE, None)]]


def newest(lake: Lake, number: int, done: Done) -> list[Kept]:
    """The last decisions by the time of their payments, ascending; `done` is told how many there are so far."""
    found: list[Kept] = []
    for day in reversed(lake.days("decisions")):
        found = [*lake.decisions(day), *found]
        done(len(found))
        if len(found) >= number:
            break
    return found[-number:]


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


def lacking(kept: Iterable[Kept], asked: frozenset[str]) -> tuple[list[Kept], list[Kept]]:
    """Those that have every value that is asked for, and those that lack one: their manifest is another, or nothing was logged."""
    sides: tuple[list[Kept], list[Kept]] = ([], [])
    for one in kept:
        sides[not asked <= one.known].append(one)
    return sides
