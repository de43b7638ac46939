"""What a reader of the comparison must know before believing it: each remark says what was seen and what follows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.comparison.rows import Contest

    Figures = Mapping[str, Mapping[str, float | None]]

TOO_GOOD = 0.99  # of the average precision: nobody knows so much beforehand
COARSE = 20  # different values: so few leave most of the order open
UNEVEN = 3.0  # standard deviations from the frauds that chance would leave without a score


def remarks(  # noqa: PLR0913
    contest: Contest, weeks: Sequence[Mapping[str, Any]], incumbent: Figures, *, capacity: int, asked_weeks: int, is_decision: bool
) -> list[str]:
    """Return what must be said beside the figures."""
    found = [
        _too_good(incumbent),
        _reversed(incumbent),
        _coarse(contest),
        _unscored(weeks),
        _censored(weeks, is_decision=is_decision),
        _acted_on(weeks) if is_decision else "",
        _large(contest, capacity),
    ]
    if len(weeks) < asked_weeks:
        found.append(f"{asked_weeks} weeks were asked for, and the history has {len(weeks)} with models and mature labels.")
    return [remark for remark in found if remark]


def _too_good(incumbent: Figures) -> str:
    value = incumbent["average_precision"]["value"]
    if value is None or value < TOO_GOOD:
        return ""
    return (
        f"The incumbent's average precision is {value:.3f}: it looks into the future. Was the column written, or corrected, after "
        "the frauds were reported? Compare with what it said at the moment of the payment."
    )


def _reversed(incumbent: Figures) -> str:
    high = incumbent["auc_roc"]["high"]
    if high is None or high >= 0.5:
        return ""
    return "The incumbent ranks frauds below the others. Is it read the wrong way round? --reversed turns it."


def _coarse(contest: Contest) -> str:
    values = len(np.unique(contest.incumbent))
    if values == 1:
        return "The incumbent says the same of every judged payment: it ranks nothing, and every order of them is as likely."
    if values > COARSE:
        return ""
    return f"The incumbent tells {values} values apart; among equals every order is as likely, and its figures are expected values."


def _unscored(weeks: Sequence[Mapping[str, Any]]) -> str:
    rows, frauds, unscored, missed = (
        sum(week[name] for week in weeks) for name in ("rows", "frauds", "unscored_rows", "unscored_frauds")
    )
    if not unscored:
        return ""
    said = (
        f"{unscored:,} payments ({unscored / (rows + unscored):.1%}) have no score of the incumbent, {missed:,} frauds among them"
    )
    share, other = missed / unscored, frauds / max(rows, 1)
    tail = "."
    if abs(missed - other * unscored) > UNEVEN * math.sqrt(max(other * unscored, 1.0)):
        tail = f": frauds are {share:.2%} there and {other:.2%} elsewhere, more than chance would have apart."
    return f"{said}; they count in no figure of either{tail}".replace("%", " %")


def _censored(weeks: Sequence[Mapping[str, Any]], *, is_decision: bool) -> str:
    censored = sum(week["censored_rows"] for week in weeks)
    if not censored:
        return ""
    said = (
        f"{censored:,} payments were refused or held and never told of, or never investigated: nobody knows what they were, and "
        "nobody is judged on them."
    )
    return (
        f"{said} So of what the incumbent stopped only proven frauds are left, and it looks better than it is."
        if is_decision
        else said
    )


def _acted_on(weeks: Sequence[Mapping[str, Any]]) -> str:
    if any(week["censored_rows"] for week in weeks):
        return ""
    return (
        "What it declined is taken for what the file calls it. If it was declined indeed, nobody knows what it was, and the "
        "incumbent looks worse than it is: let the import know, --map decision=<column>."
    )


def _large(contest: Contest, capacity: int) -> str:
    a_day = len(contest.judged.rows) / max(contest.judged.rows.days, 1)
    if capacity < a_day:
        return ""
    return f"A capacity of {capacity:,} is more than the {a_day:,.0f} payments of a day: everybody looks at everything."
