"""Features of an entity's state: the formula of every kind that reads windows.

Integers are exact; each formula turns them into doubles at the place, and in the order of operations, that it shows.
Whoever computes it in another order gets other bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from greenfraud.features.distinct import NO_PLACE, place_of
from greenfraud.features.logarithm import FRACTION_BITS
from greenfraud.features.manifest import KEPT_US
from greenfraud.features.measures import ROOM_MINOR
from greenfraud.features.scene import Params, Scene
from greenfraud.features.tiles import ViewState
from greenfraud.features.windows import recent_tiles
from greenfraud.instants import SECOND_US

LOG_UNIT = float(1 << FRACTION_BITS)
# A customer of few payments borrows a standard deviation of half the mean, as if seen in four more of them.
PRIOR_PAYMENTS = 4.0


def count(scene: Scene, state: ViewState, params: Params) -> float:
    """Count the payments that were tried in the window, whatever became of them."""
    return float(scene.recent(state, params, "count"))


def accepted(scene: Scene, state: ViewState, params: Params) -> float:
    """Count the payments that were accepted in the window."""
    return float(scene.recent(state, params, "accepted"))


def declined(scene: Scene, state: ViewState, params: Params) -> float:
    """Count the payments of the window that were declined."""
    return float(scene.recent(state, params, "declined"))


def distinct(scene: Scene, state: ViewState, params: Params) -> float:
    """Count the places that were marked in the window: at least as many different ones were met."""
    return float(state.marked(params["series"], recent_tiles(scene.occurred_us, params["window_us"], params["hop_us"])))


def mean_amount(scene: Scene, state: ViewState, params: Params) -> float | None:
    """Divide the sum of the accepted payments' minor units by their count, then by 100."""
    payments = scene.recent(state, params, "accepted")
    if not payments:
        return None
    return float(scene.recent(state, params, "amount_minor")) / float(payments) / 100.0


def amount_over_mean(scene: Scene, state: ViewState, params: Params) -> float | None:
    """Divide the amount by the mean; missing where that is 0."""
    mean = mean_amount(scene, state, params)
    return scene.amount / mean if mean else None


def log_amount_minus_mean(scene: Scene, state: ViewState, params: Params) -> float | None:
    """Return how many doublings the amount lies above the geometric mean of the window.

    (n log2(amount + 1) - sum of log2(amounts + 1)) / n, with logarithms as whole numbers of 2^-16 up to the division.
    """
    payments = scene.recent(state, params, "accepted")
    if not payments:
        return None
    difference = scene.log_amount * payments - scene.recent(state, params, "log_amount")
    return float(difference) / float(payments) / LOG_UNIT


def moments(payments: float, total: float, squares: float) -> tuple[float, float]:
    """Return mean and shrunk standard deviation of `payments` numbers, from their sum and sum of squares.

    The variance is moderated: s^2 = (4 s0^2 + sum of (x - mean)^2) / (4 + n - 1), with s0 half the mean. (G. K. Smyth,
    Linear models and empirical Bayes methods, 2004, section 3: a prior of d0 degrees of freedom beside the n - 1 seen.)

    >>> moments(1.0, 50.0, 2500.0)  # one payment: the prior alone
    (50.0, 25.0)
    >>> moments(2.0, 100.0, 6800.0)  # 20 and 80, whose own standard deviation is 42.4
    (50.0, 29.32575659723036)
    """
    mean = total / payments
    half = mean / 2.0
    spread = max(payments * squares - total * total, 0.0) / payments
    return mean, math.sqrt((PRIOR_PAYMENTS * half * half + spread) / (PRIOR_PAYMENTS + payments - 1.0))


def sd_amount(scene: Scene, state: ViewState, params: Params) -> float | None:
    """Return the shrunk standard deviation of the window's amounts, each capped as squares are."""
    found = _moments_minor(scene, state, params)
    return None if found is None else found[1] / 100.0


def amount_z_score(scene: Scene, state: ViewState, params: Params) -> float | None:
    """Return how many shrunk standard deviations the amount lies above the mean of capped amounts."""
    found = _moments_minor(scene, state, params)
    if found is None or not found[1]:
        return None
    return (float(scene.amount_minor) - found[0]) / found[1]


def amount_over_largest(scene: Scene, state: ViewState, params: Params) -> float | None:
    """Divide the amount by the largest of the window; missing where there is none, or it is 0."""
    largest = scene.recent(state, params, "largest")
    return float(scene.amount_minor) / float(largest) if largest else None


