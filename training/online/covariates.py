"""Whether what a model sees is still like what it learned from: each input, and its score, against the bundle's baseline.

Counts go into the baseline's own bins, so that a week of any size is read once. Nothing here asks for a label, and nothing says
that the model is worse: customers may change while frauds stay as they are, and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from greenfraud.bundle import SCORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Row = Mapping[str, Any]

DRIFTED_PSI = 0.25  # the usual reading: below 0.1 as before, above this another population
SMALLEST_BIN = 0.01  # of the baseline: smaller ones make the index a matter of single rows


@dataclass
class Binned:
    """One column of a baseline as bins, and how many of today's values fell into each; the last bin is for missing ones."""

    edges: Floats  # a value belongs to the first bin whose edge is not below it
    expected: Floats  # share of the baseline per bin, missing last
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, baseline: Mapping[str, Any]) -> Binned:
        """Make the bins of one column: its quantiles, with the exact share at or below each where the bundle tells it."""
        quantiles = np.array(baseline["quantiles"], np.float32)
        at_most = np.array(baseline.get("at_most") or np.linspace(0.0, 1.0, len(quantiles)), float)
        edges, shares = _merged(quantiles, at_most)
        missing = baseline["missing_share"] or 0.0
        expected = np.append((1.0 - missing) * np.diff(shares, prepend=0.0, append=1.0), missing)
        return cls(edges, expected, np.zeros(len(expected), np.int64))

    def add(self, values: Floats) -> None:
        """Count some values, NaN for missing; they are compared as the model sees them, in single precision."""
        known = values[~np.isnan(values)].astype(np.float32)
        self.counts[:-1] += np.bincount(np.searchsorted(self.edges, known), minlength=len(self.counts) - 1)
        self.counts[-1] += len(values) - len(known)

    def psi(self) -> float | None:
        """Return the population stability index, None where nothing was counted."""
        total = self.counts.sum()
        if not total:
            return None
        least = 0.5 / total
        now, before = np.maximum(self.counts / total, least), np.maximum(self.expected, least)
        return float(((now - before) * np.log(now / before)).sum())

    def ks(self) -> float | None:
        """Return the largest distance of the two distribution functions at the bins' edges, of values that are known."""
        known, before = self.counts[:-1], self.expected[:-1]
        if not known.sum() or not before.sum():
            return None
        return float(np.abs(np.cumsum(known) / known.sum() - np.cumsum(before) / before.sum()).max())


def _merged(quantiles: Floats, at_most: Floats) -> tuple[Floats, Floats]:
    """Return the edges that leave enough of the baseline on either side, and the share at or below each."""
    edges, shares, before = [], [], 0.0
    for edge in np.unique(quantiles):
        share = float(at_most[np.searchsorted(quantiles, edge, side="right") - 1])
        if share - before >= SMALLEST_BIN and 1.0 - share >= SMALLEST_BIN:
            edges.append(edge)
            shares.append(share)
            before = share
    return np.array(edges, np.float32), np.array(shares, float)


@dataclass
class CovariateCount:
    """Compares the inputs and scores of a model's decisions with its baseline, some rows at a time."""

    baseline: Mapping[str, Mapping[str, Any]]
    manifest_version: str
    rows: int = 0
    columns: dict[str, Binned] = field(init=False)

    def __post_init__(self) -> None:
        """Cut the bins."""
        self.columns = {name: Binned.of(column) for name, column in self.baseline.items()}

    def add(self, rows: Iterable[Row]) -> None:
        """Count decisions of this model; one whose inputs were not logged, or stood in for lost ones, says nothing."""
        kept = [row for row in rows if self._is_comparable(row)]
        self.rows += len(kept)
        for name, column in self.columns.items():
            values = [row[SCORE] if name == SCORE else row["features"].get(name) for row in kept]
            column.add(np.array([np.nan if value is None else value for value in values], float))

    def _is_comparable(self, row: Row) -> bool:
        return bool(row.get("features")) and row.get("manifest_version") == self.manifest_version

    def _of_column(self, column: Binned) -> dict[str, float | None]:
        total = int(column.counts.sum())
        missing = float(column.counts[-1] / total) if total else None
        return {"psi": column.psi(), "ks": column.ks(), "missing": missing, "missing_before": float(column.expected[-1])}

    def report(self) -> dict[str, Any]:
        """Return index, distance and share of missing values per column, and the names of those that drifted."""
        found = {name: self._of_column(column) for name, column in self.columns.items()}
        drifted = [name for name, one in found.items() if (one["psi"] or 0.0) >= DRIFTED_PSI]
        return {"rows": self.rows, "drifted": sorted(drifted), "columns": found}
