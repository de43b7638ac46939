"""How far chance moves a sum over payments that depend on each other by customer and by terminal at once.

Rows of one customer err together, and so do rows of one terminal; neither lies inside the other. The variance of a sum is then
that of customers plus that of terminals, less that of their pairs, which both have counted (Cameron, Gelbach and Miller, Robust
inference with multiway clustering, 2011). Where that is less than one of the two alone, the larger holds (MacKinnon, Nielsen and
Webb, Jackknife inference with two-way clustering, 2024).

Few clusters are known badly: the sum over its spread follows Student's t, with one degree less than the effective number of
clusters that the frauds fall into (Kish, Survey sampling, 1965: the squared sum over the sum of squares), of customers or of
terminals, whichever are fewer. Thirty frauds at four terminals are about four observations, not thirty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Clusters:
    """Whose each row is, by code from 0: a customer's, a terminal's, and that of the two together."""

    customer: Codes
    terminal: Codes
    pair: Codes

    @classmethod
    def of(cls, customer: Codes, table: pa.Table) -> Clusters:
        """Read the terminals of a holdout's rows; a row without one counts as a terminal of its own."""
        rows = np.arange(len(customer))
        if "terminal_id" not in table.column_names:
            return cls(customer, rows, rows)
        named = pc.dictionary_encode(table["terminal_id"].combine_chunks())
        known = len(named.dictionary)
        told = np.where(named.is_null(), known + rows, named.indices.fill_null(0).to_numpy())
        terminal = np.unique(told, return_inverse=True)[1].astype(np.int64)
        pair = customer.astype(np.int64) * (int(terminal.max(initial=0)) + 1) + terminal
        return cls(customer, terminal, np.unique(pair, return_inverse=True)[1].astype(np.int64))

    def part(self, rows: Flags) -> Clusters:
        """Return those of some of the rows."""
        return Clusters(self.customer[rows], self.terminal[rows], self.pair[rows])

    def variance(self, values: Floats) -> float:
        """Return the variance of the sum of `values` [rows].

        >>> both = Clusters(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([0, 1, 2]))
        >>> both.variance(np.array([1.0, 1.0, 1.0]))  # customers 5, terminals 5, pairs 3
        7.0
        """
        customers, terminals, pairs = (_squares(codes, values) for codes in (self.customer, self.terminal, self.pair))
        return max(customers, terminals, customers + terminals - pairs)

    def degrees(self, is_fraud: Flags) -> float:
        """Return Student's degrees of freedom; 0 or less where the frauds are of one customer, of one terminal, or none.

        >>> alike = np.array([0, 1, 2, 3])
        >>> Clusters(alike, np.array([0, 0, 1, 1]), alike).degrees(np.ones(4, bool))
        1.0
        """
        return min(_effective(codes[is_fraud]) for codes in (self.customer, self.terminal)) - 1.0


def _squares(codes: Codes, values: Floats) -> float:
    return float((np.bincount(codes, values) ** 2).sum())


def _effective(codes: Codes) -> float:
    counts = np.bincount(codes).astype(float)
    return float(counts.sum() ** 2 / (counts**2).sum()) if len(codes) else 0.0
