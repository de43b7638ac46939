"""The offline builder: every manifest feature of many transactions at once, equal bit for bit to the interpreter.

Windows become positions in sorted events and differences of cumulative sums. Sums stay integers up to the one
division, and every expression follows the interpreter's order of operations.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from greenfraud.errors import ContractError
from training.entity_events import EntityEvents
from training.request_columns import REQUEST_COLUMNS
from training.state_columns import STATE_COLUMNS
from training.stretch import Stretch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from greenfraud.features.manifest import Feature, Manifest, View
    from training.history import History

    Floats = NDArray[np.float64]

TRANSACTIONS_AT_ONCE = 1 << 16  # a column of theirs stays in the processor's cache


def buffer_us(manifest: Manifest) -> int:
    """Return how far before a row its windows reach: a matrix that starts so much earlier computes the same values.

    Of what is older, values depend only on the newest event and the newest report of each entity: a history that holds
    these too, and the reports about older transactions observed since, gives the values of the whole.
    """
    return max(view.retention_us for view in manifest.views.values())


class FeatureMatrix:
    """Computes the features of any rows of one history."""

    def __init__(self, manifest: Manifest, history: History) -> None:
        """Sort the history once per kind of entity. Raises ContractError for a kind of feature that is unknown here."""
        for feature in manifest.features:
            _check(feature)
        self.manifest, self.history = manifest, history
        codes = {"customer_id": history.customer, "terminal_id": history.terminal}
        self._events = {
            view.name: EntityEvents(history, codes[view.join_key], keeps_reports=view.keeps_reports)
            for view in manifest.views.values()
        }

    def columns(self, rows: slice, memory: Floats | None = None) -> dict[str, Floats]:
        """Return one float64 column per feature, NaN for missing; they lie in `memory` where that is given."""
        shape = len(self.manifest.features), rows.stop - rows.start
        values = np.empty(shape) if memory is None else memory[: math.prod(shape)].reshape(shape)
        columns = dict(zip(self.manifest.names, values, strict=True))
        for feature in self._features_of(None):
            column = REQUEST_COLUMNS[feature.kind](self.history, rows, feature.params)
            columns[feature.name][:] = _with_default(feature, column)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for view in self.manifest.views.values():
                blocks = self._events[view.name].blocks(TRANSACTIONS_AT_ONCE)
                list(pool.map(partial(self._fill, columns, rows, view), blocks))
        return columns

    def _fill(self, columns: dict[str, Floats], rows: slice, view: View, entities: range) -> None:
        """Compute a view's features of the rows that are about some of its entities."""
        stretch = Stretch(self._events[view.name], entities, rows)
        own = stretch.rows - rows.start
        unknown = np.flatnonzero(~stretch.is_known)
        with np.errstate(divide="ignore", invalid="ignore"):  # what divides by nothing is missing
            for feature in self._features_of(view.name):
                value = STATE_COLUMNS[feature.kind](stretch, feature.params)
                value[unknown] = np.nan
                columns[feature.name][own] = _with_default(feature, value)

    def _features_of(self, view: str | None) -> list[Feature]:
        return [feature for feature in self.manifest.features if feature.view == view]


def _check(feature: Feature) -> None:
    if feature.kind not in (REQUEST_COLUMNS if feature.view is None else STATE_COLUMNS):
        raise ContractError(f"feature {feature.name}: the offline builder does not know the kind {feature.kind!r}")


def _with_default(feature: Feature, column: Floats) -> Floats:
    if feature.default is not None:
        column[np.isnan(column)] = feature.default
    return column
