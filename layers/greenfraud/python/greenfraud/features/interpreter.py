"""The interpreter of the manifest: the values of one transaction from the states of its entities.

Only + - * / and the square root on integers and doubles, which IEEE 754 rounds correctly: every engine that follows
the same order of operations gets the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from greenfraud.features.manifest import Feature, Manifest
from greenfraud.features.request_formulas import REQUEST_FORMULAS
from greenfraud.features.scene import Scene
from greenfraud.features.state_formulas import STATE_FORMULAS
from greenfraud.features.tiles import NO_EXTRAS, ViewState


def compute(
    manifest: Manifest,
    states: Iterable[ViewState | None],
    occurred_us: int,
    amount_minor: int,
    extras: Mapping[str, Any] = NO_EXTRAS,
) -> dict[str, float | None]:
    """Return every feature by name, None for missing, from at most one state per view; None is an entity never seen.

    The states hold what was seen before the transaction, and not the transaction itself; one whose newest event is more
    than a year old counts as never seen. `extras` holds the transaction's extra columns by name.
    """
    known = {state.view.name: state for state in states if state is not None and state.is_known_at(occurred_us)}
    scene = Scene(occurred_us, amount_minor, extras)
    return {feature.name: _value(feature, scene, known) for feature in manifest.features}


def vector(names: Iterable[str], values: Mapping[str, float | None]) -> list[float]:
    """Return the model's input in order, NaN for missing.

    >>> vector(["amount", "customer_mean_amount_1h"], {"amount": 12.5, "customer_mean_amount_1h": None})
    [12.5, nan]
    """
    inputs = (values[name] for name in names)
    return [math.nan if value is None else value for value in inputs]


def _value(feature: Feature, scene: Scene, states: Mapping[str, ViewState]) -> float | None:
    if feature.view is None:
        value = REQUEST_FORMULAS[feature.kind](scene, feature.params)
    else:
        state = states.get(feature.view)
        value = None if state is None else STATE_FORMULAS[feature.kind](scene, state, feature.params)
    return feature.default if value is None else value
