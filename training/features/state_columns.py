"""Features of an entity's past for many rows: the formulas of `greenfraud.features.state_formulas`, vectorised.

Every expression follows the order of operations there, so that the bits are the same; what divides by nothing is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from greenfraud.features.manifest import KEPT_US
from greenfraud.features.measures import ROOM_MINOR
from greenfraud.features.state_formulas import LOG_UNIT, PRIOR_PAYMENTS
from greenfraud.instants import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from training.features.entity_block import EntityBlock

    Floats = NDArray[np.float64]
    Params = Mapping[str, Any]


def count(block: EntityBlock, params: Params) -> Floats:
    """Count the payments that were tried in the window, whatever became of them."""
    return block.recent(params, "count").astype(np.float64)


def accepted(block: EntityBlock, params: Params) -> Floats:
    """Count the payments that were accepted in the window."""
    return _accepted(block, params)


def declined(block: EntityBlock, params: Params) -> Floats:
    """Count the payments of the window that were declined."""
    return block.recent(params, "declined").astype(np.float64)


def distinct(block: EntityBlock, params: Params) -> Floats:
    """Count the places that were marked in the window."""
    return block.distinct(params).astype(np.float64)


def mean_amount(block: EntityBlock, params: Params) -> Floats:
    """Divide the sum of the accepted payments' minor units by their count, then by 100."""

    def mean() -> Floats:
        return block.recent(params, "amount_minor").astype(np.float64) / _accepted(block, params) / 100.0

    return block.once(("mean", params["window_us"]), mean)


def amount_over_mean(block: EntityBlock, params: Params) -> Floats:
    """Divide the amount by the mean."""
    mean = mean_amount(block, params)
    return np.where(mean > 0.0, block.amount_minor / 100.0 / mean, np.nan)


def log_amount_minus_mean(block: EntityBlock, params: Params) -> Floats:
    """Return how many doublings the amount lies above the geometric mean of the window."""
    difference = block.log_amount * block.recent(params, "accepted") - block.recent(params, "log_amount")
    return difference.astype(np.float64) / _accepted(block, params) / LOG_UNIT


def sd_amount(block: EntityBlock, params: Params) -> Floats:
    """Return the shrunk standard deviation of the window's capped amounts."""
    return _moments_minor(block, params)[1] / 100.0


def amount_z_score(block: EntityBlock, params: Params) -> Floats:
    """Return how many shrunk standard deviations the amount lies above the mean of capped amounts."""
    mean, deviation = _moments_minor(block, params)
    return np.where(deviation > 0.0, (block.amount_minor.astype(np.float64) - mean) / deviation, np.nan)


def amount_over_largest(block: EntityBlock, params: Params) -> Floats:
    """Divide the amount by the largest of the window."""
    largest = block.recent(params, "largest").astype(np.float64)
    return np.where(largest > 0.0, block.amount_minor.astype(np.float64) / largest, np.nan)


def amount_over_declined(block: EntityBlock, params: Params) -> Floats:
    """Divide the amount by the smallest of the window that was declined, where that was more than what is usual."""
    smallest = _smallest(block, params, "declined")
    if smallest is None:
        return np.full(len(block.rows), np.nan)
    is_said = (smallest < ROOM_MINOR) & (smallest >= _unusual(block, params))
    return np.where(is_said, block.amount_minor.astype(np.float64) / smallest.astype(np.float64), np.nan)


def amount_over_refused(block: EntityBlock, params: Params) -> Floats:
    """Divide the amount by the smallest of the window that was declined or held, but by no less than what is unusual."""
    found = [_smallest(block, params, refused) for refused in ("declined", "held")]
    refused = [smallest for smallest in found if smallest is not None]
    if not refused:
        return np.full(len(block.rows), np.nan)
    smallest = np.minimum.reduce(refused)
    divisor = np.maximum(smallest, _unusual(block, params)).astype(np.float64)
    return np.where(smallest < ROOM_MINOR, block.amount_minor.astype(np.float64) / divisor, np.nan)


def seconds_since_last(block: EntityBlock, _: Params) -> Floats:
    """Return the time since the newest event."""
    return _seconds_since(block, block.newest_us)


def seconds_since_report(block: EntityBlock, _: Params) -> Floats:
    """Return the time since the newest report."""
    return _seconds_since(block, block.newest_report_us)


