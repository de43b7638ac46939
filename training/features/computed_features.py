"""What a matrix computed: columns in the order of the entities, brought into the order of time a piece at a time.

Gathering the rows of a piece takes half of what scattering every block of entities over all rows would.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.features.request_columns import REQUEST_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from greenfraud.features.manifest import Feature, Manifest
    from training.features.history import History

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ComputedFeatures:
    """Features of some rows of a history; those of the request alone are computed when they are asked for."""

    manifest: Manifest
    history: History
    rows: slice
    values: Mapping[str, Floats]  # of the features of a view
    places: Mapping[str, Ints]  # per view, where the value of each row is found

    def columns(self, rows: slice) -> dict[str, Floats]:
        """Return one float64 column per feature, NaN for missing, of rows that are among the computed ones."""
        return {feature.name: self._column(feature, rows) for feature in self.manifest.features}

    def _column(self, feature: Feature, rows: slice) -> Floats:
        if feature.view is None:
            return with_default(feature, REQUEST_COLUMNS[feature.kind](self.history, rows, feature.params))
        first = self.rows.start
        return np.take(self.values[feature.name], self.places[feature.view][rows.start - first : rows.stop - first], mode="clip")


def with_default(feature: Feature, column: Floats) -> Floats:
    """Fill in the default that the manifest declares for a missing value, if it declares one."""
    if feature.default is not None:
        column[np.isnan(column)] = feature.default
    return column


def places_of(order: Ints, rows: slice) -> Ints:
    """Return where each of some rows is found in an order of all of them.

    >>> places_of(np.array([12, 10, 11]), slice(10, 13))
    array([1, 2, 0])
    """
    places = np.empty(len(order), np.int64)
    places[order - rows.start] = np.arange(len(order))
    return places
