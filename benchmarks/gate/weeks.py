"""Generated weeks: payments whose frauds cluster by terminal and by customer, and models of known worth that err on them.

A model's log-odds are those of the signal that it sees, a normal one about 0 for good payments and about `SIGNAL` for frauds: they
are calibrated. What it sees is what all models see, plus an error of its own, which payments of one terminal, or of one customer,
share in part. Two models are equal where their errors are drawn alike: one learned again with another seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Codes = NDArray[np.int64]

ROWS, CUSTOMERS, TERMINALS = 4_000, 600, 550
BY_TERMINAL, BY_CUSTOMER = 0.6, 0.25  # of the frauds, those of compromised terminals and customers; others stand alone
STOLEN_SHARE = 0.34  # of a compromised customer's payments
SIGNAL, SPREAD = 3.6, 1.2
ERROR = 0.12  # of one model; two equal ones then differ a little more than two that were really trained (other_seeds.py)
BETTER = 0.13  # more of the signal, which adds 0.03 of average precision at a hundred frauds


@dataclass(frozen=True)
class Shared:
    """How many frauds a week has, and which parts of a model's error its terminals and its customers share."""

    name: str
    frauds: tuple[int, int]
    by_terminal: float
    by_customer: float


@dataclass(frozen=True)
class Week:
    """Payments of one week [rows], and what is true of them."""

    customer: Codes
    terminal: Codes
    amount_minor: Codes
    is_fraud: NDArray[np.bool_]
    signal: Floats

    @classmethod
    def draw(cls, draw: np.random.Generator, shared: Shared) -> Week:
        """Draw a week; compromised terminals come first, then customers, then single payments."""
        customer, terminal = (_busy(draw, count, shape) for count, shape in ((CUSTOMERS, 1.5), (TERMINALS, 4.0)))
        frauds = int(draw.integers(shared.frauds[0], shared.frauds[1] + 1))
        is_fraud = np.zeros(ROWS, bool)

        def steal(rows: Codes) -> None:
            is_fraud[draw.permutation(rows)[: frauds - int(is_fraud.sum())]] = True

        while is_fraud.sum() < BY_TERMINAL * frauds:
            steal(np.flatnonzero((terminal == draw.integers(TERMINALS)) & ~is_fraud))
        while is_fraud.sum() < (BY_TERMINAL + BY_CUSTOMER) * frauds:
            rows = np.flatnonzero((customer == draw.integers(CUSTOMERS)) & ~is_fraud)
            steal(rows[draw.random(len(rows)) < STOLEN_SHARE])
        steal(np.flatnonzero(~is_fraud))
        amount = np.exp(draw.normal(8.2, 1.0, ROWS)).astype(np.int64) + 1
        return cls(customer, terminal, amount, is_fraud, draw.normal(0.0, SPREAD, ROWS))

    def log_odds(self, draw: np.random.Generator, shared: Shared, *, gain: float = 0.0, error: float = ERROR) -> Floats:
        """Return those of a model that sees `gain` more of the signal, with an error of its own."""
        seen = self.signal + (SIGNAL + gain) * self.is_fraud + error * self._error(draw, shared)
        prior = self.is_fraud.mean()
        strength = (SIGNAL + gain) / (SPREAD**2 + error**2)
        return np.asarray(np.log(prior / (1.0 - prior)) + strength * (seen - (SIGNAL + gain) / 2.0))

    def _error(self, draw: np.random.Generator, shared: Shared) -> Floats:
        own = 1.0 - shared.by_terminal - shared.by_customer
        of_terminals = np.sqrt(shared.by_terminal) * draw.normal(size=TERMINALS)[self.terminal]
        of_customers = np.sqrt(shared.by_customer) * draw.normal(size=CUSTOMERS)[self.customer]
        return np.asarray(of_terminals + of_customers + np.sqrt(own) * draw.normal(size=ROWS))


def _busy(draw: np.random.Generator, count: int, shape: float) -> Codes:
    activity = draw.gamma(shape, size=count)
    return draw.choice(count, ROWS, p=activity / activity.sum())
