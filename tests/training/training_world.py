"""A small world with frauds that can be learned: some terminals are compromised for weeks, and amounts above a limit."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from greenfraud.instants import DAY_US, SECOND_US, start_of_day_us
from training.features.history import LABELS, TRANSACTIONS

FIRST_DAY = date(2018, 4, 1)
CUSTOMERS, TERMINALS, ROWS_PER_DAY = 200, 100, 450
LIMIT_MINOR = 22_000
LABEL_DELAY_DAYS = 7


def make_world(days: int, seed: int = 7) -> tuple[pa.Table, pa.Table]:
    """Return transactions and labels of so many days."""
    draw = np.random.default_rng(seed)
    rows = days * ROWS_PER_DAY
    second = np.sort(draw.integers(0, days * 86_400, rows))
    occurred_us = start_of_day_us(FIRST_DAY) + second * SECOND_US
    terminal = draw.integers(0, TERMINALS, rows)
    amount_minor = np.round(draw.gamma(2.0, 2_500.0, rows)).astype(np.int64)
    is_fraud = (amount_minor > LIMIT_MINOR) | _is_compromised(terminal, second // 86_400)
    ids = [f"t{row:06}" for row in range(rows)]
    columns = [ids, occurred_us, _names("c", draw.integers(0, CUSTOMERS, rows)), _names("m", terminal), amount_minor]
    transactions = pa.table(dict(zip(TRANSACTIONS.names, columns, strict=True)), schema=TRANSACTIONS)
    frauds = np.flatnonzero(is_fraud)
    reported = [[ids[row] for row in frauds], [True] * len(frauds), occurred_us[frauds] + LABEL_DELAY_DAYS * DAY_US]
    labels = pa.table(dict(zip(LABELS.names, [*reported, ["test"] * len(frauds)], strict=True)), schema=LABELS)
    return transactions, labels


def _is_compromised(terminal: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Every ten days, three other terminals are compromised for four weeks."""
    return (terminal % 33 == day // 10 % 33) | (terminal % 33 == (day // 10 - 1) % 33)


def _names(letter: str, numbers: np.ndarray) -> list[str]:
    return [f"{letter}{number}" for number in numbers]
