"""What alarms watch and the dashboard plots is what our code emits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OF_JOBS = {
    "TrainingEmissionsGrams",
    "TrainingEnergyKwh",
    "FeatureSkewShare",
    "ReconciledStates",
    "RecreatedStates",
    "RebuiltStates",
    "ReconcileConflicts",
    "StatesAheadOfLake",
    "DamagedStates",
    "UncompactedDays",
    "CompactedFiles",
    "DaysSinceTraining",
    "TrainingJobSeconds",
    "QuarantinedChunks",
    "EstimatedAveragePrecision",
    "MeasuredAveragePrecision",
    "EstimatedAlertPrecision",
    "MeasuredAlertPrecision",
    "DriftedFeatures",
    "ScoreDrift",
    "DriftSigns",
    "AlertShare",
    "MissingRise",
    "LabelFilesTold",
    "LabelFilesRefused",
}
OF_MACHINES = {"NoTrainingQuota"}
FILTERED = {"RefusedRequests"}  # taken from the API's access log
OURS = re.compile(r'"GreenFraud","(\w+)"')


@pytest.fixture
def watched(templates, resources) -> set[str]:
    """Names of the metrics of our namespace in alarms and in the dashboard."""
    alarms = [alarm["Properties"] for alarm in resources("AWS::CloudWatch::Alarm").values()]
    measured = [metric for alarm in alarms for metric in metrics_of(alarm)]
    named = {metric["MetricName"] for metric in measured if metric["Namespace"] == "GreenFraud"} - FILTERED
    return named | set(OURS.findall(json.dumps(templates["GreenFraud-Monitoring"]).replace("\\", "")))


def metrics_of(alarm):
    """Name and namespace of each metric that an alarm watches, those that metric math reads included."""
    return [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query] or [alarm]


def emitted(folder: str) -> set[str]:
    """Every capitalised text constant of a room's sources."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.py"))
    return {name for source in sources for name in re.findall(r'"([A-Z][A-Za-z]+)"', source)}


def test_every_metric_of_answers_and_ingestion_is_emitted_by_a_function(watched):
    """A misspelt name would be a silent alarm and an empty plot."""
    of_functions = watched - OF_JOBS - OF_MACHINES
    assert len(of_functions) == 30
    assert of_functions <= emitted("functions")


def test_every_metric_of_training_is_emitted_by_a_job(watched):
    """Grams and kilowatt-hours per family, and what the nightly upkeep found."""
    assert watched & emitted("training") >= OF_JOBS


def test_the_dashboard_plots_emissions_of_every_family_of_shared_jobs_and_per_1000_decisions(resources):
    """Features, evaluation and materialisation emit more than many a family's training."""
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard["Properties"]["DashboardBody"]).replace("\\", "")
    for family in ("baseline", "light", "heavy", "shared"):
        assert f'"TrainingEmissionsGrams","Family","{family}"' in body
    assert '"EmissionsGrams","Family","rules"' in body
    assert "1000 * grams / decisions" in body


def test_every_alarm_reaches_a_person_and_only_one_rings_by_silence(resources):
    """No traffic at night must not wake anybody; a platform that stopped learning must."""
    alarms = {path: alarm["Properties"] for path, alarm in resources("AWS::CloudWatch::Alarm").items()}
    assert len(alarms) == 46
    assert all(alarm["AlarmActions"] for alarm in alarms.values())
    silent = {path: alarm["TreatMissingData"] for path, alarm in alarms.items()}
    assert silent == dict.fromkeys(alarms, "notBreaching") | {
        "GreenFraud-Training/TrainingOverdue": "breaching",
        "GreenFraud-Training/Upkeep/NoQuotaAlarm": "ignore",
    }


def test_no_alarm_looks_back_further_than_cloudwatch_does(resources):
    """A day in all, and a week where a period is an hour or longer: a longer alarm is refused at deployment."""
    for alarm in (alarm["Properties"] for alarm in resources("AWS::CloudWatch::Alarm").values()):
        stats = [query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query] or [alarm]
        for period in (stat["Period"] for stat in stats):
            assert period * alarm["EvaluationPeriods"] <= (7 if period >= 3600 else 1) * 86_400


def test_what_was_silent_rings(resources):
    """Runs that end without failing, starts that were never delivered, models that grow old, refusals and slowness."""
    alarms = {path: alarm["Properties"] for path, alarm in resources("AWS::CloudWatch::Alarm").items()}
    watched = {path: [metric["MetricName"] for metric in metrics_of(alarm)] for path, alarm in alarms.items()}
    for machine in ("Pipeline", "Upkeep/"):
        for end in ("Failed", "TimedOut", "Aborted"):
            assert watched[f"GreenFraud-Training/{machine}{end}"] == [f"Executions{end}"]
    assert watched["GreenFraud-Training/TrainingOverdue"] == ["DaysSinceTraining"]
    assert watched["GreenFraud-Training/DeadLetters/Undelivered"] == ["ApproximateNumberOfMessagesVisible"]
    assert watched["GreenFraud-Serving/Watch/Throttled"] == ["Throttles"]
    assert watched["GreenFraud-Serving/Watch/Refused"] == ["RefusedRequests"]
    assert alarms["GreenFraud-Serving/Watch/Slow"]["ExtendedStatistic"] == "p99"


def test_requests_that_the_api_refuses_are_counted_from_its_access_log(resources):
    """It has no metric of its own for 429; the log's format and the filter must spell the status alike."""
    (filtered,) = resources("AWS::Logs::MetricFilter").values()
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    assert '"status": "$context.status"' in stage["Properties"]["AccessLogSettings"]["Format"]
    assert filtered["Properties"]["FilterPattern"] == '{ $.status = "429" }'
    (metric,) = filtered["Properties"]["MetricTransformations"]
    assert (metric["MetricNamespace"], {metric["MetricName"]}) == ("GreenFraud", FILTERED)


def test_every_log_group_forgets(resources):
    """Logs cost storage and keep what customers would rather have forgotten."""
    assert all(group["Properties"]["RetentionInDays"] == 30 for group in resources("AWS::Logs::LogGroup").values())
