"""A world of card transactions with frauds in it: the demonstration's data, made the same from the same seed.

After the generator that the Fraud Detection Handbook describes (chapter 3, "Transaction data simulator"): customers and terminals
on a square of 100 x 100, habits per customer, and three ways of fraud, their daily draws in proportion to the size of the world.
On days of one's choice frauds change (what gave them away before is honest then), and all amounts double.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from cli.data.dataset import MATURITY_DAYS, SCHEMA, Dataset, in_order
from greenfraud.instants import DAY_US, SECOND_US, start_of_day_us

Ints: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

SIDE = 100.0
SECONDS_A_DAY = 86_400
ALWAYS_FRAUD_ABOVE_MINOR = 22_000
TERMINAL_COMPROMISED_DAYS, TERMINALS_A_DAY_PER_10_000 = 28, 2.0
CUSTOMER_COMPROMISED_DAYS, CUSTOMERS_A_DAY_PER_5_000 = 14, 3.0
STOLEN_CARD_SHARE, STOLEN_CARD_FACTOR = 1 / 3, 5
CHANGED_FRAUD_BELOW_MINOR, CHANGED_CARD_FACTOR = 200, 0.1  # small amounts, by which thieves try cards out
DEARER_FACTOR = 2.0
GENERATOR = 1  # counts up when the same specification would give another world


@dataclass(frozen=True, kw_only=True)
class WorldSpecification:
    """How large the world is and where chance starts. Terminals are twice the customers, as in the reference world."""

    seed: int = 2026
    customers: int = 1_000
    days: int = 90
    first_day: date = date(2026, 1, 1)
    fraud_changes_on: date | None = None
    dearer_on: date | None = None  # from when everybody pays twice as much, which a watch over the inputs sees before any label

    @property
    def terminals(self) -> int:
        """Number of terminals."""
        return 2 * self.customers

    @property
    def radius(self) -> float:
        """How far a customer goes for a terminal: as many are reachable as in the reference world (5 for 10,000 terminals)."""
        return float(5 * np.sqrt(10_000 / self.terminals))

    def has_changed(self, day: Ints) -> Flags:
        """Whether frauds have changed by a day, counted from the first."""
        return day >= self._days_until(self.fraud_changes_on)

    def is_dearer(self, day: Ints) -> Flags:
        """Whether amounts have doubled by a day, counted from the first."""
        return day >= self._days_until(self.dearer_on)

    def _days_until(self, moment: date | None) -> int:
        return self.days if moment is None else (moment - self.first_day).days

    @property
    def name(self) -> str:
        """The data set's name."""
        changed = f"-changed-{self.fraud_changes_on}" if self.fraud_changes_on else ""
        dearer = f"-dearer-{self.dearer_on}" if self.dearer_on else ""
        return f"world-{self.seed}-{self.customers}x{self.days}{changed}{dearer}"

    @property
    def sha256(self) -> str:
        """Identity of the world this specification makes."""
        chosen = {name: value for name, value in asdict(self).items() if value is not None}
        document = {**chosen, "generator": GENERATOR}
        return hashlib.sha256(json.dumps(document, sort_keys=True, default=date.isoformat).encode()).hexdigest()


@dataclass(frozen=True)
class _Events:
    """Columns of transactions not yet in order: day, second of the day, customer, terminal, amount."""

    day: Ints
    second: Ints
    customer: Ints
    terminal: Ints
    amount_minor: Ints


def make_world(specification: WorldSpecification) -> Dataset:
    """The data set that `specification` describes; the same specification always gives the same bytes."""
    chance = np.random.default_rng(specification.seed)
    reach = _Reach.draw(chance, specification)
    events = _draw_events(chance, specification, reach)
    amounts, is_fraud = _commit_frauds(chance, specification, events)
    return Dataset(
        name=specification.name,
        source_sha256=specification.sha256,
        table=_as_table(specification, events, amounts, is_fraud),
    )


@dataclass(frozen=True)
class _Reach:
    """The terminals each customer uses: `terminals[starts[c]:starts[c] + counts[c]]`."""

    terminals: Ints
    starts: Ints
    counts: Ints

    @classmethod
    def draw(cls, chance: np.random.Generator, specification: WorldSpecification) -> _Reach:
        """Customers and terminals uniform on the square; a customer uses those strictly closer than the radius."""
        customers = chance.uniform(0, SIDE, (specification.customers, 2))
        terminals = chance.uniform(0, SIDE, (specification.terminals, 2))
        near = [np.flatnonzero(((terminals - home) ** 2).sum(axis=1) < specification.radius**2) for home in customers]
        counts = np.array([len(found) for found in near], dtype=np.int64)
        return cls(np.concatenate(near), np.cumsum(counts) - counts, counts)


