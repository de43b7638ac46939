"""What a ledger entry tells of what a promotion changes: few figures of those that the evaluation left, never more than so many.

Each is read by its name and checked, and no text but names of models, groups of features and a reason is taken over. So no payment,
customer or terminal is named, and the size is bounded, whatever else stands in the figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from greenfraud.errors import ContractError

LARGEST = 4_096  # bytes as JSON, at most
DIRECTIONS = ("raised", "dropped")  # alerts of the model alone, and of the one before alone
EXAMPLES = 3  # of each direction
GROUPS = 5
COUNTS = ("rows", "frauds", "fraud_amount_minor")
WORDS = re.compile(r"[A-Za-z0-9 ,.;:'()/_-]{1,100}")
MOST = 10**18  # of a number; what is none is not below it

Figures = Mapping[str, Any]


def short_form(told: Figures, source: Mapping[str, str]) -> dict[str, Any]:
    """Return what an entry tells of one challenger's changes in `curves.json`; `source` is the file's key and SHA-256.

    `score_shift` is of log-odds, with the share of payments that moved by 1 or more; where no model answered before, a `reason`
    stands in its place. Pairs are of the new model and of the one before. Raises ContractError where the figures are none.
    """
    try:
        return {
            "against": _words(told["against"]),
            "score_shift": _shift(told["score_shift"]),
            **{name: _flipped(told, name) for name in DIRECTIONS},
            "groups": [_group(one) for one in sorted(told["groups"], key=_least_moved)[:GROUPS]],
            "figures": dict(source),
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContractError(f"its figures cannot be read ({type(error).__name__})") from None


def _shift(told: Figures) -> dict[str, Any]:
    if "quantiles" not in told:
        return {"reason": _words(told["reason"])}
    quantiles = {name: _number(told["quantiles"][at]) for name, at in (("p5", "5"), ("median", "50"), ("p95", "95"))}
    return {**quantiles, "moved_share": _number(told["moved_share"])}


def _flipped(told: Figures, direction: str) -> dict[str, Any]:
    counts = {name: _count(told["flipped"][direction][name]) for name in COUNTS}
    examples = [one for one in told["examples"] if one["direction"] == direction]
    return {**counts, "examples": [_example(one) for one in examples[:EXAMPLES]]}


def _example(told: Figures) -> dict[str, Any]:
    ours, theirs = told["because"]
    return {
        "amount_from_minor": _power_of_ten(told["amount_from_minor"]),
        "is_fraud": told["is_fraud"] is True,
        "probability": _pair(told["probability"]),
        "because": [_words(ours), _words(theirs)],
    }


def _group(told: Figures) -> dict[str, Any]:
    return {"group": _words(told["group"]), "frauds": _pair(told["frauds"]), "legitimate": _pair(told["legitimate"])}


def _least_moved(told: Figures) -> float:
    """Sorts those first whose mean weight moved most, of frauds or of legitimate payments; what a model has not weighs nothing."""
    pairs = (_pair(told["frauds"]), _pair(told["legitimate"]))
    return -max(abs((ours or 0.0) - (theirs or 0.0)) for ours, theirs in pairs)


def _pair(told: Any) -> list[float | None]:
    ours, theirs = told
    return [None if value is None else _number(value) for value in (ours, theirs)]


def _number(value: Any) -> float:
    """Four digits: the full figures have the others."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        raise TypeError
    return float(f"{value:.4g}")


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise TypeError
    return value


def _power_of_ten(value: Any) -> int:
    """An amount's order; another number would tell the amount itself."""
    if _count(value) != 10 ** (len(str(value)) - 1):
        raise ValueError
    return int(value)


def _words(value: Any) -> str:
    if not isinstance(value, str) or not WORDS.fullmatch(value):
        raise TypeError
    return value
