"""CloudWatch metrics that AWS services publish about themselves and moto does not."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from local.context import Context

# Data points kept in memory; the oldest half goes when there are more.
MOST_POINTS = 200_000
LOCK = threading.Lock()


def record(
    context: Context, namespace: str, values: Mapping[str, float], dimensions: Mapping[str, str], unit: str = "Count"
) -> None:
    """Add one data point per entry of `values`, all with the same dimensions."""
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    put(
        context,
        namespace,
        [{"MetricName": name, "Value": value, "Unit": unit, "Dimensions": named} for name, value in values.items()],
    )


def put(context: Context, namespace: str, points: list[dict[str, Any]]) -> None:
    """PutMetricData without the way through HTTP, and with a bound on what is kept."""
    backend = cloudwatch_backends[context.account][context.region]
    with LOCK:
        backend.put_metric_data(namespace, points)
        if len(backend.metric_data) > MOST_POINTS:
            del backend.metric_data[: MOST_POINTS // 2]
