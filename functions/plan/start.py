"""When a run that may wait starts: in the cleanest window before its deadline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from functions.plan.intensity import Provider
from greenfraud.clean_window import Forecast, Start, cleanest_start
from greenfraud.errors import ContractError, IntensityUnavailable
from greenfraud.run_request import RunRequest

SOONEST = timedelta(minutes=5)  # for less nobody waits


def choose_start(request: RunRequest, now: datetime, provider: Callable[[], Provider], profile: Provider) -> dict[str, Any]:
    """Return when a run starts and what that is hoped to save, for the state machine and for the record.

    A provider that does not answer, or not far enough, never holds a run up: the profile answers in its place, and the record
    says why. Raises InvalidInput for a deadline that cannot be met as it is written.
    """
    deadline = request.deadline_at(now)
    duration = timedelta(minutes=request.expected_minutes)
    until = max(deadline, now + duration)
    forecast, start, fault = _start(now, deadline, duration, lambda: provider().forecast(now, until))
    if start is None:
        forecast = profile.forecast(now, until)
        start = cleanest_start(forecast, now=now, deadline=deadline, duration=duration)
    if forecast is None or start is None:
        raise ContractError("the profile does not foresee the run")
    waits = start.at - now >= SOONEST
    return {
        "waits": waits,
        "asked_at": _written(now),
        "start_at": _written(start.at if waits else now),
        "deadline": _written(deadline),
        "expected_minutes": request.expected_minutes,
        "g_per_kwh": start.g_per_kwh if waits else start.at_once_g_per_kwh,
        "at_once_g_per_kwh": start.at_once_g_per_kwh,
        "kind": forecast.kind,
        "source": forecast.source,
        "fault": fault,
    }


def _start(
    now: datetime, deadline: datetime, duration: timedelta, ask: Callable[[], Forecast]
) -> tuple[Forecast | None, Start | None, str | None]:
    try:
        forecast = ask()
    except IntensityUnavailable as error:
        return None, None, f"the provider {error}"
    start = cleanest_start(forecast, now=now, deadline=deadline, duration=duration)
    return forecast, start, None if start else "the provider does not foresee a start at once"


def account(
    chosen: Mapping[str, Any], ended: datetime, provider: Callable[[], Provider], *, energy_kwh: float | None, pue: float
) -> dict[str, Any]:
    """Return what waiting saved against a start at once, as it was foreseen and as it was, in grams of CO2 equivalent.

    The energy of the run, from its report, x PUE x the difference of the mean intensities over the run's own duration. A figure
    that cannot be computed is None, with the reason.
    """
    asked, started = datetime.fromisoformat(chosen["asked_at"]), datetime.fromisoformat(chosen["start_at"])
    foreseen = chosen["at_once_g_per_kwh"] - chosen["g_per_kwh"]
    was, reason = _difference(asked, started, ended - started, provider)
    grams_per = None if energy_kwh is None else energy_kwh * pue
    return {
        **chosen,
        "ended_at": _written(ended),
        "energy_kwh": energy_kwh,
        "saved_foreseen_g": None if grams_per is None else grams_per * foreseen,
        "saved_g": None if grams_per is None or was is None else grams_per * was,
        "unavailable": reason if grams_per is not None else "the execution's report tells no energy",
    }


def _difference(
    asked: datetime, started: datetime, duration: timedelta, provider: Callable[[], Provider]
) -> tuple[float | None, str | None]:
    """Return by how much the intensity was lower than it would have been at once; no wait, no difference."""
    if started == asked:
        return 0.0, None
    try:
        past = provider().past(asked, started + duration)
    except IntensityUnavailable as error:
        return None, f"the provider {error}"
    at_once, then = past.mean(asked, duration), past.mean(started, duration)
    if at_once is None or then is None:
        return None, "the provider does not know the whole of both windows"
    return at_once - then, None


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
