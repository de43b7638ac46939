"""One GET of JSON over HTTPS, and the reading of its points."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from greenfraud.clean_window import Forecast, Kind
from greenfraud.errors import IntensityUnavailable

TIMEOUT_SECONDS = 5
LONGEST_ANSWER = 4 * 1024 * 1024  # bytes; three days in steps of five minutes are a tenth of it


class _NoRedirect(HTTPRedirectHandler):
    """A redirect would carry the token to whom the answer names."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = build_opener(_NoRedirect)


def get_json(url: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Any:
    """Return the JSON that an address answers. Raises IntensityUnavailable, with the status or the kind of the fault."""
    request = Request(f"{url}?{urlencode(query)}" if query else url, headers=dict(headers))  # noqa: S310  the scheme is ours
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            body = answer.read(LONGEST_ANSWER + 1)
    except HTTPError as error:
        raise IntensityUnavailable(f"answered {error.code}") from None
    except OSError as error:
        raise IntensityUnavailable(f"cannot be reached: {type(error).__name__}") from None
    if len(body) > LONGEST_ANSWER:
        raise IntensityUnavailable("answered more than anybody reads")
    try:
        return json.loads(body)
    except ValueError:
        raise IntensityUnavailable("answered no JSON") from None


class Fields(NamedTuple):
    """How a provider calls a point's moment and value, and the factor that makes grams per kilowatt-hour of the value."""

    moment: str
    value: str
    factor: float = 1.0


def forecast_of(points: Any, fields: Fields, kind: Kind, source: str) -> Forecast:
    """Return a list of points as a forecast. Raises IntensityUnavailable."""
    try:
        read = sorted({_moment(point[fields.moment]): _intensity(point[fields.value]) * fields.factor for point in points}.items())
    except (KeyError, TypeError, ValueError) as error:
        raise IntensityUnavailable(f"answered points that cannot be read: {type(error).__name__}") from None
    if len(read) < 2:
        raise IntensityUnavailable("answered fewer than two points")
    moments = tuple(at for at, _ in read)
    return Forecast(moments, tuple(grams for _, grams in read), _step(moments), kind, source)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment.astimezone(UTC)


def _intensity(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError("no intensity")
    return float(value)


def _step(moments: tuple[datetime, ...]) -> timedelta:
    return moments[-1] - moments[-2]
