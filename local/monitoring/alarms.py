"""Metric alarms that ring: evaluated every second over sliding periods, announced to topics.

AWS looks once a minute at periods aligned to the clock; here the last period ends now, so that a laptop need not wait.
"""

from __future__ import annotations

import json
import operator
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm, cloudwatch_backends
from moto.sqs.models import sqs_backends

from local.context import ACCOUNT, REGION, Context
from local.monitoring import metrics
from local.monitoring.periods import longest_period, periods
from local.patches import replace
from local.permissions.callers import Caller
from local.targets import deliver

TICK_SECONDS = 1.0
LOOKS_PER_PERIOD = 1000  # of more than one second each: a sum over a day is not worth a look at every tick
QUEUE_METRICS: dict[str, Callable[[Any], float]] = {
    "ApproximateNumberOfMessagesVisible": lambda queue: len(queue.messages),
    "ApproximateAgeOfOldestMessage": lambda queue: time.time() - oldest / 1000 if (oldest := first_sent(queue)) else 0.0,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def state_of(values: Sequence[float | None], *, breaches: Callable[[float], bool], missing: str, current: str) -> str:
    """The state of an alarm over its periods, None being a period without data.

    Every period must breach; `missing` says what silence counts as.

    >>> state_of([1.0, None], breaches=lambda value: value > 0, missing="breaching", current="OK")
    'ALARM'
    >>> state_of([None], breaches=lambda value: value > 0, missing="notBreaching", current="ALARM")
    'OK'
    """
    known = [value for value in values if value is not None]
    silent = len(values) - len(known) if missing == "breaching" else 0
    if sum(breaches(value) for value in known) + silent >= len(values):
        return "ALARM"
    if known or missing in ("breaching", "notBreaching"):
        return "OK"
    return current if missing == "ignore" else "INSUFFICIENT_DATA"


class Evaluator:
    """Computes each alarm's state and changes it when it differs."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._due: dict[Alarm, float] = {}

    def run(self) -> None:
        """Evaluate until stopped."""
        while not self._stopping.wait(TICK_SECONDS):
            alarms = list(cloudwatch_backends[ACCOUNT][REGION].alarms.values())
            self._due = {alarm: self._due.get(alarm, 0.0) for alarm in alarms}
            for alarm in alarms:
                if self._due[alarm] <= time.monotonic():
                    self._evaluate(alarm)

    def _evaluate(self, alarm: Alarm) -> None:
        self._due[alarm] = time.monotonic() + longest_period(alarm) / LOOKS_PER_PERIOD
        try:
            evaluate(alarm)
        except Exception as failure:
            print(f"{alarm.alarm_arn}: {failure}", file=sys.stderr, flush=True)

    def stop(self) -> None:
        """End the loop."""
        self._stopping.set()


def evaluate(alarm: Alarm) -> None:
    """Give the alarm the state that its metric's last periods call for."""
    measure_queue(alarm)
    values = periods(alarm)
    compare, threshold = COMPARISONS[alarm.comparison_operator], float(alarm.threshold)
    state = state_of(
        values,
        breaches=lambda value: compare(value, threshold),
        missing=alarm.treat_missing_data or "missing",
        current=alarm.state_value,
    )
    if state != alarm.state_value:
        reason = f"Threshold Crossed: datapoints {values} against {alarm.comparison_operator} {threshold}"
        alarm.update_state(reason, json.dumps({"recentDatapoints": values}), state)


def measure_queue(alarm: Alarm) -> None:
    """Record the depth or age of the queue that an alarm watches: nobody else measures it."""
    if alarm.namespace != "AWS/SQS" or alarm.metric_name not in QUEUE_METRICS:
        return
    for dimension in alarm.dimensions:
        queue = sqs_backends[ACCOUNT][REGION].queues.get(dimension.value)
        if queue is not None:
            metrics.record(
                "AWS/SQS", {alarm.metric_name: QUEUE_METRICS[alarm.metric_name](queue)}, {dimension.name: dimension.value}
            )


def first_sent(queue: Any) -> float | None:
    """When the oldest message was sent that is on the queue, visible or not, in milliseconds; None of an empty one."""
    return min((float(message.sent_timestamp) for message in list(queue._messages)), default=None)


def announce(context: Context, actions: Sequence[str], notice: dict[str, Any], event: dict[str, Any]) -> None:
    """Tell the alarm's actions that it rings; CloudWatch does so in its own name, so it is their policies that count."""
    name, alarm_arn = notice["AlarmName"], notice["AlarmArn"]
    subject = f'ALARM: "{name}"'[:100]
    for arn in actions:
        is_function = arn.split(":")[2] == "lambda"
        caller = Caller(alarm_arn, service=f"{'lambda.alarms.' if is_function else ''}cloudwatch.amazonaws.com")
        message = json.dumps(event if is_function else notice)
        try:
            deliver(context, arn, message, caller=caller, source_arn=alarm_arn, subject=subject)
        except Exception as failure:
            print(f"{name} -> {arn}: {failure}", file=sys.stderr, flush=True)


def notification(alarm: Alarm, old: str) -> dict[str, Any]:
    """What a topic is sent."""
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": ACCOUNT,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "OldStateValue": old,
        "StateChangeTime": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "Region": REGION,
        "AlarmArn": alarm.alarm_arn,
        "Trigger": {"MetricName": alarm.metric_name, "Namespace": alarm.namespace, "Threshold": alarm.threshold},
    }


def event_of(alarm: Alarm, old: str, old_since: datetime) -> dict[str, Any]:
    """What a function is called with: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html."""
    now = _told(datetime.now(UTC))
    state = {"value": alarm.state_value, "reason": alarm.state_reason, "timestamp": now}
    if alarm.state_reason_data:
        state["reasonData"] = alarm.state_reason_data
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.alarm_arn,
        "accountId": ACCOUNT,
        "time": now,
        "region": REGION,
        "alarmData": {
            "alarmName": alarm.name,
            "state": state,
            "previousState": {"value": old, "timestamp": _told(old_since.replace(tzinfo=UTC))},
            "configuration": {"description": alarm.description, "metrics": [*_measured(alarm)]},
        },
    }


def _told(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "+0000")


def _measured(alarm: Alarm) -> Iterator[dict[str, Any]]:
    """The metrics of an alarm, as its event names them."""
    if alarm.metric_name:
        metric = {"namespace": alarm.namespace, "name": alarm.metric_name}
        yield {"metricStat": {"metric": metric, "period": int(alarm.period)}}
    for query in alarm.metric_data_queries or []:
        if query.metric_stat is not None:
            measured = query.metric_stat.metric
            metric = {"namespace": measured.namespace, "name": measured.metric_name}
            yield {"id": query.id, "metricStat": {"metric": metric, "period": int(query.metric_stat.period)}}
        else:
            yield {"id": query.id, "expression": query.expression}


def install(context: Context) -> None:
    """Evaluate alarms while the server runs; a state set by hand is announced like any other."""
    evaluator = Evaluator()

    def update_state(alarm: Alarm, reason: str, reason_data: str, state_value: str) -> None:
        old, old_since = alarm.state_value, alarm.state_updated_timestamp
        original(alarm, reason, reason_data, state_value)
        if state_value == "ALARM" != old:
            arguments = (context, alarm.alarm_actions, notification(alarm, old), event_of(alarm, old, old_since))
            threading.Thread(target=announce, args=arguments, daemon=True).start()

    metrics.install(context)
    original = replace(Alarm, "update_state", update_state)
    context.on_start(lambda: threading.Thread(target=evaluator.run, name="alarms", daemon=True).start())
    context.on_stop(evaluator.stop)