def amount_over_declined(scene: Scene, state: ViewState, params: Params) -> float | None:
    """Divide the amount by the smallest of the window that was declined; missing where none was.

    Missing too where that was no more than what is usual: a few cents that were declined say nothing about other amounts.
    """
    smallest = _smallest(scene, state, params, "declined")
    if smallest is None or smallest < _unusual(scene, state, params):
        return None
    return float(scene.amount_minor) / float(smallest)


def amount_over_refused(scene: Scene, state: ViewState, params: Params) -> float | None:
    """Divide the amount by the smallest of the window that was declined or held; missing where none was.

    But by no less than what is unusual: of what is usual, nothing is a repetition.
    """
    found = _smallest(scene, state, params, "declined"), _smallest(scene, state, params, "held", "held_")
    refused = [smallest for smallest in found if smallest is not None]
    if not refused:
        return None
    return float(scene.amount_minor) / float(max(min(refused), _unusual(scene, state, params)))


def _smallest(scene: Scene, state: ViewState, params: Params, refused: str, of: str = "") -> int | None:
    if not scene.recent(state, params, refused, of):
        return None
    return ROOM_MINOR - scene.recent(state, params, f"{refused}_room", of)


def _unusual(scene: Scene, state: ViewState, params: Params) -> int:
    """Return the least amount that is not usual: above all that was accepted in a longer time, or twice its mean if less."""
    unusual = scene.recent(state, params, "largest", "usual_") + 1
    payments = scene.recent(state, params, "accepted", "usual_")
    if not payments:
        return unusual
    return max(1, min(unusual, 2 * scene.recent(state, params, "amount_minor", "usual_") // payments))


def seconds_since_last(scene: Scene, state: ViewState, _: Params) -> float | None:
    """Return the time since the newest event; missing when that came later, because this one is late."""
    return _seconds_since(state.newest_us, scene.occurred_us)


def seconds_since_report(scene: Scene, state: ViewState, _: Params) -> float | None:
    """Return the time since the newest report; missing when that came later, or is forgotten."""
    return _seconds_since(state.newest_report_us, scene.occurred_us)


def lagged_count(scene: Scene, state: ViewState, params: Params) -> float:
    """Count the payments that were tried in the window moved back by the lag."""
    return float(scene.lagged(state, params, "count"))


def reports(scene: Scene, state: ViewState, params: Params) -> float:
    """Count the reports observed in the window."""
    return float(scene.recent(state, params, "reports"))


def report_ratio(scene: Scene, state: ViewState, params: Params) -> float | None:
    """Divide the reports observed in the window by the payments they can be about, those accepted one lag earlier.

    Not by all that were tried: whoever has payments declined by the dozen must not make a terminal look safe.
    """
    payments = scene.lagged(state, params, "accepted")
    if not payments:
        return None
    return float(scene.recent(state, params, "reports", "report_")) / float(payments)


def report_share(scene: Scene, state: ViewState, params: Params) -> float:
    """Return the report ratio as if so many reports and payments had been seen before any: of few payments, nearly those alone."""
    reported = float(scene.recent(state, params, "reports", "report_")) + params["prior_reports"]
    return float(reported / (float(scene.lagged(state, params, "accepted")) + params["prior_payments"]))


def first_time(scene: Scene, state: ViewState, params: Params) -> float | None:
    """Tell whether no payment of the window had the column's value: 1.0 is always true, and of 208 places a few may hide one."""
    place = place_of(scene.extras.get(params["column"]))
    if place == NO_PLACE:
        return None
    tiles = recent_tiles(scene.occurred_us, params["window_us"], params["hop_us"])
    return 0.0 if state.is_marked(params["series"], tiles, place) else 1.0


def _moments_minor(scene: Scene, state: ViewState, params: Params) -> tuple[float, float] | None:
    payments = scene.recent(state, params, "accepted")
    if not payments:
        return None
    capped_sum = scene.recent(state, params, "amount_minor") - scene.recent(state, params, "excess_minor")
    return moments(float(payments), float(capped_sum), float(scene.recent(state, params, "square")))


def _seconds_since(event_us: int | None, occurred_us: int) -> float | None:
    if event_us is None or not 0 <= occurred_us - event_us <= KEPT_US:
        return None
    return float(occurred_us - event_us) / float(SECOND_US)


STATE_FORMULAS: Mapping[str, Callable[[Scene, ViewState, Params], float | None]] = {
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
