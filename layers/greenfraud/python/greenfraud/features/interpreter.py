"""The interpreter of the manifest: the values of one transaction from the states of its entities.

Only + - * / on integers and doubles, which IEEE 754 rounds correctly: every engine that follows the same order of
operations gets the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from greenfraud.features.manifest import Feature, Manifest
from greenfraud.features.tiles import ViewState
from greenfraud.features.windows import lagged_tiles, recent_tiles
from greenfraud.instants import DAY_US, HOUR_US, SECOND_US

# Measures are numbered from 1 within their series; tiles of reports hold nothing else.
_COUNT, _AMOUNT, _REPORTS = 1, 2, 1
# 1970-01-01 was a Thursday, the fourth day of the week.
_EPOCH_WEEKDAY = 3
_SATURDAY = 5

Params = Mapping[str, Any]


def compute(
    manifest: Manifest,
    customer: ViewState | None,
    terminal: ViewState | None,
    occurred_us: int,
    amount_minor: int,
) -> dict[str, float | None]:
    """Return every feature by name, None for missing; a state of None is an entity never seen.

    The states hold what was seen before the transaction, and not the transaction itself.
    """
    states = {state.view.name: state for state in (customer, terminal) if state is not None}
    scene = _Scene(occurred_us, amount_minor / 100.0)
    return {feature.name: _value(feature, scene, states) for feature in manifest.features}


def vector(names: Iterable[str], values: Mapping[str, float | None]) -> list[float]:
    """Return the model's input in order, NaN for missing.

    >>> vector(["amount", "customer_mean_amount_1h"], {"amount": 12.5, "customer_mean_amount_1h": None})
    [12.5, nan]
    """
    inputs = (values[name] for name in names)
    return [math.nan if value is None else value for value in inputs]


class _Scene:
    """One transaction, and the window totals that several of its features share."""

    __slots__ = ("amount", "occurred_us", "totals")

    def __init__(self, occurred_us: int, amount: float) -> None:
        self.occurred_us = occurred_us
        self.amount = amount
        self.totals: dict[tuple[str, int, int, int], int] = {}

    def recent(self, state: ViewState, series: str, params: Params, measure: int) -> int:
        """Return a total of the window that ends now."""
        window_us = params["window_us"]
        key = (series, window_us, 0, measure)
        if key not in self.totals:
            tiles = recent_tiles(self.occurred_us, window_us, params["hop_us"])
            self.totals[key] = state.total(series, measure, tiles)
        return self.totals[key]

    def lagged(self, state: ViewState, params: Params) -> int:
        """Return the transactions of the window moved back by the lag."""
        key = (params["series"], params["window_us"], params["lag_us"], _COUNT)
        if key not in self.totals:
            whole, head = lagged_tiles(self.occurred_us, params["window_us"], params["hop_us"], params["lag_us"])
            in_whole = state.total(params["series"], _COUNT, whole)
            self.totals[key] = in_whole + state.total(params["head_series"], _COUNT, head)
        return self.totals[key]


def _value(feature: Feature, scene: _Scene, states: Mapping[str, ViewState]) -> float | None:
    if feature.view is None:
        return _REQUEST_FORMULAS[feature.kind](scene, feature.params)
    state = states.get(feature.view)
    value = None if state is None else _STATE_FORMULAS[feature.kind](scene, state, feature.params)
    return feature.default if value is None else value


def _amount(scene: _Scene, _: Params) -> float:
    return scene.amount


def _weekend(scene: _Scene, _: Params) -> float:
    """Tell Saturday and Sunday, in UTC, as the Fraud Detection Handbook's transform does.

    >>> from greenfraud.instants import parse_rfc3339
    >>> [_weekend(_Scene(parse_rfc3339(f"2018-05-0{day}T00:00:00Z"), 0.0), {}) for day in (4, 5, 6, 7)]
    [0.0, 1.0, 1.0, 0.0]
    """
    return 1.0 if (scene.occurred_us // DAY_US + _EPOCH_WEEKDAY) % 7 >= _SATURDAY else 0.0


def _night(scene: _Scene, params: Params) -> float:
    """Tell the hours from midnight up to `until_hour`, in UTC.

    The Fraud Detection Handbook also counts the seventh hour.
    """
    return 1.0 if scene.occurred_us % DAY_US < params["until_hour"] * HOUR_US else 0.0


def _count(scene: _Scene, state: ViewState, params: Params) -> float:
    return float(scene.recent(state, params["series"], params, _COUNT))


def _mean_amount(scene: _Scene, state: ViewState, params: Params) -> float | None:
    """Divide the sum by the count, then by 100: whoever computes it in another order gets other bits."""
    count = scene.recent(state, params["series"], params, _COUNT)
    if not count:
        return None
    return float(scene.recent(state, params["series"], params, _AMOUNT)) / float(count) / 100.0


def _amount_over_mean(scene: _Scene, state: ViewState, params: Params) -> float | None:
    mean = _mean_amount(scene, state, params)
    return scene.amount / mean if mean else None


def _seconds_since_last(scene: _Scene, state: ViewState, _: Params) -> float | None:
    """Return the time since the newest event; missing when that came later, because this one is late."""
    if state.newest_us is None or state.newest_us > scene.occurred_us:
        return None
    return float(scene.occurred_us - state.newest_us) / float(SECOND_US)


def _lagged_count(scene: _Scene, state: ViewState, params: Params) -> float:
    return float(scene.lagged(state, params))


def _reports(scene: _Scene, state: ViewState, params: Params) -> float:
    return float(scene.recent(state, params["series"], params, _REPORTS))


def _report_ratio(scene: _Scene, state: ViewState, params: Params) -> float | None:
    """Divide the reports observed in the window by the transactions they can be about, those one lag earlier."""
    count = scene.lagged(state, params)
    if not count:
        return None
    return float(scene.recent(state, params["report_series"], params, _REPORTS)) / float(count)


_REQUEST_FORMULAS: Mapping[str, Callable[[_Scene, Params], float]] = {
    "amount": _amount,
    "weekend": _weekend,
    "night": _night,
}
_STATE_FORMULAS: Mapping[str, Callable[[_Scene, ViewState, Params], float | None]] = {
    "count": _count,
    "mean_amount": _mean_amount,
    "amount_over_mean": _amount_over_mean,
    "seconds_since_last": _seconds_since_last,
    "lagged_count": _lagged_count,
    "reports": _reports,
    "report_ratio": _report_ratio,
}
