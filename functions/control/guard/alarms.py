"""Alarms as CloudWatch hands them to a function.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from greenfraud.errors import UnknownCaller

RINGING = "ALARM"
OF_CANARY = "Arm"  # how the metrics begin that tell a canary from production
LONGEST = 300  # characters of what an alarm says, in an entry of the ledger


@dataclass(frozen=True)
class Alarm:
    """Which alarm rings, what it is for, on which figures, and whether it watches a canary."""

    arn: str
    name: str
    words: str
    figures: str
    is_ringing: bool
    is_of_canary: bool

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Alarm:
        """Read an event. Raises UnknownCaller for anything else."""
        data = event.get("alarmData")
        if not isinstance(data, Mapping) or not isinstance(event.get("alarmArn"), str):
            raise UnknownCaller("only an alarm of CloudWatch is heard here")
        state, configuration = data.get("state") or {}, data.get("configuration") or {}
        measured = [one.get("metricStat", {}).get("metric", {}).get("name", "") for one in configuration.get("metrics") or []]
        return cls(
            arn=event["alarmArn"],
            name=str(data.get("alarmName")),
            words=str(configuration.get("description", ""))[:LONGEST],
            figures=str(state.get("reason", ""))[:LONGEST],
            is_ringing=state.get("value") == RINGING,
            is_of_canary=any(name.startswith(OF_CANARY) for name in measured),
        )

    @property
    def reasons(self) -> list[str]:
        """Why, for the ledger."""
        return [f"automatic: the alarm {self.name} rang: {self.words}", self.figures]
