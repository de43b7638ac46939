"""Metrics in a log line, in CloudWatch's Embedded Metric Format: numbers and dimensions of few values, no ids."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

NAMESPACE = "GreenFraud"  # of every metric that our own code emits


def embedded_metrics(values: Mapping[str, float], units: Mapping[str, str], **dimensions: str) -> dict[str, Any]:
    """Return the document of one line: each value over everything, and once more under the dimensions, if there are any.

    `units` names CloudWatch's unit of each value.

    >>> document = embedded_metrics({"Decisions": 2}, {"Decisions": "Count"}, Family="light")
    >>> document["_aws"]["CloudWatchMetrics"][0]["Dimensions"], document["Family"], document["Decisions"]
    ([[], ['Family']], 'light', 2)
    """
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [[], [*dimensions]] if dimensions else [[]],
        "Metrics": [{"Name": name, "Unit": units[name]} for name in values],
    }
    metadata = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}
    return {"_aws": metadata, **dimensions, **values}
