"""The interpreter against the definition of each window, event by event."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from greenfraud.features.interpreter import compute, vector
from greenfraud.features.manifest import KEPT_US
from greenfraud.instants import DAY_US, HOUR_US, MINUTE_US
from tests.greenfraud.events import MANIFEST, NOW_US, amounts, customer_state, instants, reports, terminal_state, transactions

LAG_US = 7 * DAY_US
DAYS = {f"{days}d": (days * DAY_US, DAY_US) for days in (2, 3, 7, 14, 21, 30, 90)}
WINDOWS = {"1h": (HOUR_US, 5 * MINUTE_US), "1d": (DAY_US, HOUR_US), **DAYS}


def start_us(t: int, window: str) -> int:
    """Return floor_to_hop(t - w)."""
    window_us, hop_us = WINDOWS[window]
    return (t - window_us) // hop_us * hop_us


@settings(deadline=None)
@given(events=transactions, t=instants, amount_minor=amounts)
def test_customer_windows_follow_their_definition(events, t, amount_minor):
    """Counts and means cover exactly what happened since the quantised start."""
    before = [event for event in events if event[0] < t]
    values = compute(MANIFEST, (customer_state(before), None), t, amount_minor)
    for window in ("1h", "1d", "7d", "30d", "90d"):
        inside = [amount for occurred_us, amount in before if occurred_us >= start_us(t, window)]
        mean = float(sum(inside)) / float(len(inside)) / 100.0 if inside else None
        assert (values[f"customer_count_{window}"], values[f"customer_mean_amount_{window}"]) == (len(inside), mean)
        if window in {"7d", "30d", "90d"}:
            assert values[f"amount_over_customer_mean_{window}"] == (amount_minor / 100.0 / mean if mean else None)
    gap = (t - max(occurred_us for occurred_us, _ in before)) / 1e6 if before else None
    assert values["customer_seconds_since_last"] == gap


@settings(deadline=None)
@given(events=transactions, t=instants, amount_minor=amounts)
def test_spread_and_extremes_follow_their_definition(events, t, amount_minor):
    """As the textbook computes them from the amounts themselves, up to rounding."""
    before = [event for event in events if event[0] < t]
    values = compute(MANIFEST, (customer_state(before), None), t, amount_minor)
    for window in ("30d", "90d"):
        inside = [amount for occurred_us, amount in before if occurred_us >= start_us(t, window)]
        doublings = math.log2(amount_minor + 1) - mean(math.log2(amount + 1) for amount in inside) if inside else None
        assert values[f"log_amount_minus_customer_mean_{window}"] == approximately(doublings, 4e-5)
        assert values[f"customer_sd_amount_{window}"] == approximately(shrunk_sd(inside), 1e-3)
        largest = max(inside, default=0)
        assert values[f"amount_over_customer_largest_{window}"] == (amount_minor / largest if largest else None)


def mean(numbers):
    """Return the mean of at least one number, None of none."""
    numbers = list(numbers)
    return sum(numbers) / len(numbers) if numbers else None


def shrunk_sd(amounts_minor):
    """Return the moderated standard deviation in units of the currency, by deviations from the mean."""
    capped = [min(amount, 10**6) / 100.0 for amount in amounts_minor]
    middle = mean(capped)
    if middle is None:
        return None
    squares = sum((amount - middle) ** 2 for amount in capped)
    return math.sqrt((4.0 * (middle / 2.0) ** 2 + squares) / (4.0 + len(capped) - 1.0))


def approximately(expected, tolerance):
    """Compare with a tolerance, None only with None."""
    return expected if expected is None else pytest.approx(expected, abs=tolerance, rel=1e-9)


@settings(deadline=None)
@given(events=transactions, t=instants, amount_minor=amounts)
def test_a_z_score_counts_shrunk_deviations(events, t, amount_minor):
    """The mean is that of capped amounts; without spread there is no score."""
    before = [event for event in events if event[0] < t]
    score = compute(MANIFEST, (customer_state(before), None), t, amount_minor)["amount_z_score_30d"]
    inside = [min(amount, 10**6) / 100.0 for occurred_us, amount in before if occurred_us >= start_us(t, "30d")]
    deviation = shrunk_sd([amount * 100.0 for amount in inside])
    assert score == approximately((amount_minor / 100.0 - mean(inside)) / deviation if deviation else None, 1e-6)


@settings(deadline=None)
@given(events=transactions, observed=reports, t=instants)
def test_terminal_windows_follow_their_definition(events, observed, t):
    """Transactions are counted one lag earlier than the reports about them."""
    seen = [event for event in events if event[0] < t]
    known = [observed_us for observed_us in observed if observed_us < t]
    values = compute(MANIFEST, (None, terminal_state(seen, known)), t, 100)
    head_us = -((LAG_US - t) // HOUR_US) * HOUR_US
    for window in ("1d", *DAYS):
        if window == "90d":
            continue
        count = sum(start_us(t, window) - LAG_US <= occurred_us < head_us for occurred_us, _ in seen)
        reported = sum(observed_us >= start_us(t, window) for observed_us in known)
        if window in {"1d", "7d", "30d"}:
            assert values[f"terminal_count_{window}"] == count
            assert values[f"terminal_reports_{window}"] == reported
        assert values[f"terminal_report_ratio_{window}"] == (reported / count if count else None)
    assert values["terminal_seconds_since_report"] == ((t - max(known)) / 1e6 if known else None)


@given(events=transactions, t=instants)
def test_nothing_observed_later_changes_a_value(events, t):
    """Reports about a transaction, and what happens after it, leave its values alone as of its tile."""
    before = [event for event in events if event[0] < t]
    next_day_us = (t // DAY_US + 1) * DAY_US
    later = terminal_state(before, [next_day_us, next_day_us + DAY_US]).add_transaction(next_day_us, 100)
    assert compute(MANIFEST, (None, later), t, 100) == compute(MANIFEST, (None, terminal_state(before)), t, 100)


def test_a_transaction_of_the_same_microsecond_is_before():
    """Among equal times the order of ids decides, so what the state holds has come before."""
    values = compute(MANIFEST, (customer_state([(NOW_US, 500)]), None), NOW_US, 100)
    assert (values["customer_count_1h"], values["customer_seconds_since_last"]) == (1.0, 0.0)


def test_a_gap_is_missing_when_the_newest_event_came_later():
    """A late transaction does not know its predecessor."""
    values = compute(MANIFEST, (customer_state([(NOW_US, 500)]), None), NOW_US - 1, 100)
    assert values["customer_seconds_since_last"] is None


def test_an_entity_never_seen_has_the_recorded_defaults():
    """Counts are 0, everything that divides by them is missing."""
    unseen = compute(MANIFEST, (None, None), NOW_US, 1250)
    assert unseen == compute(MANIFEST, (customer_state([]), terminal_state([])), NOW_US, 1250)
    assert {name for name, value in unseen.items() if value == 0.0} >= {"customer_count_1h", "terminal_reports_30d"}
    assert {name for name, value in unseen.items() if value is None} >= {"customer_mean_amount_7d", "terminal_report_ratio_1d"}


def test_free_payments_have_no_ratio_to_their_mean():
    """A mean of zero divides nothing."""
    values = compute(MANIFEST, (customer_state([(NOW_US - HOUR_US, 0)]), None), NOW_US, 100)
    assert (values["customer_mean_amount_7d"], values["amount_over_customer_mean_7d"]) == (0.0, None)


@pytest.mark.parametrize(("age_us", "is_seen"), [(KEPT_US, True), (KEPT_US + 1, False)])
def test_an_entity_is_forgotten_after_a_year_of_event_time(age_us: int, is_seen: bool):
    """Whether DynamoDB has deleted the item by then plays no part."""
    customer, terminal = customer_state([(NOW_US, 500)]), terminal_state([(NOW_US, 500)], [NOW_US])
    values = compute(MANIFEST, (customer, terminal), NOW_US + age_us, 100)
    gaps = {values["customer_seconds_since_last"], values["terminal_seconds_since_report"]}
    assert gaps == ({age_us / 1e6} if is_seen else {None})
    if not is_seen:
        assert values == compute(MANIFEST, (None, None), NOW_US + age_us, 100)


def test_a_report_older_than_a_year_is_forgotten_while_its_terminal_is_not():
    """Its item may have been deleted and begun again in between."""
    terminal = terminal_state([(NOW_US, 500), (NOW_US + KEPT_US, 500)], [NOW_US])
    assert compute(MANIFEST, (None, terminal), NOW_US + KEPT_US, 1)["terminal_seconds_since_report"] == KEPT_US / 1e6
    assert compute(MANIFEST, (None, terminal), NOW_US + KEPT_US + 1, 1)["terminal_seconds_since_report"] is None


def test_the_vector_follows_the_order_of_the_model():
    """Missing becomes NaN, in the order asked for."""
    values = compute(MANIFEST, (None, None), NOW_US, 1250)
    first, second = vector(["customer_mean_amount_7d", "amount"], values)
    assert math.isnan(first)
    assert second == 12.5
