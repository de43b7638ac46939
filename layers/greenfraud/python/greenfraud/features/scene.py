"""One transaction, and the window totals that several of its features share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenfraud.features.logarithm import log2_fixed
from greenfraud.features.tiles import ViewState
from greenfraud.features.windows import lagged_tiles, recent_tiles

Params = Mapping[str, Any]


class Scene:
    """What the request says of a transaction: its time, its amount, and the extra columns by name."""

    __slots__ = ("_totals", "amount_minor", "extras", "occurred_us")

    def __init__(self, occurred_us: int, amount_minor: int, extras: Mapping[str, Any]) -> None:
        """Remember the request; totals are found when they are first asked for."""
        self.occurred_us = occurred_us
        self.amount_minor = amount_minor
        self.extras = extras
        self._totals: dict[tuple[Any, ...], int] = {}

    @property
    def amount(self) -> float:
        """The amount in units of the currency."""
        return self.amount_minor / 100.0

    @property
    def log_amount(self) -> int:
        """The amount's binary logarithm, in units of 2^-16."""
        if ("log_amount",) not in self._totals:
            self._totals["log_amount",] = log2_fixed(self.amount_minor)
        return self._totals["log_amount",]

    def recent(self, state: ViewState, params: Params, measure: str, of: str = "") -> int:
        """Return a measure of the window that ends now; `of` is what the parameters' names begin with, if not of the window."""
        name, window_us = params[f"{of}series"], params.get(f"{of}window_us", params["window_us"])
        key = (state.view.name, name, window_us, measure)
        if key not in self._totals:
            tiles = recent_tiles(self.occurred_us, window_us, params.get(f"{of}hop_us", params["hop_us"]))
            self._totals[key] = state.total(name, state.view.position(name, measure), tiles)
        return self._totals[key]

    def lagged(self, state: ViewState, params: Params, measure: str) -> int:
        """Return a measure of the window moved back by the lag."""
        name, head_name = params["series"], params["head_series"]
        key = (state.view.name, name, params["window_us"], params["lag_us"], measure)
        if key not in self._totals:
            whole, head = lagged_tiles(self.occurred_us, params["window_us"], params["hop_us"], params["lag_us"])
            in_whole = state.total(name, state.view.position(name, measure), whole)
            self._totals[key] = in_whole + state.total(head_name, state.view.position(head_name, measure), head)
        return self._totals[key]
