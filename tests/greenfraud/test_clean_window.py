"""The cleanest start before a deadline, against trying every minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.clean_window import WORTH_WAITING_SHARE, Forecast, cleanest_start
from greenfraud.day_profile import SUN, day_profile
from greenfraud.errors import ContractError

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def hourly(*values: float, start: datetime = NOON) -> Forecast:
    """A forecast from `start` on, an hour each."""
    return Forecast(tuple(start + HOUR * hour for hour in range(len(values))), values, HOUR, "average", "a test")


def test_work_is_put_where_the_grid_is_cleanest_and_still_ends_in_time():
    """The cleanest hour is the last one, but by then the work must have ended."""
    start = cleanest_start(hourly(100, 80, 60, 10), now=NOON, deadline=NOON + 3 * HOUR, duration=HOUR)
    assert start is not None
    assert (start.at, start.g_per_kwh, start.at_once_g_per_kwh) == (NOON + 2 * HOUR, 60.0, 100.0)


def test_work_longer_than_a_value_is_put_across_the_best_two():
    """Two hours of work: the mean counts, not the single best hour."""
    start = cleanest_start(hourly(100, 20, 90, 40, 40), now=NOON, deadline=NOON + 5 * HOUR, duration=2 * HOUR)
    assert start is not None
    assert (start.at, start.g_per_kwh) == (NOON + 3 * HOUR, 40.0)


def test_an_even_grid_is_not_waited_for():
    """Nor is one that would save less than a hundredth."""
    for values in ((50.0, 50.0, 50.0), (50.0, 49.9, 49.8)):
        start = cleanest_start(hourly(*values), now=NOON, deadline=NOON + 3 * HOUR, duration=HOUR)
        assert start is not None
        assert start.at == NOON


def test_a_deadline_that_is_over_or_too_near_starts_at_once():
    """A run that is late already is not made later."""
    for deadline in (NOON - HOUR, NOON, NOON + HOUR / 2):
        start = cleanest_start(hourly(100, 1, 1), now=NOON, deadline=deadline, duration=HOUR)
        assert start is not None
        assert start.at == NOON


def test_nothing_is_said_where_a_start_at_once_is_not_foreseen():
    """Who cannot compare does not wait."""
    assert cleanest_start(hourly(1, 1), now=NOON - HOUR, deadline=NOON + HOUR, duration=HOUR) is None
    assert cleanest_start(hourly(1, 1), now=NOON, deadline=NOON + HOUR, duration=3 * HOUR) is None


@given(
    values=st.lists(st.floats(1, 1000), min_size=1, max_size=12),
    minutes_to_deadline=st.integers(0, 900),
    minutes_of_work=st.integers(1, 400),
    minutes_past=st.integers(0, 59),
)
def test_no_minute_is_cleaner_than_the_one_chosen(
    values: list[float], minutes_to_deadline: int, minutes_of_work: int, minutes_past: int
):
    """Of all minutes that may be, by more than what nobody waits for."""
    forecast, now = hourly(*values), NOON + minutes_past * MINUTE
    duration, deadline = minutes_of_work * MINUTE, now + minutes_to_deadline * MINUTE
    chosen = cleanest_start(forecast, now=now, deadline=deadline, duration=duration)
    if chosen is None:
        assert forecast.mean(now, duration) is None
        return
    assert chosen.at == now or now < chosen.at <= deadline - duration
    assert chosen.g_per_kwh == pytest.approx(forecast.mean(chosen.at, duration))
    tried = [now + minute * MINUTE for minute in range(max(minutes_to_deadline - minutes_of_work, 0) + 1)]
    known = [mean for moment in tried if (mean := forecast.mean(moment, duration)) is not None]
    assert chosen.g_per_kwh <= min(known) + 1e-9 or chosen.g_per_kwh * (1 - WORTH_WAITING_SHARE) <= min(known) + 1e-9


@pytest.mark.parametrize(("moments", "values"), [((), ()), ((NOON,), (1.0, 2.0)), ((NOON, NOON), (1.0, 2.0))])
def test_a_forecast_is_a_value_for_each_of_its_moments_in_order(moments: tuple, values: tuple):
    """Anything else names its source."""
    with pytest.raises(ContractError, match="a test"):
        Forecast(moments, values, HOUR, "average", "a test")


@pytest.mark.parametrize("region", [*SUN, "eu-north-1", "nowhere-1"])
def test_a_modelled_day_has_the_years_mean(region: str):
    """Whatever the sun does to its hours."""
    values = day_profile(region, 300.0, start=NOON, hours=23).g_per_kwh
    assert len(values) == 24
    assert sum(values) / 24 == pytest.approx(300.0, rel=1e-3)


def test_the_sunniest_hour_of_a_sunny_grid_is_its_noon_and_the_cleanest():
    """In the middle of Germany the sun is highest twenty minutes before noon, UTC."""
    profile = day_profile("eu-central-1", 300.0, start=NOON.replace(hour=0), hours=23)
    cleanest = min(range(24), key=lambda hour: profile.g_per_kwh[hour])
    assert cleanest in (10, 11)
    assert max(profile.g_per_kwh) == profile.g_per_kwh[0]


def test_a_grid_whose_sun_nobody_told_of_is_even():
    """Nothing waits for what is not known."""
    assert set(day_profile("eu-north-1", 8.0, start=NOON, hours=24).g_per_kwh) == {8.0}
