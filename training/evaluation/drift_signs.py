"""Whether a week of decisions shows that payments or frauds are no longer like those that the models learned.

A week is looked at when it is over, and once more when its labels are mature. Each look compares one figure with its limit; one
that chance could have made is not looked at. Signs start a run of the pipeline and nothing else: what is better, the gate decides.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from greenfraud.bundle import SCORE
from training.model.drift_limits import MINIMUM_FRAUDS
from training.online.covariates import DRIFTED_PSI

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Document = Mapping[str, Any]
    Looks = list[dict[str, Any]]

# Without any change the index of 11 bins is about chi-squared with 10 degrees of freedom over the rows of the week (Yurdakul and
# Naranjo, Statistical properties of the population stability index, 2020): of 50 columns one is beyond 29.6 / rows in one week of
# twenty. That is a quarter of DRIFTED_PSI at 500, which leaves room for payments of one customer being alike.
LEAST_ROWS = 500
# A young platform's windows still fill: of 47 inputs up to three drifted in such weeks of three generated worlds, none later.
DRIFTED_SHARE = 0.1
LEAST_WEEKS = 4  # with labels before it, as a chunk's data are compared with: of fewer nobody knows what is usual
QUALITY = "adjusted_precision"  # at one share of frauds: the average precision falls in a quiet month by itself


def on_arrival(week: Document, past: Sequence[Document]) -> Looks:
    """Return what can be looked at before the labels are there, `past` being the known weeks before it, oldest first."""
    return [*_inputs(week["covariates"]), *_expected(week["estimated"], past)]


def on_truth(week: Document, past: Sequence[Document]) -> Looks:
    """Return what the mature labels show: whether frauds rank below the interval that the probabilities promised."""
    low, found = week["estimated_of_judged"][QUALITY]["low"], week["measured"][QUALITY]
    if low is None or not _enough(week["measured"]["frauds"]) or len(_known(past)) < LEAST_WEEKS:
        return []
    return [_look("measured_quality", found, low, shows=found < low)]


def shown(looks: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the signs of drift among what was looked at.

    >>> shown([{"sign": "score", "value": 0.3, "limit": 0.25, "shows": True}, {"sign": "inputs", "shows": False}])
    ['score']
    """
    return [look["sign"] for look in looks if look["shows"]]


def missing_rise(covariates: Document | None) -> float | None:
    """Return by how much the share of missing values rose, in the input where it rose most: 0 where none did.

    No sign of drift: what goes missing is a fault of a feed, which learning would only follow.
    """
    if covariates is None or covariates["rows"] < LEAST_ROWS:
        return None
    inputs = (found for name, found in covariates["columns"].items() if name != SCORE)
    return max((found["missing"] - found["missing_before"] for found in inputs if found.get("missing") is not None), default=0.0)


def _inputs(covariates: Document | None) -> Looks:
    if covariates is None or covariates["rows"] < LEAST_ROWS:
        return []
    inputs = [name for name in covariates["columns"] if name != SCORE]
    share = len(set(covariates["drifted"]) - {SCORE}) / max(1, len(inputs))
    index = covariates["columns"].get(SCORE, {}).get("psi")
    looks = [_look("inputs", share, DRIFTED_SHARE, shows=share >= DRIFTED_SHARE)] if inputs else []
    return looks if index is None else [*looks, _look("score", index, DRIFTED_PSI, shows=index >= DRIFTED_PSI)]


def _expected(estimated: Document, past: Sequence[Document]) -> Looks:
    """Whether even the upper end of what is expected lies below what is usual."""
    high, known = estimated[QUALITY]["high"], _known(past)
    if high is None or not _enough(estimated["frauds"]["value"]) or len(known) < LEAST_WEEKS:
        return []
    usual = median(known)
    return [_look("estimated_quality", high, usual, shows=high < usual)]


def _known(past: Sequence[Document]) -> list[float]:
    """The quality of the weeks whose truth is known, had enough frauds, and was measured by a release that tells it."""
    return [
        week["measured"][QUALITY]
        for week in past
        if week["measured"].get(QUALITY) is not None and _enough(week["measured"]["frauds"])
    ]


def _enough(frauds: float | None) -> bool:
    return frauds is not None and frauds >= MINIMUM_FRAUDS


def _look(sign: str, value: float, limit: float, *, shows: bool) -> dict[str, Any]:
    return {"sign": sign, "value": value, "limit": limit, "shows": shows}
