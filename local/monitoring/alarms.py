"""Metric alarms that ring: evaluated every second over sliding periods, announced to topics, functions and EventBridge.

AWS looks once a minute at periods aligned to the clock; here the last period ends now, so that a laptop need not wait.
Composite alarms and metric math are not evaluated.
"""

from __future__ import annotations

import json
import operator
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudwatch.models import Alarm, MetricDatum, Statistics, cloudwatch_backends
from moto.core.utils import utcnow
from moto.sqs.models import sqs_backends

from local.context import Context
from local.monitoring import metrics
from local.patches import replace
from local.targets import deliver

TICK_SECONDS = 1.0
# A data point that arrives later than this after others counts no more.
MOST_LATE = timedelta(minutes=10)
QUEUE_METRIC = "ApproximateNumberOfMessagesVisible"
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def judge(
    values: Sequence[float | None],
    *,
    breaches: Callable[[float], bool],
    needed: int,
    missing: str,
    current: str,
) -> str:
    """The state of an alarm over its last periods, None being a period without data.

    `needed` breaching periods make ALARM; `missing` says what silence counts as.

    >>> judge([1.0, None, 3.0], breaches=lambda value: value > 0, needed=2, missing="missing", current="OK")
    'ALARM'
    >>> judge([None], breaches=lambda value: value > 0, needed=1, missing="notBreaching", current="ALARM")
    'OK'
    """
    known = [value for value in values if value is not None]
    count = sum(breaches(value) for value in known)
    if missing == "breaching":
        count += len(values) - len(known)
    if count >= needed:
        return "ALARM"
    if known or missing in ("breaching", "notBreaching"):
        return "OK"
    return current if missing == "ignore" else "INSUFFICIENT_DATA"


class Evaluator:
    """Computes each alarm's state and changes it when it differs."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._backend = cloudwatch_backends[context.account][context.region]
        self._stopping = threading.Event()

    def run(self) -> None:
        """Evaluate until stopped."""
        while not self._stopping.wait(TICK_SECONDS):
            for alarm in list(self._backend.alarms.values()):
                try:
                    self._evaluate(alarm)
                except Exception as failure:
                    print(f"{alarm.alarm_arn}: {failure}", file=sys.stderr, flush=True)

    def stop(self) -> None:
        """End the loop."""
        self._stopping.set()

    def _evaluate(self, alarm: Alarm) -> None:
        if not alarm.metric_name or alarm.metric_data_queries:
            return
        self._measure_queue(alarm)
        values = self.periods(alarm)
        compare, threshold = COMPARISONS[alarm.comparison_operator], float(alarm.threshold)
        state = judge(
            values,
            breaches=lambda value: compare(value, threshold),
            needed=int(alarm.datapoints_to_alarm or alarm.evaluation_periods),
            missing=alarm.treat_missing_data or "missing",
            current=alarm.state_value,
        )
        if state != alarm.state_value:
            reason = f"Threshold Crossed: datapoints {values} against {alarm.comparison_operator} {threshold}"
            alarm.update_state(reason, json.dumps({"recentDatapoints": values}), state)

    def _measure_queue(self, alarm: Alarm) -> None:
        if alarm.namespace != "AWS/SQS" or alarm.metric_name != QUEUE_METRIC:
            return
        for dimension in alarm.dimensions:
            queue = sqs_backends[self._context.account][self._context.region].queues.get(dimension.value)
            if queue is not None:
                visible = {QUEUE_METRIC: len(queue.messages)}
                metrics.record(self._context, "AWS/SQS", visible, {dimension.name: dimension.value})

    def periods(self, alarm: Alarm) -> list[float | None]:
        """The statistic of each period, oldest first."""
        period, count = timedelta(seconds=int(alarm.period)), int(alarm.evaluation_periods)
        now = utcnow()
        start = now - period * count
        sets: list[list[Any]] = [[] for _ in range(count)]
        wanted = sorted((dimension.name, dimension.value) for dimension in alarm.dimensions)
        for datum in reversed(metrics.points_of(alarm.namespace, alarm.metric_name)):
            at = datum.timestamp.replace(tzinfo=None)
            if at < start - MOST_LATE:
                break
            same = sorted((dimension.name, dimension.value) for dimension in datum.dimensions) == wanted
            if same and start <= at <= now:
                sets[min(int((at - start) / period), count - 1)].append(datum)
        return [statistic(alarm, found) for found in sets]


def statistic(alarm: Alarm, data: list[Any]) -> float | None:
    """The alarm's statistic of one period, None without data."""
    if not data:
        return None
    if alarm.extended_statistic:
        return percentile(data, float(alarm.extended_statistic.removeprefix("p")))
    found = Statistics([alarm.statistic], utcnow())
    found.metric_data = data
    return float(found.get_statistics_for_type(alarm.statistic) or 0.0)


def percentile(data: list[Any], percent: float) -> float:
    """The nearest-rank percentile of single values."""
    values = sorted(datum.value for datum in data if isinstance(datum, MetricDatum))
    return float(values[min(int(len(values) * percent / 100), len(values) - 1)])


def announce(context: Context, alarm: Alarm, old: str) -> None:
    """Tell the alarm's actions and EventBridge about a new state."""
    actions = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}.get(alarm.state_value, alarm.insufficient_data_actions)
    for arn in actions if alarm.actions_enabled else []:
        message, parameters = notification(context, alarm, old, arn)
        try:
            deliver(context, arn, json.dumps(message), parameters)
        except Exception as failure:
            print(f"{alarm.name} -> {arn}: {failure}", file=sys.stderr, flush=True)
    entry = {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Resources": [alarm.alarm_arn],
        "Detail": json.dumps(state_change(alarm, old)),
    }
    context.client("events").put_events(Entries=[entry])


def state_change(alarm: Alarm, old: str) -> dict[str, Any]:
    """The event's detail."""
    state = {"value": alarm.state_value, "reason": alarm.state_reason, "timestamp": now_text()}
    return {
        "alarmName": alarm.name,
        "state": state,
        "previousState": {"value": old},
        "configuration": {"description": alarm.description},
    }


def notification(context: Context, alarm: Alarm, old: str, arn: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a function or a topic is sent, and the topic's subject."""
    if ":lambda:" in arn:
        event = {"source": "aws.cloudwatch", "alarmArn": alarm.alarm_arn, "accountId": context.account}
        return {**event, "time": now_text(), "region": context.region, "alarmData": state_change(alarm, old)}, {}
    message = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": context.account,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "OldStateValue": old,
        "StateChangeTime": now_text(),
        "Region": context.region,
        "AlarmArn": alarm.alarm_arn,
        "Trigger": {"MetricName": alarm.metric_name, "Namespace": alarm.namespace, "Threshold": alarm.threshold},
    }
    return message, {"Subject": f'{alarm.state_value}: "{alarm.name}"'[:100]}


def now_text() -> str:
    """Now, in RFC 3339."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def install(context: Context) -> None:
    """Evaluate alarms while the server runs; a state set by hand is announced like any other."""
    evaluator = Evaluator(context)

    def update_state(alarm: Alarm, reason: str, reason_data: str, state_value: str) -> None:
        old = alarm.state_value
        original(alarm, reason, reason_data, state_value)
        if old != state_value:
            threading.Thread(target=announce, args=(context, alarm, old), daemon=True).start()

    metrics.install(context)
    original = replace(Alarm, "update_state", update_state)
    context.on_start(lambda: threading.Thread(target=evaluator.run, name="alarms", daemon=True).start())
    context.on_stop(evaluator.stop)
