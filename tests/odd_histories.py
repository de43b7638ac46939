"""Histories of the kinds that people have and nobody plans for: few frauds, few customers, closed days, reports that come late."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from cli.data.dataset import SCHEMA, Dataset, in_order
from greenfraud.instants import DAY_US, format_rfc3339, start_of_day_us

FIRST = date(2025, 1, 6)  # a Monday
HOUR_US = DAY_US // 24
MATURITY_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class History:
    """Payments by day, some of them frauds: mostly at night and for more than usual, at any terminal.

    `is_open` and `frauds_on` are asked for the number of a day, from 0. `largest` is the share of the first customer.
    """

    days: int
    payments: int = 60
    frauds_on: Callable[[int], int] = lambda _: 0
    is_open: Callable[[int], bool] = lambda _: True
    customers: int = 400
    largest: float = 0.0
    delay_days: int = MATURITY_DAYS
    maturity_days: int = MATURITY_DAYS

    def dataset(self) -> Dataset:
        """The history as an import has checked it."""
        table = pa.Table.from_pylist(list(self._rows()), schema=SCHEMA)
        return Dataset(name="odd", source_sha256="0" * 64, table=in_order(table), maturity_days=self.maturity_days)

    def write_csv(self, path: Path) -> Path:
        """The same as a person's file."""
        lines = ["transaction_id,occurred_at,customer_id,terminal_id,amount,is_fraud,observed_at"]
        for row in self.dataset().table.to_pylist():
            observed = format_rfc3339(row["observed_us"]) if row["observed_us"] is not None else ""
            paid = f"{row['terminal_id']},{row['amount_minor'] / 100:.2f},{int(row['is_fraud'])},{observed}"
            lines.append(f"{row['transaction_id']},{format_rfc3339(row['occurred_us'])},{row['customer_id']},{paid}")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def _rows(self) -> Iterator[dict]:
        chance = np.random.default_rng(17)
        for day in filter(self.is_open, range(self.days)):
            frauds = self.frauds_on(day)
            for number in range(max(self.payments, frauds)):
                yield self._row(chance, day, number, is_fraud=number < frauds)

    def _row(self, chance: np.random.Generator, day: int, number: int, *, is_fraud: bool) -> dict:
        is_odd = chance.random() < (0.9 if is_fraud else 0.02)
        hour = chance.uniform(0, 5) if is_odd else chance.uniform(4, 24)
        occurred_us = start_of_day_us(FIRST + timedelta(days=day)) + int(hour * HOUR_US)
        customer = 0 if chance.random() < self.largest else int(chance.integers(0, self.customers))
        usual = 1_000 + customer * 7_919 % 3_000
        return {
            "transaction_id": f"p{day}-{number}",
            "occurred_us": occurred_us,
            "customer_id": f"c{customer}",
            "terminal_id": f"t{chance.integers(0, 40)}",
            "amount_minor": int(usual * (chance.uniform(2, 5) if is_odd else chance.uniform(0.3, 1.5))),
            "is_fraud": is_fraud,
            "observed_us": occurred_us + self.delay_days * DAY_US if is_fraud else None,
        }


def weekly(count: int) -> Callable[[int], int]:
    """So many frauds a week, on days of their own."""
    return lambda day: count // 7 + (day % 7 < count % 7)


FOUR_DAYS = History(days=84, frauds_on=lambda _: 10, is_open=lambda day: day % 7 < 4)
WEEKENDS = History(days=112, payments=120, frauds_on=lambda _: 18, is_open=lambda day: day % 7 > 4)
THREE_A_WEEK = History(days=210, frauds_on=weekly(3))
FRAUDS_ONLY = History(days=14, frauds_on=lambda _: 57)
ENDS_IN_FRAUDS = History(days=84, frauds_on=lambda day: 57 if day >= 70 else 5, customers=3_000)
BEGINS_WITHOUT = History(days=84, frauds_on=lambda day: 6 if day >= 14 else 0)
SEVEN_CUSTOMERS = History(days=84, frauds_on=lambda _: 6, customers=7)
ONE_CUSTOMER = History(days=84, frauds_on=lambda _: 6, largest=0.6)
LATE = History(days=280, frauds_on=lambda _: 5, delay_days=90)
LATE_AND_SAID = History(days=280, frauds_on=lambda _: 5, delay_days=90, maturity_days=91)
A_GAP = History(days=112, frauds_on=lambda _: 6, is_open=lambda day: not 49 <= day < 84)
FOUR_HUNDRED = History(days=56, payments=7, frauds_on=lambda day: day % 2)
TWENTY_MONTHS = History(days=608, payments=40, frauds_on=lambda day: day % 3 == 0, customers=900)
