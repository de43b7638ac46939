"""CloudWatch's events of alarms: each change of an alarm's state is told on EventBridge's own bus.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm
from moto.events.models import events_backends

from local.context import ACCOUNT, REGION, Context
from local.events.buses import OWN_BUS, tell
from local.patches import replace

SOURCE, DETAIL_TYPE = "aws.cloudwatch", "CloudWatch Alarm State Change"


def install(context: Context) -> None:
    """Tell beside whoever changes a state, whatever the alarm's own actions are."""

    def update_state(alarm: Alarm, reason: str, reason_data: str, state_value: str) -> None:
        old = {"value": alarm.state_value, "reason": alarm.state_reason, "reasonData": alarm.state_reason_data}
        original(alarm, reason, reason_data, state_value)
        if state_value != old["value"]:
            told = (context, events_backends[ACCOUNT][REGION], OWN_BUS, changed(alarm, old))
            threading.Thread(target=tell, args=told, name="alarm-states", daemon=True).start()

    original = replace(Alarm, "update_state", update_state)


def changed(alarm: Alarm, old: dict[str, Any]) -> dict[str, Any]:
    """The event of an alarm that has another state than before."""
    now = datetime.now(UTC)
    at = now.isoformat(timespec="milliseconds").replace("+00:00", "+0000")
    state = {"value": alarm.state_value, "reason": alarm.state_reason, "reasonData": alarm.state_reason_data, "timestamp": at}
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": DETAIL_TYPE,
        "source": SOURCE,
        "account": ACCOUNT,
        "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": [alarm.alarm_arn],
        "detail": {
            "alarmName": alarm.name,
            "state": {name: value for name, value in state.items() if value},
            "previousState": {name: value for name, value in old.items() if value},
            "configuration": {"description": alarm.description},
        },
    }
