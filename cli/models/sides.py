"""Two sides of a comparison: what each decided, and the figures of both with intervals over customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import hypot
from typing import Any, NamedTuple

import numpy as np

from cli.policy.resampling import Resampled, wilson
from greenfraud.outcomes import ALLOW
from greenfraud.policy import DECISIONS

SHARES = ("alerts", *DECISIONS, "degraded")
BINS = 10  # of equal counts on both sides together
HALF = 0.5  # added to each bin, so that an empty one divides nothing by zero
Get = Callable[[str], Any]


class Scored(NamedTuple):
    """What one side said of a payment; `is_fraud` is None where nobody knows yet, or ever will."""

    customer: str
    probability: float | None
    decision: str
    is_degraded: bool = False
    milliseconds: float | None = None
    is_fraud: bool | None = None


Told = dict[str, float | None]
Sides = Mapping[str, Sequence[Scored]]


def figures(sides: Sides) -> dict[str, Any]:
    """Every figure of both sides by its name, and of their difference: the first side's less the second's."""
    edges = _edges([one.probability for side in sides.values() for one in side if one.probability is not None])
    rows = [(one.customer, _sums(name, one, edges)) for name, side in sides.items() for one in side]
    resampled = Resampled([f"{name}.{sum_}" for name in sides for sum_ in _names(edges)], rows)
    first, second = sides
    told = {name: _of_side(name, side, resampled) for name, side in sides.items()}
    return {
        "sides": told,
        "difference": {share: _difference(resampled, first, second, share, told) for share in SHARES},
        "score_shift": {
            **resampled.told(lambda get: _psi(get, first, second, len(edges) + 1), is_distance=True),
            "by_chance": _by_chance(resampled, first, second, len(edges) + 1),
        },
    }


def _share_of(name: str, share: str, resampled: Resampled) -> Told:
    """A share with its interval; of none or of all, which no resample doubts, Wilson's."""
    counted, of = resampled.total(f"{name}.{share}"), resampled.total(f"{name}.decisions")
    return wilson(counted, of) if counted in (0.0, of) else resampled.told(lambda get: _share(get, name, share))


def _difference(resampled: Resampled, first: str, second: str, share: str, told: Mapping[str, Any]) -> Told:
    """The first side's share less the second's; where one is none or all, from both intervals (Newcombe's method 10, 1998)."""
    one, other = (told[name]["shares"][share] for name in (first, second))
    if None in (one["value"], other["value"]) or not {one["value"], other["value"]} & {0.0, 1.0}:
        return resampled.told(lambda get: _share(get, first, share) - _share(get, second, share))
    value = one["value"] - other["value"]
    below = hypot(one["value"] - one["low"], other["high"] - other["value"])
    above = hypot(one["high"] - one["value"], other["value"] - other["low"])
    return {"value": value, "low": value - below, "high": value + above}


def _of_side(name: str, side: Sequence[Scored], resampled: Resampled) -> dict[str, Any]:
    waited = [one.milliseconds for one in side if one.milliseconds is not None]
    known = [one for one in side if one.is_fraud is not None]
    alerts, frauds = [one for one in known if one.decision != ALLOW], [one for one in known if one.is_fraud]
    caught = sum(one.decision != ALLOW for one in frauds)
    return {
        "decisions": len(side),
        "customers": len({one.customer for one in side}),
        "shares": {share: _share_of(name, share, resampled) for share in SHARES},
        "mean_probability": resampled.told(lambda get: get(f"{name}.probability") / get(f"{name}.scored")),
        "milliseconds": {
            "mean": resampled.told(lambda get: get(f"{name}.milliseconds") / get(f"{name}.timed"))["value"],
            "p95": float(np.quantile(waited, 0.95)) if waited else None,
        },
        "known": len(known),
        "frauds": len(frauds),
        "recall": wilson(caught, len(frauds)),
        "precision": wilson(caught, len(alerts)),
    }


def _names(edges: Sequence[float]) -> list[str]:
    bins = [f"bin{number}" for number in range(len(edges) + 1)]
    return ["decisions", "alerts", "degraded", "probability", "scored", "milliseconds", "timed", *DECISIONS, *bins]


def _sums(name: str, one: Scored, edges: Sequence[float]) -> dict[str, float]:
    found: dict[str, float] = {"decisions": 1.0, one.decision: 1.0}
    found["alerts"], found["degraded"] = float(one.decision != ALLOW), float(one.is_degraded)
    if one.probability is not None:
        found |= {"probability": one.probability, "scored": 1.0}
        found[f"bin{int(np.searchsorted(edges, one.probability, side='right'))}"] = 1.0
    if one.milliseconds is not None:
        found |= {"milliseconds": one.milliseconds, "timed": 1.0}
    return {f"{name}.{sum_}": value for sum_, value in found.items()}


def _edges(probabilities: Sequence[float]) -> list[float]:
    if not probabilities:
        return []
    return sorted(set(np.quantile(probabilities, [number / BINS for number in range(1, BINS)]).tolist()))


def _share(get: Get, side: str, name: str) -> Any:
    return get(f"{side}.{name}") / get(f"{side}.decisions")


def _psi(get: Get, first: str, second: str, bins: int) -> Any:
    """The population stability index: 0 where both sides spread alike."""
    one, other = (
        [(get(f"{side}.bin{number}") + HALF) / (get(f"{side}.scored") + HALF * bins) for number in range(bins)]
        for side in (first, second)
    )
    found: Any = sum((mine - theirs) * np.log(mine / theirs) for mine, theirs in zip(one, other, strict=True))
    return np.where(np.minimum(get(f"{first}.scored"), get(f"{second}.scored")) > 0, found, np.nan)


def _by_chance(resampled: Resampled, first: str, second: str, bins: int) -> float | None:
    """What the index is on average of two samples of one population: (bins - 1) (1/n + 1/m)."""
    counts = [resampled.total(f"{side}.scored") for side in (first, second)]
    return None if min(counts) == 0 else (bins - 1) * sum(1 / count for count in counts)
