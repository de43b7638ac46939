"""Training-serving skew: the feature values that decisions were made on, against those that the lake gives afterwards.

Both come from the same declarations and agree to the bit. What differs is what serving did not know in time (an event
that was ingested after the next one was scored) or a fault.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from greenfraud.features.manifest import Manifest

    Row = Mapping[str, Any]

EXAMPLES = 3  # of a feature's differing values


@dataclass(frozen=True)
class Rebuilt:
    """The offline features of one day: a float64 column per feature, NaN for missing, and the row of each transaction."""

    row_of: Mapping[str, int]
    columns: Mapping[str, NDArray[np.float64]]


@dataclass
class SkewCount:
    """Compares rows of one day's decisions, file by file; a transaction counts once."""

    manifest: Manifest
    rebuilt: Rebuilt
    compared: set[str] = field(default_factory=set)
    skipped: Counter[str] = field(default_factory=Counter)
    differing: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, rows: Iterable[Row]) -> None:
        """Compare some rows."""
        kept = [row for row in rows if row["transaction_id"] not in self.compared and self._is_comparable(row)]
        kept = list({row["transaction_id"]: row for row in kept}.values())
        self.compared.update(row["transaction_id"] for row in kept)
        at = np.array([self.rebuilt.row_of[row["transaction_id"]] for row in kept], np.int64)
        for name in self.manifest.names:
            self._compare(name, kept, self.rebuilt.columns[name][at])

    def _is_comparable(self, row: Row) -> bool:
        reason = _reason_to_skip(row, self.manifest.version, self.rebuilt.row_of)
        if reason is not None:
            self.skipped[reason] += 1
        return reason is None

    def _compare(self, name: str, rows: Iterable[Row], rebuilt: NDArray[np.float64]) -> None:
        logged = np.array([number_of(row["features"].get(name)) for row in rows], np.float64)
        for index in np.flatnonzero(differs(logged, rebuilt)):
            self.differing[name] += 1
            known = self.examples.setdefault(name, [])
            if len(known) < EXAMPLES:
                transaction_id = list(rows)[index]["transaction_id"]
                values = {"logged": plain(logged[index]), "rebuilt": plain(rebuilt[index])}
                known.append({"transaction_id": transaction_id, **values})

    def share(self, *names: str) -> float | None:
        """Return the share of differing values of some features; None when there was nothing to compare."""
        values = len(self.compared) * len(names)
        return sum(self.differing[name] for name in names) / values if values else None

    def report(self, day: date) -> dict[str, Any]:
        """Return what the lake keeps of the comparison."""
        return {
            "schema": 1,
            "day": day.isoformat(),
            "manifest_version": self.manifest.version,
            "compared_transactions": len(self.compared),
            "compared_values": len(self.compared) * len(self.manifest.names),
            "differing_values": self.differing.total(),
            "share": self.share(*self.manifest.names),
            "skipped_transactions": dict(self.skipped),
            "features": {name: self._of_feature(name) for name in self.manifest.names},
        }

    def _of_feature(self, name: str) -> dict[str, Any]:
        return {"share": self.share(name), "differing": self.differing[name], "examples": self.examples.get(name, [])}


def _reason_to_skip(row: Row, version: str, known: Mapping[str, int]) -> str | None:
    if row.get("manifest_version") != version:
        return "other_manifest"
    if not row.get("features"):
        return "not_logged"
    if row.get("degraded"):
        return "degraded"  # decided on declared defaults, and said so
    return None if row["transaction_id"] in known else "not_in_lake"


def differs(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell per value whether two differ by so much as a bit; missing equals missing.

    >>> differs(np.array([0.1, np.nan, 0.3, np.nan]), np.array([0.1, np.nan, 0.1 + 0.2, 0.0])).tolist()
    [False, False, True, True]
    """
    is_different: NDArray[np.bool_] = (one != other) & ~(np.isnan(one) & np.isnan(other))
    return is_different


def number_of(value: float | None) -> float:
    """Return a logged value, NaN for missing."""
    return math.nan if value is None else value


def plain(value: float) -> float | None:
    """Return a value as JSON can say it, None for missing."""
    return None if math.isnan(value) else float(value)