def lagged_count(block: EntityBlock, params: Params) -> Floats:
    """Count the payments that were tried in the window moved back by the lag."""
    return block.lagged(params, "count").astype(np.float64)


def reports(block: EntityBlock, params: Params) -> Floats:
    """Count the reports observed in the window."""
    return block.recent(params, "reports").astype(np.float64)


def report_ratio(block: EntityBlock, params: Params) -> Floats:
    """Divide the reports observed in the window by the payments they can be about, those accepted one lag earlier."""
    payments = block.lagged(params, "accepted").astype(np.float64)
    return np.where(payments > 0.0, reports(block, params) / payments, np.nan)


def report_share(block: EntityBlock, params: Params) -> Floats:
    """Return the report ratio as if so many reports and payments had been seen before any."""
    payments = block.lagged(params, "accepted").astype(np.float64)
    share: Floats = (reports(block, params) + params["prior_reports"]) / (payments + params["prior_payments"])
    return share


def first_time(block: EntityBlock, params: Params) -> Floats:
    """Tell whether no payment of the window had the column's value."""
    return np.where(block.has_place(params["column"]), np.where(block.is_marked(params), 0.0, 1.0), np.nan)


def _smallest(block: EntityBlock, params: Params, refused: str) -> NDArray[np.int64] | None:
    """Return the smallest of the window that was refused, `ROOM_MINOR` where none was; None where none was of any row."""

    def find() -> NDArray[np.int64] | None:
        if not (block.recent(params, refused) > 0).any():
            return None
        return ROOM_MINOR - block.recent(params, f"{refused}_room")

    return block.once(("smallest", refused, params["window_us"]), find)


def _unusual(block: EntityBlock, params: Params) -> NDArray[np.int64]:
    """Return the least amount that is not usual: above all that was accepted in a longer time, or twice its mean if less."""
    usual = {"window_us": params["usual_window_us"], "hop_us": params["usual_hop_us"]}
    unusual, payments = block.recent(usual, "largest") + 1, block.recent(usual, "accepted")
    twice_mean = 2 * block.recent(usual, "amount_minor") // np.maximum(payments, 1)
    return np.where(payments > 0, np.maximum(1, np.minimum(unusual, twice_mean)), unusual)


def _accepted(block: EntityBlock, params: Params) -> Floats:
    """Return the divisor of what is usual in the window."""
    return block.once(("payments", params["window_us"]), lambda: block.recent(params, "accepted").astype(np.float64))


def _moments_minor(block: EntityBlock, params: Params) -> tuple[Floats, Floats]:
    return block.once(("moments", params["window_us"]), lambda: _moments(block, params))


def _moments(block: EntityBlock, params: Params) -> tuple[Floats, Floats]:
    payments = _accepted(block, params)
    total = (block.recent(params, "amount_minor") - block.recent(params, "excess_minor")).astype(np.float64)
    squares = block.recent(params, "square").astype(np.float64)
    mean = total / payments
    half = mean / 2.0
    spread = np.maximum(payments * squares - total * total, 0.0) / payments
    return mean, np.sqrt((PRIOR_PAYMENTS * half * half + spread) / (PRIOR_PAYMENTS + payments - 1.0))


def _seconds_since(block: EntityBlock, event_us: NDArray[np.int64]) -> Floats:
    is_kept = event_us >= block.occurred_us - KEPT_US
    return np.where(is_kept, (block.occurred_us - event_us).astype(np.float64) / float(SECOND_US), np.nan)


STATE_COLUMNS: Mapping[str, Callable[[EntityBlock, Params], Floats]] = {
    "count": count,
    "accepted": accepted,
    "declined": declined,
    "distinct": distinct,
    "mean_amount": mean_amount,
    "amount_over_mean": amount_over_mean,
    "log_amount_minus_mean": log_amount_minus_mean,
    "sd_amount": sd_amount,
    "amount_z_score": amount_z_score,
    "amount_over_largest": amount_over_largest,
    "amount_over_declined": amount_over_declined,
    "amount_over_refused": amount_over_refused,
    "seconds_since_last": seconds_since_last,
    "seconds_since_report": seconds_since_report,
    "lagged_count": lagged_count,
    "reports": reports,
    "report_ratio": report_ratio,
    "report_share": report_share,
    "first_time": first_time,
}
