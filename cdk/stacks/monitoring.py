"""What a person looks at: answers, ingestion, pipeline and what all of it cost in carbon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from cdk.components.alerts import our_metric
from cdk.components.job_names import FAMILIES
from cdk.stacks.serving import ServingStack
from cdk.stacks.training import TrainingStack

RULES = "rules"  # who answers while there is no model
SHARED = "shared"  # jobs that work for all families
OUTCOMES = ("DecisionsAllowed", "DecisionsChallenged", "DecisionsReviewed", "DecisionsBlocked")  # the most is allowed
TOLD_METRICS = ("EventsTold", "EventsNotTaken", "EventsUntold", "EventsWithheld")
WEBHOOK_METRICS = ("WebhooksDelivered", "WebhooksFailed", "WebhooksUndelivered", "WebhooksWithheld")
INGEST_METRICS = ("IngestedEvents", "IngestFailures", "IngestRejected", "IngestRefusedLate")


class MonitoringStack(Stack):
    """One dashboard over the other stacks; their alarms live with what they watch."""

    def __init__(self, scope: Construct, id_: str, *, training: TrainingStack, serving: ServingStack, **stack: Any) -> None:
        super().__init__(scope, id_, **stack)
        alarms = [*serving.alarms, *serving.ingestion.alarms, *serving.notification.alarms, *training.alarms]
        self.dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name="GreenFraud",
            default_interval=Duration.days(7),
            widgets=[
                [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=24)],
                _answers(serving),
                _emissions_of_answers(),
                _emissions_of_training(),
                _flow(serving, training),
                _told(serving),
                _upkeep(training),
                _drift(),
            ],
        )


def _answers(serving: ServingStack) -> list[cloudwatch.IWidget]:
    latencies = [our_metric("LatencyMilliseconds", statistic=statistic) for statistic in ("p50", "p99")]
    troubles = ("Degraded", "BundleLoadFailed", "PolicyLoadFailed", "ControlFault", "NotReached")
    trouble = [*map(our_metric, troubles), serving.http.server_errors()]
    return [
        _plot("Decisions", [our_metric("Decisions")]),
        _plot("Decisions by what was decided", [our_metric(name) for name in OUTCOMES]),
        _plot("Latency, ms", latencies),
        _plot("Degraded answers, refused bundles and policies, payments of batches left out, server errors", trouble),
    ]


def _emissions_of_answers() -> list[cloudwatch.IWidget]:
    """Grams and kilowatt-hours per hour, and grams per 1,000 decisions."""
    return [
        _plot("Emissions of answers, gCO2e per hour", _by_family("EmissionsGrams", RULES, minutes=60)),
        _plot("Emissions of answers, gCO2e per 1,000 decisions", [_grams_per_1000()]),
        _plot("Energy of answers, kWh per hour", [our_metric("EnergyKwh", minutes=60)]),
    ]


def _emissions_of_training() -> list[cloudwatch.IWidget]:
    """Grams and kilowatt-hours per day."""
    return [
        _plot("Emissions of training, gCO2e per day", _by_family("TrainingEmissionsGrams", SHARED, minutes=24 * 60), width=12),
        _plot("Energy of training, kWh per day", _by_family("TrainingEnergyKwh", SHARED, minutes=24 * 60), width=12),
    ]


def _grams_per_1000() -> cloudwatch.MathExpression:
    """No point where there was no decision: a division by zero plots nothing."""
    return cloudwatch.MathExpression(
        expression="1000 * grams / decisions",
        label="gCO2e per 1,000 decisions",
        using_metrics={"grams": our_metric("EmissionsGrams", minutes=60), "decisions": our_metric("Decisions", minutes=60)},
        period=Duration.hours(1),
    )


def _flow(serving: ServingStack, training: TrainingStack) -> list[cloudwatch.IWidget]:
    machine = training.pipeline.machine
    return [
        _plot("Events ingested", [our_metric(name) for name in INGEST_METRICS]),
        _plot("Ingestion behind by, ms", [serving.ingest.function.metric("IteratorAge", statistic="Maximum")]),
        _plot("Pipeline runs", [machine.metric_succeeded(), machine.metric_failed(), our_metric("RunsSkipped")]),
    ]


def _told(serving: ServingStack) -> list[cloudwatch.IWidget]:
    """Of decisions that ask for somebody or refuse: how many were told, and, where there is a webhook, taken."""
    plots = [_plot("Decisions told on the event bus", [our_metric(name) for name in TOLD_METRICS], width=12)]
    if serving.notification.webhook:
        plots.append(_plot("Webhooks", [our_metric(name) for name in WEBHOOK_METRICS], width=12))
    return plots


def _upkeep(training: TrainingStack) -> list[cloudwatch.IWidget]:
    machine, day = training.upkeep.machine, 24 * 60
    skew = our_metric("FeatureSkewShare", statistic="Maximum", minutes=day)
    corrected = [our_metric(name, minutes=day) for name in ("ReconciledStates", "RecreatedStates", "RebuiltStates")]
    left = [our_metric(name, minutes=day) for name in ("ReconcileConflicts", "StatesAheadOfLake", "DamagedStates")]
    lake = [our_metric(name, statistic="Maximum", minutes=day) for name in ("CompactedFiles", "UncompactedDays")]
    return [
        _plot("Small files merged in the lake, and days left", lake),
        _plot("Share of feature values that differ from training", [skew]),
        _plot("States corrected from the lake, and left alone", [*corrected, *left]),
        _plot("Upkeep runs", [machine.metric_succeeded(), machine.metric_failed()]),
    ]


def _drift() -> list[cloudwatch.IWidget]:
    """Per week: what is expected of a model before labels and what came, and whether its inputs are still like those it learned."""
    day = 24 * 60
    precision = ("EstimatedAveragePrecision", "MeasuredAveragePrecision", "EstimatedAlertPrecision", "MeasuredAlertPrecision")
    changed = [our_metric(name, statistic="Maximum", minutes=day) for name in ("DriftedFeatures", "ScoreDrift", "DriftSigns")]
    shares = [_daily("AlertShare"), our_metric("MissingRise", statistic="Maximum", minutes=day)]
    held = [our_metric("QuarantinedChunks", statistic="Maximum", minutes=day)]
    dropped = [our_metric(name, minutes=day) for name in ("LabelFilesTold", "LabelFilesRefused")]
    return [
        _plot("Precision as estimated before labels, and as it came", [_daily(name) for name in precision]),
        _plot("Features that drifted from the baseline, and the score's index", changed),
        _plot("Share of a week's payments alerted, and by how much values went missing", shares),
        _plot("Chunks in quarantine", held),
        _plot("Dropped files of labels, told and refused", dropped),
    ]


def _daily(name: str) -> cloudwatch.IMetric:
    return our_metric(name, statistic="Average", minutes=24 * 60)


def _by_family(name: str, other: str, *, minutes: int) -> list[cloudwatch.IMetric]:
    return [our_metric(name, minutes=minutes, family=family) for family in (*FAMILIES, other)]


def _plot(title: str, metrics: Sequence[cloudwatch.IMetric], *, width: int = 8) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=width)
