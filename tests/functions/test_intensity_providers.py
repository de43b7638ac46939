"""Electricity Maps and WattTime, as their documentation says they answer; what they answer otherwise is no forecast."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from intensity_server import answering

from functions.plan.intensity.electricity_maps import ElectricityMaps
from functions.plan.intensity.watttime import WattTime
from greenfraud.errors import IntensityUnavailable

TOKEN = "token-that-nobody-may-see"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FORECAST = {
    "zone": "SE-SE3",
    "forecast": [
        {"carbonIntensity": 31, "datetime": "2026-06-01T12:00:00.000Z"},
        {"carbonIntensity": 25, "datetime": "2026-06-01T13:00:00.000Z"},
        {"carbonIntensity": 19, "datetime": "2026-06-01T14:00:00.000Z"},
    ],
    "updatedAt": "2026-06-01T11:41:21.611Z",
}
PAST = {"zone": "SE-SE3", "data": [dict(point, isEstimated=False) for point in FORECAST["forecast"]]}
MOER = {
    "data": [
        {"point_time": "2026-06-01T12:00:00+00:00", "value": 870.0},
        {"point_time": "2026-06-01T12:05:00+00:00", "value": 435.0},
    ],
    "meta": {"region": "CAISO_NORTH", "signal_type": "co2_moer", "units": "lbs_co2_per_mwh", "data_point_period_seconds": 300},
}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take its time to answer."""
    monkeypatch.setattr("functions.plan.intensity.asking.TIMEOUT_SECONDS", 300)


def test_electricity_maps_foresees_hour_by_hour():
    """The zone is asked for, the token is in the header, and the last hour lasts as long as the others."""
    with answering({"/carbon-intensity/forecast": (200, FORECAST)}) as server:
        forecast = ElectricityMaps("SE-SE3", TOKEN, server.url).forecast(NOON, NOON + 3 * HOUR)
    ((_, query, headers),) = server.asked
    assert (query, headers["auth-token"]) == ({"zone": ["SE-SE3"]}, TOKEN)
    assert (forecast.g_per_kwh, forecast.until, forecast.kind) == ((31.0, 25.0, 19.0), NOON + 3 * HOUR, "average")
    assert forecast.mean(NOON + HOUR / 2, HOUR) == 28.0


def test_electricity_maps_tells_what_was():
    """Of the whole hours around the span."""
    with answering({"/carbon-intensity/past-range": (200, PAST)}) as server:
        past = ElectricityMaps("SE-SE3", TOKEN, server.url).past(NOON + HOUR / 2, NOON + 2 * HOUR)
    ((_, query, _),) = server.asked
    assert query["start"] == [NOON.isoformat()]
    assert past.mean(NOON, 3 * HOUR) == 25.0


def test_watttime_logs_in_and_its_pounds_become_grams():
    """870 pounds a megawatt-hour are 394.6 grams a kilowatt-hour."""
    answers = {"/login": (200, {"token": TOKEN}), "/v3/forecast": (200, MOER), "/v3/historical": (200, MOER)}
    with answering(answers) as server:
        provider = WattTime("CAISO_NORTH", "user:pass", server.url)
        forecast, past = provider.forecast(NOON, NOON + 5.5 * HOUR), provider.past(NOON, NOON + HOUR)
    assert forecast.g_per_kwh == pytest.approx((394.625, 197.313), abs=1e-3)
    assert (forecast.kind, forecast.until - forecast.moments[0]) == ("marginal", timedelta(minutes=10))
    assert past.g_per_kwh == forecast.g_per_kwh
    paths = {path: (query, headers) for path, query, headers in server.asked}
    assert paths["/login"][1]["authorization"] == "Basic dXNlcjpwYXNz"
    query, headers = paths["/v3/forecast"]
    assert query == {"region": ["CAISO_NORTH"], "signal_type": ["co2_moer"], "horizon_hours": ["6"]}
    assert headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {"error": TOKEN}), "answered 401"),
        ((302, ""), "answered 302"),  # a redirect would carry the token elsewhere
        ((200, "<html>"), "answered no JSON"),
        ((200, {"zone": "SE-SE3"}), "answered no forecast"),
        ((200, {"forecast": None}), "cannot be read: TypeError"),
        ((200, {"forecast": [{"datetime": "2026-06-01T12:00:00Z"}]}), "cannot be read: KeyError"),
        ((200, {"forecast": [{"carbonIntensity": "9", "datetime": "2026-06-01T12:00:00Z"}]}), "cannot be read: ValueError"),
        ((200, {"forecast": [{"carbonIntensity": -9, "datetime": "2026-06-01T12:00:00Z"}]}), "cannot be read: ValueError"),
        ((200, {"forecast": [{"carbonIntensity": 9, "datetime": "2026-06-01T12:00:00"}]}), "cannot be read: ValueError"),
        ((200, {"forecast": FORECAST["forecast"][:1]}), "fewer than two points"),
    ],
)
def test_what_is_no_forecast_says_why_and_never_the_token(answer: tuple, said: str):
    """The token was sent, and is nowhere in what is told."""
    with answering({"/carbon-intensity/forecast": answer}) as server:
        provider = ElectricityMaps("SE-SE3", TOKEN, server.url)
        with pytest.raises(IntensityUnavailable, match=said) as raised:
            provider.forecast(NOON, NOON + HOUR)
    assert TOKEN not in f"{raised.value}{provider}"


def test_a_provider_that_is_not_there_says_so():
    """Nobody listens at that port."""
    with pytest.raises(IntensityUnavailable, match="cannot be reached"):
        ElectricityMaps("SE-SE3", TOKEN, "http://127.0.0.1:1").forecast(NOON, NOON + HOUR)


def test_watttimes_other_units_are_refused():
    """Nobody would notice a factor of 450 otherwise."""
    body = {**MOER, "meta": {"units": "kg_co2_per_mwh"}}
    with answering({"/login": (200, {"token": TOKEN}), "/v3/forecast": (200, body)}) as server:
        provider = WattTime("CAISO_NORTH", "user:pass", server.url)
        with pytest.raises(IntensityUnavailable, match="other units"):
            provider.forecast(NOON, NOON + HOUR)
