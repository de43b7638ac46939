"""Labels of payments that came by an import: nobody decided them here, so what a report must know of one is read from the lake.

Such a report is stored as the API stores one, and goes the same way into online states and lake: once, however often it is told.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from cli.data.upload import keys_below
from cli.errors import CommandError
from cli.labels.reading import Row
from cli.labels.receipt import ACCEPTED, CONTRADICTING, KNOWN, REFUSED, UNKNOWN, Settled
from cli.target import Target
from greenfraud.errors import DamagedItem, StateConflict
from greenfraud.items import label as label_items
from greenfraud.items.label import EarlierReport
from greenfraud.items.tables import DECISIONS
from greenfraud.records import Label

READS_AT_ONCE = 8
ATTEMPTS = 3
PAYMENT, REPORT = ("transaction_id", "occurred_us", "terminal_id"), ("transaction_id", "is_fraud", "observed_us")
Values = tuple[Any, ...]


@dataclass
class Payment:
    """What the lake says of one payment: when and where it happened, and what was reported of it."""

    occurred_us: int
    terminal_id: str | None
    reports: list[EarlierReport] = field(default_factory=list)


def find_payments(target: Target, ids: Sequence[str], done: Callable[[int, int], None]) -> dict[str, Payment]:
    """Return those of `ids` that the lake has, by id; `done` is told how many of how many files were read."""
    found = {
        one: Payment(occurred_us, terminal) for one, occurred_us, terminal in _read(target, "transactions/", PAYMENT, ids, done)
    }
    for one, is_fraud, observed_us in _read(target, "labels/", REPORT, list(found), done) if found else ():
        found[one].reports.append(EarlierReport(bool(is_fraud), observed_us))
    return found


def _read(
    target: Target, prefix: str, columns: Sequence[str], ids: Sequence[str], done: Callable[[int, int], None]
) -> Iterator[Values]:
    s3, bucket, wanted = target.client("s3"), target.outputs["LakeBucket"], pa.array(ids, pa.string())
    keys = keys_below(s3, bucket, prefix)

    def rows(key: str) -> list[Values]:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return _of_table(body, columns, wanted) if key.endswith(".parquet") else _of_lines(body, columns, set(ids))

    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        for number, found in enumerate(pool.map(rows, keys), start=1):
            done(number, len(keys))
            yield from found


def _of_table(body: bytes, columns: Sequence[str], wanted: pa.Array) -> list[Values]:
    table = pq.read_table(io.BytesIO(body), columns=list(columns))
    table = table.filter(pc.is_in(table["transaction_id"], wanted))
    return list(zip(*(table[column].to_pylist() for column in columns), strict=True))


def _of_lines(body: bytes, columns: Sequence[str], wanted: set[str]) -> list[Values]:
    rows = (json.loads(line) for line in body.splitlines())
    return [tuple(row.get(column) for column in columns) for row in rows if row["transaction_id"] in wanted]


def store(target: Target, rows: Sequence[Row], payments: dict[str, Payment], done: Callable[[int], None]) -> list[Settled]:
    """Return what became of each row, in its order; a payment that the lake does not have is unknown."""
    table, client = target.outputs["DecisionsTable"], target.client("dynamodb")
    settled = []
    for row in rows:
        payment = payments.get(row.label.transaction_id)
        if payment is None:
            settled.append(Settled(row, UNKNOWN, "no decision of it, and not in the lake"))
        elif row.label.observed_us < payment.occurred_us:
            settled.append(Settled(row, REFUSED, "reported before it happened"))
        else:
            settled.append(_stored(client, table, row, payment))
        done(len(settled))
    return settled


def _stored(client: Any, table: str, row: Row, payment: Payment) -> Settled:
    for _ in range(ATTEMPTS):
        told = _told(client, table, row.label)
        reports = [*payment.reports, *told]
        try:
            standing = label_items.standing(row.label, reports)
        except StateConflict as conflict:
            return Settled(row, CONTRADICTING, str(conflict))
        if standing == "known":
            return Settled(row, KNOWN, "told before")
        if _is_put(client, table, row.label, payment, (reports, len(told))):
            return Settled(row, ACCEPTED, "the first label of its payment" if standing == "stored" else "corrects an earlier label")
    raise CommandError("somebody else tells labels of the same payments right now: run it again, what was taken is known")


def _told(client: Any, table: str, label: Label) -> list[EarlierReport]:
    """Return the reports that the table has of a payment."""
    response = client.query(
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression=f"{DECISIONS.partition} = :id",
        ExpressionAttributeValues={":id": {"S": label.transaction_id}},
    )
    items = [item for item in response["Items"] if label_items.is_report(item)]
    try:
        return [label_items.earlier(item) for item in items]
    except DamagedItem as damage:
        raise CommandError(f"the stored reports of a payment are damaged: {damage}") from None


def _is_put(client: Any, table: str, label: Label, payment: Payment, told: tuple[Sequence[EarlierReport], int]) -> bool:
    """Write the report under the next number; False where somebody else took it."""
    reports, number = told
    report = label_items.numbered(label, reports, number, occurred_us=payment.occurred_us, terminal_id=payment.terminal_id)
    try:
        client.put_item(TableName=table, Item=label_items.encode(report, time.time()), ConditionExpression=DECISIONS.is_new)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True