def _draw_events(chance: np.random.Generator, specification: WorldSpecification, reach: _Reach) -> _Events:
    mean_amount = chance.uniform(5, 100, specification.customers)
    mean_per_day = np.where(reach.counts > 0, chance.uniform(0, 4, specification.customers), 0.0)
    numbers = chance.poisson(mean_per_day[:, None], (specification.customers, specification.days))
    customer = np.repeat(np.arange(specification.customers), numbers.sum(axis=1))
    day = np.repeat(np.tile(np.arange(specification.days), specification.customers), numbers.ravel())
    second = np.floor(chance.normal(43_200, 20_000, len(day))).astype(np.int64)
    within = (second >= 0) & (second < SECONDS_A_DAY)
    customer, day, second = customer[within], day[within], second[within]
    amounts = _draw_amounts(chance, mean_amount[customer])
    pick = np.floor(chance.random(len(customer)) * reach.counts[customer]).astype(np.int64)
    return _Events(day, second, customer, reach.terminals[reach.starts[customer] + pick], amounts)


def _draw_amounts(chance: np.random.Generator, mean: Floats) -> Ints:
    amounts = chance.normal(mean, mean / 2)
    amounts = np.where(amounts < 0, chance.uniform(0, 2 * mean), amounts)
    minor: Ints = np.rint(amounts * 100).astype(np.int64)
    return minor


def _commit_frauds(chance: np.random.Generator, specification: WorldSpecification, events: _Events) -> tuple[Ints, Flags]:
    """Amounts after fraud, and which transactions are frauds."""
    terminals = _compromised(
        chance, specification.terminals, specification.days, TERMINALS_A_DAY_PER_10_000 / 10_000, TERMINAL_COMPROMISED_DAYS
    )
    customers = _compromised(
        chance, specification.customers, specification.days, CUSTOMERS_A_DAY_PER_5_000 / 5_000, CUSTOMER_COMPROMISED_DAYS
    )
    stolen = customers[events.customer, events.day] & (chance.random(len(events.day)) < STOLEN_CARD_SHARE)
    has_changed = specification.has_changed(events.day)
    conspicuous = np.where(
        has_changed, events.amount_minor < CHANGED_FRAUD_BELOW_MINOR, events.amount_minor > ALWAYS_FRAUD_ABOVE_MINOR
    )
    factor = np.where(stolen, np.where(has_changed, CHANGED_CARD_FACTOR, STOLEN_CARD_FACTOR), 1.0)
    factor = factor * np.where(specification.is_dearer(events.day), DEARER_FACTOR, 1.0)
    amounts: Ints = np.rint(events.amount_minor * factor).astype(np.int64)
    return amounts, conspicuous | terminals[events.terminal, events.day] | stolen


def _compromised(chance: np.random.Generator, entities: int, days: int, share_a_day: float, lasting_days: int) -> Flags:
    """Which of `entities` is compromised on which day; fractions of a daily draw are carried to the next day."""
    flags = np.zeros((entities, days), dtype=bool)
    draws = np.diff(np.floor(np.arange(days + 1) * entities * share_a_day + 1e-9).astype(np.int64))
    for day, number in enumerate(draws):
        flags[chance.choice(entities, number, replace=False), day : day + lasting_days] = True
    return flags


def _as_table(specification: WorldSpecification, events: _Events, amounts: Ints, is_fraud: Flags) -> pa.Table:
    occurred = start_of_day_us(specification.first_day) + events.day * DAY_US + events.second * SECOND_US
    order = np.lexsort((events.customer, occurred))
    columns = {
        "transaction_id": _ids("x", np.arange(1, len(order) + 1), digits=9),
        "occurred_us": occurred[order],
        "customer_id": _ids("c", events.customer[order], digits=6),
        "terminal_id": _ids("t", events.terminal[order], digits=6),
        "amount_minor": amounts[order],
        "is_fraud": is_fraud[order],
        "observed_us": pa.array(occurred[order] + MATURITY_DAYS * DAY_US, mask=~is_fraud[order]),
    }
    return in_order(pa.table(columns, schema=SCHEMA))


def _ids(letter: str, numbers: Ints, *, digits: int) -> pa.Array:
    return pa.array(np.char.add(letter, np.char.zfill(numbers.astype(str), digits)).tolist(), pa.string())
