"""Segments: where a challenger is certainly worse by more than a margin, no gain elsewhere makes up for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from greenfraud.gate.contest import Contest
from greenfraud.gate.intervals import measured, words
from greenfraud.gate.margins import money_at_stake


def vetoes(candidate: Mapping[str, Any], contest: Contest) -> Iterator[str]:
    """Yield the segments where a whole interval lies beyond the margin; all intervals of an evaluation hold together."""
    for name, paired in compared(candidate).items():
        worse = _beyond(paired, contest, _at_stake(name, contest.evaluation))
        if worse:
            yield f"certainly worse than {contest.rival} in {name!r}: {worse}"


def warnings(candidate: Mapping[str, Any], contest: Contest) -> list[str]:
    """Name the segments where a promoted model is certainly worse, within the margin."""
    found = compared(candidate)
    worse = {name: measures for name, paired in found.items() if (measures := _beyond(paired, contest, None))}
    about = f"warning, of {len(found)} segments compared: {candidate['name']} is worse than {contest.rival} in"
    return [f"{about} {name!r}: {measures}" for name, measures in worse.items()]


def compared(candidate: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the differences to production by segment, of those that were judged."""
    segments = candidate.get("segments") or {}
    return {name: found["against_production"] for name, found in segments.items() if found.get("against_production")}


def _beyond(paired: Mapping[str, Any], contest: Contest, at_stake: float | None) -> str:
    """Name the measures whose whole interval lies beyond their margin; without money at stake, beyond 0."""
    margins = contest.margins
    least, most = (0.0, 0.0) if at_stake is None else (margins.segment_precision, margins.segment_cost_share * at_stake)
    precision, cost = measured(paired, "average_precision"), measured(paired, "expected_cost_minor")
    worse = []
    if precision and precision["high"] < -least:
        worse.append(f"average precision {words(precision, '+.4f')}")
    if cost and cost["low"] > most:
        worse.append(f"expected cost {words(cost, '+.0f')} minor units")
    return ", ".join(worse)


def _at_stake(name: str, evaluation: Mapping[str, Any]) -> float:
    """Return what a segment's frauds took; all that the holdout's took where an earlier release did not say it."""
    found = [segment for segment in evaluation.get("segments") or [] if segment.get("name") == name]
    return money_at_stake(found[0]) if found and "fraud_amount_minor" in found[0] else money_at_stake(evaluation["holdout"])
