"""The offline builder: every manifest feature of many transactions at once, equal bit for bit to the interpreter.

Windows become positions in sorted events and differences of cumulative sums. Sums stay integers up to the one
division, and every expression follows the interpreter's order of operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from greenfraud.errors import ContractError
from greenfraud.instants import DAY_US, HOUR_US, SECOND_US
from training.entity_events import EntityEvents
from training.stretch import Stretch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from greenfraud.features.manifest import Feature, Manifest
    from training.history import History

    Floats = NDArray[np.float64]
    Params = Mapping[str, Any]

EPOCH_WEEKDAY, SATURDAY = 3, 5  # 1970-01-01 was a Thursday


class FeatureMatrix:
    """Computes the features of any rows of one history."""

    def __init__(self, manifest: Manifest, history: History) -> None:
        """Sort the history once per kind of entity."""
        codes = {"customer_id": history.customer, "terminal_id": history.terminal}
        self.manifest, self.history = manifest, history
        self._events = {name: EntityEvents(history, codes[view.join_key]) for name, view in manifest.views.items()}

    def columns(self, rows: slice) -> dict[str, Floats]:
        """Return one float64 column per feature, NaN for missing. Raises ContractError for an unknown kind."""
        wanted = np.arange(rows.start, rows.stop)
        stretches = {name: Stretch(self.history, events, wanted) for name, events in self._events.items()}
        with np.errstate(divide="ignore", invalid="ignore"):  # what divides by nothing is missing
            return {feature.name: self._column(rows, stretches, feature) for feature in self.manifest.features}

    def _column(self, rows: slice, stretches: dict[str, Stretch], feature: Feature) -> Floats:
        if feature.view is None:
            return _formula(REQUEST_COLUMNS, feature)(self.history, rows, feature.params)
        stretch = stretches[feature.view]
        value = np.where(stretch.seen_before, _formula(STATE_COLUMNS, feature)(stretch, feature.params), np.nan)
        if feature.default is not None:
            value[np.isnan(value)] = feature.default
        column = np.empty(len(value))
        column[stretch.rows - rows.start] = value
        return column


def _formula(formulas: Mapping[str, Callable[..., Floats]], feature: Feature) -> Callable[..., Floats]:
    if feature.kind not in formulas:
        raise ContractError(f"feature {feature.name}: the offline builder does not know the kind {feature.kind!r}")
    return formulas[feature.kind]


def _amount(history: History, rows: slice, _: Params) -> Floats:
    return history.amount_minor[rows] / 100.0


def _weekend(history: History, rows: slice, _: Params) -> Floats:
    return ((history.occurred_us[rows] // DAY_US + EPOCH_WEEKDAY) % 7 >= SATURDAY).astype(np.float64)


def _night(history: History, rows: slice, params: Params) -> Floats:
    is_night: NDArray[np.bool_] = history.occurred_us[rows] % DAY_US < params["until_hour"] * HOUR_US
    return is_night.astype(np.float64)


def _count(stretch: Stretch, params: Params) -> Floats:
    return stretch.recent_count(params).astype(np.float64)


def _mean_amount(stretch: Stretch, params: Params) -> Floats:
    total = stretch.recent_amount_minor(params).astype(np.float64)
    return total / stretch.recent_count(params).astype(np.float64) / 100.0


def _amount_over_mean(stretch: Stretch, params: Params) -> Floats:
    mean = _mean_amount(stretch, params)
    return np.where(mean > 0.0, stretch.amount_minor / 100.0 / mean, np.nan)


def _seconds_since_last(stretch: Stretch, _: Params) -> Floats:
    return (stretch.occurred_us - stretch.previous_us).astype(np.float64) / float(SECOND_US)


def _lagged_count(stretch: Stretch, params: Params) -> Floats:
    return stretch.lagged_count(params).astype(np.float64)


def _reports(stretch: Stretch, params: Params) -> Floats:
    return stretch.report_count(params).astype(np.float64)


def _report_ratio(stretch: Stretch, params: Params) -> Floats:
    count = _lagged_count(stretch, params)
    return np.where(count > 0.0, _reports(stretch, params) / count, np.nan)


REQUEST_COLUMNS: Mapping[str, Callable[..., Floats]] = {"amount": _amount, "weekend": _weekend, "night": _night}
STATE_COLUMNS: Mapping[str, Callable[..., Floats]] = {
    "count": _count,
    "mean_amount": _mean_amount,
    "amount_over_mean": _amount_over_mean,
    "seconds_since_last": _seconds_since_last,
    "lagged_count": _lagged_count,
    "reports": _reports,
    "report_ratio": _report_ratio,
}
