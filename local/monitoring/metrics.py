"""CloudWatch metrics: bounded in number, found by their dimensions, recorded where AWS's services would record them."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends

from local.context import ACCOUNT, REGION, Context
from local.patches import replace

# Data points moto keeps for its API; the oldest half goes when there are more.
MOST_POINTS = 200_000
# Data points of one metric kept for the alarms that watch it.
MOST_POINTS_OF_METRIC = 50_000
LOCK = threading.Lock()

Points = deque[Any]
Key = tuple[str, str, tuple[tuple[str, str], ...]]
recent: dict[Key, Points] = defaultdict(lambda: deque(maxlen=MOST_POINTS_OF_METRIC))


def install(_: Context) -> None:
    """Sort data points by metric as they arrive, so that an alarm does not have to look through all of them.

    Statistics are those of the very dimensions asked for, as in AWS: a metric without dimensions is one of its own.
    """

    def put_metric_data(backend: CloudWatchBackend, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        with LOCK:
            known = len(backend.metric_data)
            original(backend, namespace, metric_data)
            for datum in backend.metric_data[known:]:
                recent[key_of(datum.namespace, datum.name, datum.dimensions)].append(datum)
            if len(backend.metric_data) > MOST_POINTS:
                del backend.metric_data[: MOST_POINTS // 2]

    def get_metric_statistics(
        backend: CloudWatchBackend, namespace: str, metric_name: str, *window: Any, dimensions: list[dict[str, str]], **options: Any
    ) -> list[Any]:
        wanted = {(dimension["Name"], dimension["Value"]) for dimension in dimensions}
        named = [datum for datum in backend.get_all_metrics() if datum.name == metric_name]
        same = [datum for datum in named if {(dimension.name, dimension.value) for dimension in datum.dimensions} == wanted]
        view = SimpleNamespace(get_all_metrics=lambda: same)
        found: list[Any] = statistics(view, namespace, metric_name, *window, dimensions=[], **options)
        return found

    original = replace(CloudWatchBackend, "put_metric_data", put_metric_data)
    statistics = replace(CloudWatchBackend, "get_metric_statistics", get_metric_statistics)


def key_of(namespace: str, name: str, dimensions: Iterable[Any]) -> Key:
    """What tells one metric from all others: with other dimensions it is another one."""
    return namespace, name, tuple(sorted((dimension.name, dimension.value) for dimension in dimensions))


def points_of(namespace: str, name: str, dimensions: Iterable[Any]) -> list[Any]:
    """The metric's latest data points, in order of arrival."""
    with LOCK:
        return list(recent[key_of(namespace, name, dimensions)])


def record(namespace: str, values: Mapping[str, float], dimensions: Mapping[str, str], unit: str = "Count") -> None:
    """Add one data point per entry of `values`, all with the same dimensions."""
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    points = [{"MetricName": name, "Value": value, "Unit": unit, "Dimensions": named} for name, value in values.items()]
    put(namespace, points)


def put(namespace: str, points: list[dict[str, Any]]) -> None:
    """PutMetricData without HTTP."""
    cloudwatch_backends[ACCOUNT][REGION].put_metric_data(namespace, points)
