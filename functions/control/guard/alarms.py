"""Alarms as CloudWatch hands them to a function.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from greenfraud.errors import UnknownCaller

RINGING = "ALARM"
OF_CANARY = "Arm"  # how the metrics begin that tell a canary from production
LONGEST = 300  # characters of what an alarm says, in an entry of the ledger


@dataclass(frozen=True)
class Alarm:
    """Which alarm rings, what it is for, on which figures, and whether it watches a canary.

    It changed its state at `at`, for what it saw in `periods` periods from `since` on, each of which breached; the state before
    had begun at `before_since`, where that is told.
    """

    arn: str
    name: str
    words: str
    figures: str
    is_ringing: bool
    is_of_canary: bool
    at: datetime
    since: datetime
    period: timedelta
    periods: int = 1
    before_since: datetime | None = None

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Alarm:
        """Read an event. Raises UnknownCaller for anything else, and for one that does not say when, and of which minutes."""
        data = event.get("alarmData")
        if not isinstance(data, Mapping) or not isinstance(event.get("alarmArn"), str):
            raise UnknownCaller("only an alarm of CloudWatch is heard here")
        state, configuration = data.get("state") or {}, data.get("configuration") or {}
        statistics = [one.get("metricStat") or {} for one in configuration.get("metrics") or []]
        measured = [one.get("metric", {}).get("name", "") for one in statistics]
        seconds = [one["period"] for one in statistics if isinstance(one.get("period"), int)]
        at = _moment(state.get("timestamp"))
        if at is None or not seconds:
            raise UnknownCaller("only an alarm that tells its state.timestamp and the period of a metricStat is heard here")
        period, (periods, begun) = timedelta(seconds=max(seconds)), _looked_at(state.get("reasonData"))
        return cls(
            arn=event["alarmArn"],
            name=str(data.get("alarmName")),
            words=str(configuration.get("description", ""))[:LONGEST],
            figures=str(state.get("reason", ""))[:LONGEST],
            is_ringing=state.get("value") == RINGING,
            is_of_canary=any(name.startswith(OF_CANARY) for name in measured),
            at=at,
            since=min(begun or at, at - period * periods),
            period=period,
            periods=periods,
            before_since=_moment((data.get("previousState") or {}).get("timestamp")),
        )

    @property
    def newest_since(self) -> datetime:
        """When the newest of its periods began."""
        return self.since + self.period * (self.periods - 1)

    @property
    def reasons(self) -> list[str]:
        """Why, for the ledger."""
        return [f"automatic: the alarm {self.name} rang: {self.words}", self.figures]


def _moment(told: object) -> datetime | None:
    """An aware moment; CloudWatch's are UTC."""
    try:
        found = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _looked_at(reason: object) -> tuple[int, datetime | None]:
    """How many periods a state rests on, and when the oldest began, by its `reasonData`; one that somebody set tells neither.

    >>> _looked_at('{"period": 300, "startDate": "2026-11-29T12:21:00.000+0000", "recentDatapoints": [612.0, 655.0, 640.0]}')
    (3, datetime.datetime(2026, 11, 29, 12, 21, tzinfo=datetime.timezone.utc))
    >>> _looked_at(None)
    (1, None)
    """
    try:
        told = json.loads(str(reason))
        points = told["recentDatapoints"]
    except (ValueError, KeyError, TypeError):
        return 1, None
    return max(len(points), 1) if isinstance(points, list) else 1, _moment(told.get("startDate"))
