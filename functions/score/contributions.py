"""What each group of features adds to the log odds of fraud, from one batch of rows through a model.

A group is absent where its features have the bundle's reference values, those of a typical legitimate payment. Groups that equal
the reference add nothing, so only the others play.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from functions.score.coalitions import coalitions_of
from greenfraud.bundle import BundleManifest
from greenfraud.explanation import Contribution
from greenfraud.features.manifest import Manifest

Rows = npt.NDArray[np.float32]
LogOdds = Callable[[Rows], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Contributions:
    """How a bundle's features stand in groups, and the reference that they are held against."""

    names: tuple[str, ...]
    codes: tuple[str, ...]
    group: npt.NDArray[np.intp]  # [features], the index in `codes`
    reference: Rows  # [features]

    @classmethod
    def of_bundle(cls, bundle: BundleManifest, manifest: Manifest) -> Contributions:
        """Return those of a bundle whose features the manifest computes."""
        names = bundle.feature_names
        of_features = [manifest.group_of(name).code for name in names]
        codes = tuple(dict.fromkeys(of_features))
        reference = np.array([bundle.reference.get(name) for name in names], np.float32)  # None becomes NaN
        return cls(names, codes, np.array([codes.index(code) for code in of_features], np.intp), reference)

    def of(self, row: Sequence[float], log_odds: LogOdds) -> list[Contribution]:
        """Return the groups that differ from the reference: their sum is the log odds of the row less those of the reference.

        Empty where the model gives no number for some coalition. The same row gives the same bits.
        """
        values = np.asarray(row, np.float32)
        differs = ~((values == self.reference) | (np.isnan(values) & np.isnan(self.reference)))
        features = np.flatnonzero(differs)
        players = np.flatnonzero(np.bincount(self.group[features], minlength=len(self.codes)))
        at = np.searchsorted(players, self.group[features])
        coalitions = coalitions_of(len(players))
        rows = np.repeat(values[None], len(coalitions.present) + len(features), axis=0)
        apart, alone = rows[: len(coalitions.present)], rows[len(coalitions.present) :]
        apart[:, features] = np.where(coalitions.present[:, at], values[features], self.reference[features])
        alone[np.arange(len(features)), features] = self.reference[features]
        worths = log_odds(rows)
        if not np.isfinite(worths).all():
            return []
        added = coalitions.values @ worths[: len(apart)]
        lost = (worths[len(apart) - 1] - worths[len(apart) :]) * np.sign(added)[at]
        most = _most(at.tolist(), lost.tolist())
        told = zip(players.tolist(), added.tolist(), strict=True)
        return [
            Contribution(self.codes[group], value, self.names[features[most[player]]]) for player, (group, value) in enumerate(told)
        ]


def _most(players: Sequence[int], lost: Sequence[float]) -> dict[int, int]:
    """Return the number of the feature of each player that loses most where it alone is typical."""
    most: dict[int, int] = {}
    for feature, (player, loss) in enumerate(zip(players, lost, strict=True)):
        if player not in most or loss > lost[most[player]]:
            most[player] = feature
    return most
