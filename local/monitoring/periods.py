"""What an alarm looks at: the statistic of a metric, or metric math over several, in each of its last periods."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from moto.cloudwatch.models import Alarm, MetricDatum, Statistics
from moto.core.utils import utcnow

from local.monitoring import metrics
from local.monitoring.metric_math import compute

# A data point that arrives later than this after others counts no more.
MOST_LATE = timedelta(minutes=10)
Series = list[float | None]


def periods(alarm: Alarm) -> Series:
    """The value of each period, oldest first, None without data."""
    count = int(alarm.evaluation_periods)
    if not alarm.metric_data_queries:
        chosen = alarm.statistic or alarm.extended_statistic
        return series(alarm.namespace, alarm.metric_name, alarm.dimensions, chosen, int(alarm.period), count)
    measured, expression = {}, ""
    for query in alarm.metric_data_queries:
        if query.metric_stat is None:
            expression = str(query.expression)
        else:
            metric, period = query.metric_stat.metric, int(query.metric_stat.period)
            measured[query.id] = series(
                metric.namespace, metric.metric_name, metric.dimensions, query.metric_stat.stat, period, count
            )
    return [compute(expression, {name: values[index] for name, values in measured.items()}) for index in range(count)]


def longest_period(alarm: Alarm) -> int:
    """Seconds of the longest of its periods."""
    measured = [query.metric_stat for query in alarm.metric_data_queries if query.metric_stat is not None]
    return max(int(one.period) for one in measured) if measured else int(alarm.period)


def series(namespace: str, name: str, dimensions: Sequence[Any], chosen: str, seconds: int, count: int) -> Series:  # noqa: PLR0913, PLR0917
    """The statistic of the metric with these very dimensions, in each of the last `count` periods."""
    period, now = timedelta(seconds=seconds), utcnow()
    start = now - period * count
    found: list[list[Any]] = [[] for _ in range(count)]
    for datum in reversed(metrics.points_of(namespace, name, dimensions)):
        at = datum.timestamp.replace(tzinfo=None)
        if at < start - MOST_LATE:
            break
        if start <= at <= now:
            found[min(int((at - start) / period), count - 1)].append(datum)
    return [statistic(chosen, data) if data else None for data in found]


def statistic(name: str, data: list[Any]) -> float:
    """Sum, Maximum and the like of one period's data points, or a percentile such as p99."""
    if name.startswith("p"):
        return percentile(float(name[1:]), [datum.value for datum in data if isinstance(datum, MetricDatum)])
    computed = Statistics([name], utcnow())
    computed.metric_data = data
    return float(computed.get_statistics_for_type(name) or 0.0)


def percentile(percent: float, values: list[float]) -> float:
    """The smallest value that `percent` of all are not above.

    >>> percentile(99, [float(value) for value in range(1, 201)])
    198.0
    """
    ordered = sorted(values)
    return float(ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)]) if ordered else 0.0
