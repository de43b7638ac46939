"""When a run that may wait starts, and what that saved: the plan function's other two answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from aws_world import golden

from functions.plan.intensity.providers import profile_of
from functions.plan.start import account, choose_start
from greenfraud.clean_window import Forecast
from greenfraud.day_profile import day_profile
from greenfraud.errors import IntensityUnavailable, InvalidInput
from greenfraud.run_request import RunRequest

MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Sunny:
    """The model of a sunny grid; as it was foreseen, or a tenth of it."""

    def __init__(self, *, was: float = 1.0, fault: str | None = None) -> None:
        self.was, self.fault = was, fault

    def forecast(self, start: datetime, end: datetime) -> Forecast:
        """The profile of a day."""
        if self.fault:
            raise IntensityUnavailable(self.fault)
        del end
        return day_profile("eu-central-1", 300.0, start=start, hours=47)

    def past(self, start: datetime, end: datetime) -> Forecast:
        """What was, which nobody foresaw."""
        del end
        if self.fault:
            raise IntensityUnavailable(self.fault)
        return day_profile("eu-central-1", 300.0 * self.was, start=start, hours=47)


def wished(**asked: object) -> RunRequest:
    """A wish as the state machine passes it."""
    return RunRequest.from_json(asked)


def chosen(request: RunRequest, provider: Sunny, now: datetime = MIDNIGHT) -> dict:
    """When it starts."""
    return choose_start(request, now, lambda: provider, Sunny())


def test_a_run_waits_for_noon_where_the_sun_shines():
    """Twelve hours are enough, and the record says what is hoped for."""
    start = chosen(wished(deadline=12), Sunny())
    assert start["waits"]
    assert start["start_at"] == "2026-06-01T11:00:00Z"
    assert start["at_once_g_per_kwh"] > start["g_per_kwh"] > 0
    assert (start["deadline"], start["fault"]) == ("2026-06-01T12:00:00Z", None)


def test_hours_count_from_the_moment_that_a_schedule_started_it_for():
    """Not from when a queue delivered it."""
    start = chosen(wished(deadline=12, scheduled_at="2026-05-31T22:00:00Z"), Sunny())
    assert start["deadline"] == "2026-06-01T10:00:00Z"
    assert start["start_at"] == "2026-06-01T09:00:00Z"


def test_a_deadline_may_be_a_moment_and_the_work_be_longer():
    """What is expected to take three hours must begin three hours before."""
    start = chosen(wished(deadline="2026-06-01T14:00:00+02:00", expected_minutes=180), Sunny())
    assert start["start_at"] == "2026-06-01T09:00:00Z"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"deadline": "soon"}, "deadline"),
        ({"deadline": 0}, "deadline"),
        ({"deadline": 25}, "deadline"),
        ({"deadline": True}, "deadline"),
        ({"deadline": float("nan")}, "deadline"),
        ({"deadline": 1, "expected_minutes": 0}, "expected_minutes"),
        ({"deadline": 1, "expected_minutes": 1.5}, "expected_minutes"),
    ],
)
def test_an_impossible_deadline_is_refused_by_name(asked: dict, field: str):
    """Before anything waits for it."""
    with pytest.raises(InvalidInput) as raised:
        wished(**asked)
    assert raised.value.field == field


def test_a_moment_beyond_a_day_is_refused():
    """The state machine would end such a run."""
    with pytest.raises(InvalidInput, match="within 24 hours"):
        chosen(wished(deadline="2026-06-02T01:00:00Z"), Sunny())


def test_a_provider_that_is_silent_holds_nothing_up():
    """The profile answers in its place, and the record says why."""
    start = chosen(wished(deadline=12), Sunny(fault="answered 503"))
    assert start["waits"]
    assert start["fault"] == "the provider answered 503"


def test_what_was_saved_is_checked_against_what_was():
    """Foreseen by the forecast, and again by what the provider says when the run is over."""
    start = chosen(wished(deadline=12), Sunny())
    ended = datetime(2026, 6, 1, 12, tzinfo=UTC)
    told = account(start, ended, lambda: Sunny(was=0.1), energy_kwh=2.0, pue=1.5)
    hoped = start["at_once_g_per_kwh"] - start["g_per_kwh"]
    assert told["saved_foreseen_g"] == pytest.approx(2.0 * 1.5 * hoped)
    assert told["saved_g"] == pytest.approx(0.1 * told["saved_foreseen_g"])
    assert told["unavailable"] is None


def test_what_nobody_measured_is_unavailable_not_nothing():
    """A silent provider, and a report without energy."""
    start = chosen(wished(deadline=12), Sunny())
    silent = account(start, MIDNIGHT + 12 * HOUR, lambda: Sunny(fault="answered 503"), energy_kwh=2.0, pue=1.5)
    assert (silent["saved_g"], silent["unavailable"]) == (None, "the provider answered 503")
    unknown = account(start, MIDNIGHT + 12 * HOUR, Sunny, energy_kwh=None, pue=1.5)
    assert (unknown["saved_g"], unknown["saved_foreseen_g"]) == (None, None)
    assert "no energy" in unknown["unavailable"]


def test_who_did_not_wait_saved_nothing():
    """That is known without anybody."""
    start = chosen(wished(deadline=1), Sunny())
    assert not start["waits"]
    told = account(start, MIDNIGHT + HOUR, lambda: Sunny(fault="answered 503"), energy_kwh=2.0, pue=1.5)
    assert (told["saved_g"], told["unavailable"]) == (0.0, None)


def test_the_function_keeps_its_answers_beside_the_plan(start, s3, capsys):
    """On a grid that is even it starts at once; when the run is over, that saved nothing, which the metric says."""
    ask = start("plan")
    event = golden("step_functions_plan") | {"input": {"deadline": 12}}
    answered = ask(event | {"ask": "start"}, None)
    assert (answered["waits"], answered["start_at"]) == (False, answered["asked_at"])
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="artifacts")["Contents"]]
    (key,) = [key for key in keys if key.endswith("/start.json")]
    assert json.loads(s3.get_object(Bucket="artifacts", Key=key)["Body"].read()) == answered
    s3.put_object(Bucket="artifacts", Key=key.replace("start", "report"), Body=b'{"energy_kwh_total": 0.5}')
    assert ask(event | {"ask": "waited"}, None)["saved_g"] == 0.0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["EmissionsSavedByWaiting"] == 0.0
    assert s3.get_object(Bucket="artifacts", Key=key.replace("start", "waiting"))


def test_the_function_counts_by_the_time_that_the_state_machine_tells(start, s3):
    """By which the machine waits, too: a clock of its own might be another."""
    ask = start("plan")
    event = golden("step_functions_plan") | {"input": {"deadline": 12}, "now": "2031-06-01T05:00:00.250Z"}
    answered = ask(event | {"ask": "start"}, None)
    assert (answered["asked_at"], answered["deadline"]) == ("2031-06-01T05:00:00Z", "2031-06-01T17:00:00Z")


def test_the_profile_may_be_that_of_another_region():
    """Which is how the waiting is tried where the own grid is even."""
    base = {"intensity_provider": "profile", "grid_intensity_g_per_kwh": 340.0}
    grams = {}
    for zone in ("none", "eu-central-1"):
        forecast = profile_of(SimpleNamespace(intensity_zone=zone, **base)).forecast(MIDNIGHT, MIDNIGHT + 12 * HOUR)
        grams[zone] = len(set(forecast.g_per_kwh))
    assert (grams["none"], grams["eu-central-1"] > 1) == (1, True)
