"""A feature's value in a person's words, and words in place of a value that is missing: never a mean, and never 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenfraud.instants import DAY_US, HOUR_US, SECOND_US

NOTHING_PAID = "Nothing was paid {by} within the last {window}."
# Per kind of feature: what it means that there is no value.
ABSENT: Mapping[str, str] = {
    "mean_amount": NOTHING_PAID,
    "amount_over_mean": NOTHING_PAID,
    "log_amount_minus_mean": NOTHING_PAID,
    "sd_amount": NOTHING_PAID,
    "amount_z_score": NOTHING_PAID,
    "amount_over_largest": NOTHING_PAID,
    "amount_over_declined": "No payment {by} was declined within the last {window}.",
    "amount_over_refused": "No payment {by} was held or declined within the last {window}.",
    "seconds_since_last": "No earlier payment {by} is known.",
    "seconds_since_report": "No fraud report about a payment {by} is known.",
    "first_time": "The payment came without {column}.",
    "report_ratio": "No payment was taken {by} that reports of the last {window} could be about.",
    "number": "The payment came without {column}.",
    "category": "The payment came without {column}.",
}
NONE_IS_ZERO = frozenset({"amount_over_declined", "amount_over_refused"})  # kinds whose 0 stands for nothing to divide by
PLACES: Mapping[str, str] = {"customer_activity": "by the customer", "terminal_activity": "at the terminal"}
UNITS = ((DAY_US, "day"), (HOUR_US, "hour"), (60 * SECOND_US, "minute"), (SECOND_US, "second"))


def spelled(text: str, value: float) -> str:
    """Return a text with its {value}, {percent}, {payments}, {were}, {duration} or {no} filled in.

    >>> [spelled("{payments} {were} tried", value) for value in (1.0, 12.0)]
    ['1 payment was tried', '12 payments were tried']
    >>> spelled("{percent:.0f} % of {value:.1f}", 0.5), spelled("It was{no} at night.", 0.0), spelled("{duration} ago", 5400.0)
    ('50 % of 0.5', 'It was not at night.', '90 minutes ago')
    """
    ago = duration(value) if "{duration}" in text else ""
    payments, were = ("1 payment", "was") if value == 1.0 else (f"{value:.0f} payments", "were")
    no = "" if value else " not"
    return text.format(value=value, percent=100.0 * value, payments=payments, were=were, duration=ago, no=no)


def duration(seconds: float) -> str:
    """Return a time in the largest unit of which there are at least two.

    >>> [duration(seconds) for seconds in (1.0, 119.0, 7200.0, 86_400.0, 200_000.0)]
    ['1 second', '119 seconds', '2 hours', '24 hours', '2 days']
    """
    for unit_us, name in UNITS:
        count = int(seconds * SECOND_US // unit_us)
        if count > 1:
            return f"{count} {name}s"
    return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"


def absent(name: str, kind: str, view: str | None, params: Mapping[str, Any]) -> str:
    """Return the sentence that stands in place of a feature's value.

    >>> absent("x", "mean_amount", "customer_activity", {"window_us": 7 * DAY_US})
    'Nothing was paid by the customer within the last 7 days.'
    >>> absent("x", "number", None, {"column": "distance_km"})
    'The payment came without distance_km.'
    """
    text, column = ABSENT.get(kind), params.get("column", "")
    if text is None:
        return f"Nothing is known yet for {name.replace('_', ' ')}."
    by = PLACES.get(view or "", f"with this {(view or '').removesuffix('_activity').replace('_', ' ')}")
    return text.format(by=by, window=window_of(params.get("window_us", 0)), column=column)


def window_of(window_us: int) -> str:
    """Return a window as it stands behind "the last".

    >>> [window_of(window_us) for window_us in (HOUR_US, 6 * HOUR_US, DAY_US, 7 * DAY_US)]
    ['hour', '6 hours', 'day', '7 days']
    """
    unit_us, name = (DAY_US, "day") if window_us and window_us % DAY_US == 0 else (HOUR_US, "hour")
    count = window_us // unit_us
    return name if count == 1 else f"{count} {name}s"
