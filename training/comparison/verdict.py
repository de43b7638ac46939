"""From scored weeks to comparison.json: the incumbent, each family beside it, and the one that would have served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from training.comparison.figures import apart, counted, samples_of, summarised
from training.comparison.remarks import remarks
from training.comparison.rows import joined
from training.evaluation.judgement import MINIMUM_DEFRAUDED
from training.evaluation.measurement import RESAMPLES, customer_weights
from training.model.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.comparison.figures import Costs, Samples
    from training.comparison.rows import Contest, ScoredWeek

    Floats = NDArray[np.floating[Any]]

SCHEMA = 1
ALERT = 1.0  # the severity from which a decision stops a payment or asks a person


def chooses(week: ScoredWeek | None) -> bool:
    """Return whether a week has frauds, by which one family ranks before another."""
    return week is not None and bool(week.holdout.is_fraud.any())


def chosen_family(week: ScoredWeek | None, families: Sequence[str]) -> str:
    """Return the family with the best average precision on a week before every judged one; the first where there is none."""
    if week is None or not chooses(week):
        return families[0]
    holdout, alike = week.holdout, np.ones((1, int(week.holdout.customer.max(initial=0)) + 1))
    precision = {
        family: float(Ranking(week.ours[family], holdout.is_fraud, holdout.customer).curves(alike).average_precision()[0])
        for family in families
    }
    return max(families, key=precision.__getitem__)


def compared(weeks: Sequence[ScoredWeek], costs: Costs, *, chosen: str, is_decision: bool, asked_weeks: int) -> dict[str, Any]:
    """Return counts, figures with intervals, paired differences and remarks; figures of too few frauds are left out."""
    contest, counts = joined(weeks), [week.counts() for week in weeks]
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "weeks": counts,
        "days": contest.judged.rows.days,
        "customers": contest.customers,
        "defrauded_customers": contest.defrauded,
        "chosen": chosen,
        "unavailable": None,
        "incumbent": None,
        "candidates": [],
        "remarks": [],
    }
    if contest.defrauded < MINIMUM_DEFRAUDED:
        reason = (
            f"{contest.defrauded} customers were defrauded in the judged weeks; with fewer than {MINIMUM_DEFRAUDED}, chance decides"
        )
        return {**document, "unavailable": reason}
    weights = customer_weights(contest.customers, RESAMPLES)
    theirs = samples_of(contest.incumbent, contest.judged, weights, costs)
    for week, precision in zip(counts, _by_week(contest.incumbent, contest), strict=True):
        week["average_precision"] = {"incumbent": precision}
    limits = _decided(contest, weights) if is_decision else None
    at_its_own = counted(contest.incumbent, contest.judged.rows, weights, limits, costs) if limits is not None else None
    document["incumbent"] = _figures("incumbent", theirs, at_its_own)
    for family, scores in contest.ours.items():
        ours = samples_of(scores, contest.judged, weights, costs)
        like_it = counted(scores, contest.judged.rows, weights, limits, costs) if limits is not None else None
        document["candidates"].append(_beside(family, (ours, theirs), (like_it, at_its_own)))
        for week, precision in zip(counts, _by_week(scores, contest), strict=True):
            week["average_precision"][family] = precision
    seen = contest, counts, document["incumbent"]["measures"]
    document["remarks"] = remarks(*seen, capacity=costs.capacity, asked_weeks=asked_weeks, is_decision=is_decision)
    return document


def _figures(name: str, samples: Samples, at_its_own: Samples | None) -> dict[str, Any]:
    decided = {"as_decided": summarised(at_its_own)} if at_its_own is not None else {}
    return {"name": name, "measures": summarised(samples), **decided}


def _beside(name: str, pair: tuple[Samples, Samples], decided: tuple[Samples | None, Samples | None]) -> dict[str, Any]:
    figures = {**_figures(name, pair[0], decided[0]), "difference": apart(*pair)}
    if decided[0] is not None and decided[1] is not None:
        figures["as_decided_difference"] = apart(decided[0], decided[1])
    return figures


def _decided(contest: Contest, weights: Floats) -> Floats:
    """Return how many payments the incumbent's decisions stopped each day, per weighting: as many as ours may then."""
    rows = contest.judged.rows
    is_alert = contest.incumbent >= ALERT
    limits = np.zeros((len(weights), rows.days))
    for day in range(rows.days):
        limits[:, day] = weights[:, rows.customer[is_alert & (rows.day == day)]].sum(axis=1)
    return limits


def _by_week(scores: Floats, contest: Contest) -> list[float | None]:
    alike, weeks = np.ones((1, contest.customers)), contest.judged.weeks()
    found = [
        Ranking(scores[of], contest.judged.rows.is_fraud[of], contest.judged.rows.customer[of]).curves(alike).average_precision()[0]
        for of in weeks
    ]
    return [None if np.isnan(value) else float(value) for value in found]
