"""How often frauds came at each probability, in weeks whose truth is known, and what a probability should have been by that.

Frequencies are made to rise with the log-odds by pooling neighbours that do not: isotonic regression (Ayer, Brunk, Ewing, Reid and
Silverman, 1955), which is exact for counts per bin. Counts of several weeks add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

WIDTH, LOWEST, BINS = 0.25, -12.0, 96  # of log-odds
LEAST = 1e-7  # probabilities are kept so far from 0 and 1
MINIMUM_FRAUDS = 30  # in all weeks together: with fewer, chance would correct


@dataclass(frozen=True)
class Reliability:
    """Per bin of log-odds [BINS]: transactions, frauds among them, and the sum of their log-odds, each by what a row stands for.

    `seen` are the frauds themselves: how many there were to learn from.
    """

    rows: Floats
    frauds: Floats
    log_odds: Floats
    seen: Floats

    @classmethod
    def of(cls, probability: Floats, is_fraud: NDArray[np.bool_], stands_for: Floats | None = None) -> Reliability:
        """Count one week; a row that chance let through stands for those that were refused like it.

        >>> found = Reliability.of(np.array([0.5, 0.5]), np.array([True, False]), np.array([200.0, 1.0]))
        >>> found.rows.sum(), found.frauds.sum(), found.seen.sum()
        (np.float64(201.0), np.float64(200.0), np.float64(1.0))
        """
        once = np.ones(len(probability))
        weight = once if stands_for is None else stands_for
        log_odds = _log_odds(probability)
        bins = np.clip(((log_odds - LOWEST) / WIDTH).astype(np.int64), 0, BINS - 1)
        columns = (weight, weight * is_fraud, weight * log_odds, once * is_fraud)
        return cls(*(np.bincount(bins, column, BINS).astype(float) for column in columns))

    @classmethod
    def pooled(cls, weeks: Iterable[Reliability]) -> Reliability:
        """Return several weeks together."""
        nothing = np.zeros((4, BINS))
        return cls(*(nothing + sum(np.stack(list(vars(week).values())) for week in weeks)))

    def correct(self, probability: Floats) -> Floats:
        """Return what the probabilities should have been; as they are where too few frauds are known to say."""
        if self.seen.sum() < MINIMUM_FRAUDS:
            return probability
        known = self.rows > 0
        return np.interp(
            _log_odds(probability),
            (self.log_odds / np.maximum(self.rows, 1.0))[known],
            _rising(self.frauds[known], self.rows[known]),
        )

    def to_json(self) -> dict[str, list[float]]:
        """Return the counts as plain data."""
        return {name: column.tolist() for name, column in vars(self).items()}

    @classmethod
    def from_json(cls, body: dict[str, list[float]]) -> Reliability:
        """Read what `to_json` gave; before exploration counted, every fraud was one."""
        return cls(
            *(np.array(column) for column in (body["rows"], body["frauds"], body["log_odds"], body.get("seen", body["frauds"])))
        )


def _log_odds(probability: Floats) -> Floats:
    kept = np.clip(probability, LEAST, 1.0 - LEAST)
    return np.asarray(np.log(kept / (1.0 - kept)))


def _rising(frauds: Floats, rows: Floats) -> Floats:
    """Return the shares of least squared distance that never fall from one bin to the next.

    >>> _rising(np.array([1.0, 0.0, 5.0]), np.array([10.0, 10.0, 10.0])).tolist()
    [0.05, 0.05, 0.5]
    """
    blocks: list[tuple[float, float, int]] = []
    for block in zip(frauds.tolist(), rows.tolist(), [1] * len(rows), strict=True):
        found, seen, width = block
        while blocks and blocks[-1][0] * seen >= found * blocks[-1][1]:
            earlier = blocks.pop()
            found, seen, width = found + earlier[0], seen + earlier[1], width + earlier[2]
        blocks.append((found, seen, width))
    return np.concatenate([np.full(width, found / seen) for found, seen, width in blocks])
