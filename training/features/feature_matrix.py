"""The offline builder: every manifest feature of many transactions at once, equal bit for bit to the interpreter.

Windows become positions in sorted events and differences of cumulative sums. Sums stay integers up to the one
division, and every expression follows the interpreter's order of operations.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from greenfraud.errors import ContractError
from training.features.computed_features import ComputedFeatures, places_of, with_default
from training.features.entity_block import EntityBlock
from training.features.entity_events import EntityEvents
from training.features.request_columns import REQUEST_COLUMNS
from training.features.state_columns import STATE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from greenfraud.features.manifest import Feature, Manifest
    from training.features.history import History

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
        self._names = [feature.name for feature in manifest.features if feature.view is not None]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            events = pool.map(lambda view: EntityEvents(history, view), manifest.views.values())
            self._events = dict(zip(manifest.views, events, strict=True))

    def columns(self, rows: slice) -> dict[str, Floats]:
        """Return one float64 column per feature, NaN for missing."""
        return self.compute(rows).columns(rows)

    def compute(self, rows: slice, memory: Floats | None = None) -> ComputedFeatures:
        """Compute the features of some rows; they lie in `memory` where that is given, `cells` of it."""
        shape = len(self._names), rows.stop - rows.start
        memory = np.empty(self.cells(rows)) if memory is None else memory[: self.cells(rows)]
        values = dict(zip(self._names, memory.reshape(shape), strict=True))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            places = pool.map(lambda events: places_of(events.order_of(rows), rows), self._events.values())
            blocks = ((v, *block) for v, events in self._events.items() for block in events.blocks(rows, TRANSACTIONS_AT_ONCE))
            list(pool.map(lambda block: self._fill(values, rows, *block), blocks))
            return ComputedFeatures(self.manifest, self.history, rows, values, dict(zip(self._events, places, strict=True)))

    def cells(self, rows: slice) -> int:
        """Return how many values some rows have in memory."""
        return int(rows.stop - rows.start) * len(self._names)

    def _fill(self, values: Mapping[str, Floats], rows: slice, view: str, entities: range, first: int) -> None:
        """Compute a view's features of the rows that are about some of its entities."""
        block = EntityBlock(self._events[view], entities, rows)
        own = slice(first, first + len(block.rows))
        unknown = np.flatnonzero(~block.is_known)
        with np.errstate(divide="ignore", invalid="ignore"):  # what divides by nothing is missing
            for feature in self.manifest.features:
                if feature.view == view:
                    column = values[feature.name][own]
                    column[:] = STATE_COLUMNS[feature.kind](block, feature.params)
                    column[unknown] = np.nan
                    with_default(feature, column)


def _check(feature: Feature) -> None:
    if feature.kind not in (REQUEST_COLUMNS if feature.view is None else STATE_COLUMNS):
        raise ContractError(f"feature {feature.name}: the offline builder does not know the kind {feature.kind!r}")
