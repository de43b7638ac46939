"""CloudWatch's Embedded Metric Format: a log line that carries metrics becomes metrics, whoever wrote the line.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.logs.models import LogStream

from local.context import Context
from local.monitoring import metrics
from local.patches import replace

MARK = '"_aws"'
# Events kept per log stream; the oldest half goes when there are more.
MOST_EVENTS = 20_000


def install(_: Context) -> None:
    """Read every log event that arrives, from functions, jobs and PutLogEvents alike."""

    def put_log_events(stream: Any, log_events: list[dict[str, Any]]) -> str:
        token: str = original(stream, log_events)
        if len(stream.events) > MOST_EVENTS:
            del stream.events[: MOST_EVENTS // 2]
        for event in log_events:
            for namespace, points in embedded_metrics(event["message"]):
                metrics.put(namespace, points)
        return token

    original = replace(LogStream, "put_log_events", put_log_events)


def embedded_metrics(message: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The namespace and data points of each metric directive in a log line; nothing for any other line.

    >>> line = '{"_aws": {"CloudWatchMetrics": [{"Namespace": "N", "Dimensions": [["f"]], "Metrics": [{"Name": "m"}]}]}'
    >>> list(embedded_metrics(line + ', "f": "light", "m": 2}'))
    [('N', [{'MetricName': 'm', 'Unit': 'None', 'Dimensions': [{'Name': 'f', 'Value': 'light'}], 'Values': [2]}])]
    """
    if MARK not in message:
        return
    try:
        document = json.loads(message[message.index("{") :])
        directives = document["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        yield directive["Namespace"], list(data_points(document, directive))


def data_points(document: dict[str, Any], directive: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One data point per metric and set of dimensions; a metric the line does not carry is left out."""
    for names in directive.get("Dimensions") or [[]]:
        dimensions = [{"Name": name, "Value": str(document[name])} for name in names if name in document]
        for metric in directive["Metrics"]:
            value = document.get(metric["Name"])
            values = value if isinstance(value, list) else [value]
            if values and all(isinstance(one, int | float) and math.isfinite(one) for one in values):
                point = {
                    "MetricName": metric["Name"],
                    "Unit": metric.get("Unit", "None"),
                    "Dimensions": dimensions,
                    "Values": values,
                }
                yield point | stamp(document)


def stamp(document: dict[str, Any]) -> dict[str, datetime]:
    """The time the line states, epoch milliseconds; without one the metric counts as of now. Moto's times are naive."""
    milliseconds = document["_aws"].get("Timestamp")
    if milliseconds is None:
        return {}
    return {"Timestamp": datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)}
