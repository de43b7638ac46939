"""Features of the request alone: the formula of every kind that reads no state."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from greenfraud.features.scene import Params, Scene
from greenfraud.instants import DAY_US, HOUR_US

# 1970-01-01 was a Thursday, the fourth day of the week.
EPOCH_WEEKDAY = 3
SATURDAY = 5


def amount(scene: Scene, _: Params) -> float:
    """Return the amount in units of the currency.

    >>> amount(Scene(0, 1250, {}), {})
    12.5
    """
    return scene.amount


def weekend(scene: Scene, _: Params) -> float:
    """Tell Saturday and Sunday, in UTC, as the Fraud Detection Handbook's transform does.

    >>> from greenfraud.instants import parse_rfc3339
    >>> [weekend(Scene(parse_rfc3339(f"2018-05-0{day}T00:00:00Z"), 0, {}), {}) for day in (4, 5, 6, 7)]
    [0.0, 1.0, 1.0, 0.0]
    """
    return 1.0 if (scene.occurred_us // DAY_US + EPOCH_WEEKDAY) % 7 >= SATURDAY else 0.0


def night(scene: Scene, params: Params) -> float:
    """Tell the hours from midnight up to `until_hour`, in UTC.

    The Fraud Detection Handbook also counts the seventh hour.
    """
    return 1.0 if scene.occurred_us % DAY_US < params["until_hour"] * HOUR_US else 0.0


def number(scene: Scene, params: Params) -> float | None:
    """Return an extra column that holds a number; missing where it is absent.

    >>> number(Scene(0, 0, {"distance_km": 3}), {"column": "distance_km"}), number(Scene(0, 0, {}), {"column": "distance_km"})
    (3.0, None)
    """
    value = scene.extras.get(params["column"])
    if value is None or math.isnan(value):  # Feast's missing number is NaN
        return None
    return float(value)


def category(scene: Scene, params: Params) -> float | None:
    """Tell whether an extra column, a text, is one of the declared values; missing where it is absent.

    >>> remote = {"column": "channel", "values": ["web", "app"]}
    >>> [category(Scene(0, 0, {"channel": text}), remote) for text in ("app", "till", None)]
    [1.0, 0.0, None]
    """
    value = scene.extras.get(params["column"])
    if value is None:
        return None
    return 1.0 if value in params["values"] else 0.0


REQUEST_FORMULAS: Mapping[str, Callable[[Scene, Params], float | None]] = {
    "amount": amount,
    "weekend": weekend,
    "night": night,
    "number": number,
    "category": category,
}
