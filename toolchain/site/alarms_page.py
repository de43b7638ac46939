"""Metrics and alarms as tables, from the synthesised template: what is deployed is what the page says."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from toolchain.site.tables import table

TITLE = """# Alarms and metrics

Made from the synthesised template, with the default settings. What to do when one rings:
[deploying](../deploy.md#later) and [a bad day](../bad-day.md).

## Alarms
"""
HASHED = re.compile(r"[0-9A-F]{8}$")  # the end of a logical id
ABOVE = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}
Metric = tuple[str, str]  # namespace and name


def alarms_page(templates: Iterable[Mapping[str, Any]]) -> str:
    """The page of the templates' alarms, of the metrics that they watch, and of those on the dashboard."""
    resources = {key: one for template in templates for key, one in template["Resources"].items()}
    alarms = {HASHED.sub("", key): one["Properties"] for key, one in resources.items() if one["Type"] == "AWS::CloudWatch::Alarm"}
    watched: defaultdict[Metric, list[str]] = defaultdict(list)
    plotted: defaultdict[Metric, list[str]] = defaultdict(list)
    for name, alarm in sorted(alarms.items()):
        for metric in metrics_of(alarm):
            watched[metric].append(f"`{name}`")
    for resource in resources.values():
        for title, metric in plots(resource):
            plotted[metric].append(title)
    lines = [TITLE, *table(["alarm", "rings when", "in words"], (_row(name, alarm) for name, alarm in sorted(alarms.items())))]
    lines += ["## Metrics", "", "Those of the platform are in the namespace `GreenFraud`.", ""]
    everything = sorted({*watched, *plotted}, key=lambda metric: (metric[0] != "GreenFraud", *metric))
    rows = [(f"`{name}`", space, _joined(plotted[space, name]), _joined(watched[space, name])) for space, name in everything]
    return "\n".join([*lines, *table(["metric", "namespace", "plotted in", "alarms"], rows)])


def metrics_of(alarm: Mapping[str, Any]) -> list[Metric]:
    """What an alarm reads: its one metric, or those of its expression."""
    if "MetricName" in alarm:
        return [(alarm["Namespace"], alarm["MetricName"])]
    stats = [one["MetricStat"]["Metric"] for one in alarm["Metrics"] if "MetricStat" in one]
    return sorted({(one["Namespace"], one["MetricName"]) for one in stats})


def plots(resource: Mapping[str, Any]) -> Iterator[tuple[str, Metric]]:
    """Title and metric of each line on a dashboard; nothing of another resource."""
    if resource["Type"] != "AWS::CloudWatch::Dashboard":
        return
    for widget in json.loads(_text(resource["Properties"]["DashboardBody"]))["widgets"]:
        for line in widget["properties"].get("metrics", []):
            if isinstance(line[0], str):  # an expression is a line without a metric of its own
                yield widget["properties"]["title"], (line[0], line[1])


def _text(value: Any) -> str:
    """A value of a template as it reads; what only CloudFormation knows becomes a dash."""
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else "-" for part in value.get("Fn::Join", ["", ["-"]])[1])


def _row(name: str, alarm: Mapping[str, Any]) -> tuple[str, str, str]:
    names = " and ".join(f"`{metric}`" for _, metric in metrics_of(alarm))
    seconds = alarm.get("Period") or max(one.get("MetricStat", one).get("Period", 0) for one in alarm["Metrics"])
    condition = f"{names} {ABOVE[alarm['ComparisonOperator']]} {alarm['Threshold']:g}"
    if "Metrics" in alarm:
        condition = f"an expression of {names} {ABOVE[alarm['ComparisonOperator']]} {alarm['Threshold']:g}"
    return f"`{name}`", f"{condition}, {alarm['EvaluationPeriods']} x {seconds} s", _text(alarm["AlarmDescription"])


def _joined(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
