"""Labels stored as the API stores them: each payment's in their order, as reports and, where it was held, as its release.

Then it leaves the review list.
Whatever happens in between, a file that is told again ends with the same reports and, where it was dropped, with the same receipt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from botocore.exceptions import ClientError

from greenfraud.errors import DamagedItem, StateConflict
from greenfraud.items import decision, label, release
from greenfraud.items.attributes import Item
from greenfraud.items.label import EarlierReport
from greenfraud.items.tables import DECISIONS
from intake.errors import CommandError
from intake.labels.payments import Payment
from intake.labels.places import Places
from intake.labels.reading import Row
from intake.labels.receipt import ACCEPTED, CONTRADICTING, KNOWN, REFUSED, UNKNOWN, Receipt
from intake.labels.records import reports_of

WRITES_AT_ONCE = 16
ATTEMPTS = 3
FIRST, CORRECTION = "the first label of its payment", "corrects an earlier label"


@dataclass
class Told:
    """What the table has of a payment, and which of it this file has already been found to have told."""

    reports: list[EarlierReport]
    records: list[str]
    own: list[bool]
    claimed: set[str] = field(default_factory=set)

    def claim(self, row: Row) -> int | None:
        """Return the number of the report that an earlier try of this very row stored."""
        wanted = EarlierReport(row.label.is_fraud, row.label.observed_us)
        for number, (report, record) in enumerate(zip(self.reports, self.records, strict=True)):
            if self.own[number] and report == wanted and record not in self.claimed:
                self.claimed.add(record)
                return number
        return None


def tell(places: Places, rows: Sequence[Row], payments: Mapping[str, Payment], receipt: Receipt, drop: str | None) -> None:
    """Settle rows, those of one payment together; `drop` names the dropped file. CommandError when nothing more can be told."""
    groups = [list(group) for _, group in groupby(rows, key=lambda row: row.label.transaction_id)]

    def settle(group: list[Row]) -> None:
        payment = payments.get(group[0].label.transaction_id)
        if payment is None:
            for row in group:
                receipt.settle(row, UNKNOWN, "no decision of it, and not in the lake")
        else:
            Telling(places, payment, receipt, drop).settle(group)

    with ThreadPoolExecutor(WRITES_AT_ONCE) as pool:
        list(pool.map(settle, groups))


class Telling:
    """The labels of one payment."""

    def __init__(self, places: Places, payment: Payment, receipt: Receipt, drop: str | None) -> None:
        """Nothing is read before it is needed."""
        self._places, self._payment, self._receipt, self._drop = places, payment, receipt, drop
        self._told = self._of([]) if payment.reports == [] else None

    def settle(self, rows: Sequence[Row]) -> None:
        """Say of each row what became of it, let go what was held and is called legitimate last, take it off the review list."""
        for row in rows:
            if row.label.observed_us < self._payment.occurred_us:
                self._receipt.settle(row, REFUSED, "must not be before the transaction happened")
            else:
                self._receipt.settle(row, *self._settled(row))
        self._let_go([row for row in rows if not row.label.is_fraud and row.label.observed_us >= self._payment.occurred_us])
        self._close(rows[0].label.transaction_id)

    def _settled(self, row: Row) -> tuple[str, str]:
        for attempt in range(ATTEMPTS):
            told = self._known(again=attempt > 0, name=row.label.transaction_id)
            number = told.claim(row)
            if number is not None:
                return ACCEPTED, FIRST if number == 0 and not self._payment.imported else CORRECTION
            reports = [*self._payment.imported, *told.reports]
            try:
                standing = label.standing(row.label, reports)
            except StateConflict as conflict:
                return CONTRADICTING, str(conflict)
            if standing == "known":
                return KNOWN, "told before"
            if self._is_put(row, reports, told):
                return ACCEPTED, FIRST if standing == "stored" else CORRECTION
        raise CommandError("somebody else tells labels of the same payments right now: run it again, what was taken is known")

    def _known(self, *, again: bool, name: str) -> Told:
        if self._told is None or again:
            claimed = self._told.claimed if self._told else set[str]()
            self._told = replace(self._of(reports_of(self._places, name)), claimed=claimed)
        return self._told

    def _of(self, items: Sequence[Item]) -> Told:
        try:
            reports = [label.earlier(item) for item in items]
            own = [self._drop is not None and label.told_by_of(item) == self._drop for item in items]
        except DamagedItem as damage:
            raise CommandError(f"the stored reports of a payment are damaged: {damage}") from None
        return Told(reports, [decision.record_of(item) for item in items], own)

    def _is_put(self, row: Row, reports: Sequence[EarlierReport], told: Told) -> bool:
        """Write the report under the next number; False where somebody else took it."""
        payment, number = self._payment, len(told.reports)
        about = label.About(payment.occurred_us, payment.terminal_id, payment.entities)
        report = label.numbered(row.label, reports, number, **about._asdict())
        if not self._is_new(label.encode(replace(report, told_by=self._drop), time.time())):
            return False
        told.reports.append(EarlierReport(row.label.is_fraud, row.label.observed_us))
        told.records.append(report.record)
        told.own.append(self._drop is not None)
        told.claimed.add(report.record)
        return True

    def _let_go(self, rows: Sequence[Row]) -> None:
        """By the first that calls it legitimate, also one that was known: a fault may have come between it and the release."""
        if self._payment.release is None or not rows or self._told is None:
            return
        reports = [*self._payment.imported, *self._told.reports]
        if reports and not max(reports, key=lambda report: report.observed_us).is_fraud:
            now_seconds = time.time()
            self._is_new(release.encode(self._payment.release(rows[0].label, now_seconds), now_seconds))

    def _close(self, name: str) -> None:
        """After reports and release; also where all was known: a fault may have come before it. What expired meanwhile is left."""
        if self._payment.is_open and self._told is not None and self._told.reports:
            self._is_done(
                self._places.dynamodb.update_item, decision.to_decided(name, self._payment.occurred_us, self._places.decisions)
            )

    def _is_new(self, item: dict[str, Any]) -> bool:
        put = {"TableName": self._places.decisions, "Item": item, "ConditionExpression": DECISIONS.is_new}
        return self._is_done(self._places.dynamodb.put_item, put)

    def _is_done(self, write: Callable[..., object], asked: dict[str, Any]) -> bool:
        """Write; False where the condition does not hold."""
        try:
            write(**asked)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True
