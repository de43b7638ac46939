"""The declared features of many rows of columns: the body of Feast's on-demand view."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from greenfraud.features.interpreter import compute, vector
from greenfraud.features.manifest import ENTITY, Manifest, View, load_manifest
from greenfraud.features.tiles import ViewState


def compute_rows(inputs: Mapping[str, Sequence[Any]], manifest: Manifest | None = None) -> dict[str, list[float]]:
    """Return one column per feature, NaN for missing, from columns of state and request.

    Feast hands out None for an entity that it does not know; offline, a whole column of integers with one such row
    becomes floats.
    """
    manifest = manifest or load_manifest()
    names = manifest.names
    extras = {column: kind for column, kind in manifest.extra_columns.items() if column in inputs}
    rows = range(len(inputs["occurred_us"]))
    vectors = [
        vector(
            names,
            compute(
                manifest,
                [_state(view, inputs, row) for view in manifest.views.values()],
                int(inputs["occurred_us"][row]),
                int(inputs["amount_minor"][row]),
                {column: _told(kind, inputs[column][row]) for column, kind in extras.items()},
            ),
        )
        for row in rows
    ]
    return {name: [float(values[column]) for values in vectors] for column, name in enumerate(names)}


def _state(view: View, inputs: Mapping[str, Sequence[Any]], row: int) -> ViewState | None:
    newest_us = _moment(inputs[view.last][row])
    if newest_us is None:
        return None
    lists = {series.name: _whole_tiles(inputs[series.name][row], len(series.measures) + 1) for series in view.series}
    newest_report_us = _moment(inputs[view.last_report][row]) if view.last_report else None
    return ViewState.from_lists(view, lists, newest_us, newest_report_us)


def _told(kind: str, value: Any) -> Any:
    """Return a column's value; Feast has no missing keys but empty ones, and may hand out a number for a missing text."""
    return value if kind != ENTITY or (isinstance(value, str) and value) else None


def _moment(number: float | None) -> int | None:
    return None if number is None or math.isnan(number) else int(number)


def _whole_tiles(numbers: Sequence[Any] | None, width: int) -> list[int]:
    """Return the numbers of whole tiles: when a view is applied, Feast tries it on arrays of one number."""
    if numbers is None:
        return []
    return [int(number) for number in numbers[: len(numbers) // width * width]]
