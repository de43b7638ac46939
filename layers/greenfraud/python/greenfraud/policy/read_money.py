"""The money of a document, and the thresholds of one that states none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenfraud.policy.faults import MOST_MINOR, Report
from greenfraud.policy.money import Money

FIGURES = {
    "loss_share",
    "loss_fixed",
    "review",
    "review_finds",
    "reviews_a_day",
    "review_price",
    "challenge",
    "challenge_stops",
    "blocked_good",
}
HARMLESS = (1.0, 1.0)  # thresholds of a document that is refused


def read_money(body: Mapping[str, Any], report: Report) -> Money | None:
    """Return the costs, None where the document states none or they cannot be read."""
    if "money" not in body:
        return None
    told = body["money"]
    if not isinstance(told, dict):
        report.error(("money",), "must be a table: [money]")
        return None
    path = ("money",)
    report.check_keys(path, told, FIGURES)
    has_challenge = "challenge" in told
    if "challenge_stops" in told and not has_challenge:
        report.error((*path, "challenge_stops"), "needs the cost of a challenge: challenge = 20")
    limit = report.whole(path, told, "reviews_a_day", 0, 10**7) if "reviews_a_day" in told else None
    return Money(
        review=report.minor(path, told, "review", 0),
        blocked_good=report.minor(path, told, "blocked_good", 1),
        loss_share=report.number(path, told, "loss_share", 0.0, 10.0, default=1.0),
        loss_fixed=report.minor(path, told, "loss_fixed", 0, default=0),
        challenge=report.minor(path, told, "challenge", 0) if has_challenge else None,
        challenge_stops=report.number(path, told, "challenge_stops", 0.0, 1.0, default=0.9),
        review_finds=report.number(path, told, "review_finds", 0.0, 1.0, default=1.0),
        reviews_a_day=limit,
        review_price=float(report.number(path, told, "review_price", 0, MOST_MINOR, default=0.0)),
    )


def read_thresholds(body: Mapping[str, Any], report: Report) -> tuple[float, float]:
    """Return `review_at` and `block_at`."""
    if "thresholds" not in body:
        return HARMLESS
    told, path = body["thresholds"], ("thresholds",)
    if not isinstance(told, dict):
        report.error(path, "must be a table: [thresholds]")
        return HARMLESS
    report.check_keys(path, told, {"review_at", "block_at"})
    faults = len(report.faults)
    review_at, block_at = (float(report.number(path, told, key, 0.0, 1.0)) for key in ("review_at", "block_at"))
    if len(report.faults) > faults:
        return HARMLESS
    if review_at > block_at:
        report.error((*path, "block_at"), f"must not be below review_at, which is {review_at:g}")
        return HARMLESS
    return review_at, block_at
