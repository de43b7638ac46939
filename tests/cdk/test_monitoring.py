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
}
OF_MACHINES = {"NoTrainingQuota"}
OURS = re.compile(r'"GreenFraud","(\w+)"')


@pytest.fixture
def watched(templates, resources) -> set[str]:
    """Names of the metrics of our namespace in alarms and in the dashboard."""
    alarms = [alarm["Properties"] for alarm in resources("AWS::CloudWatch::Alarm").values()]
    named = {alarm["MetricName"] for alarm in alarms if alarm["Namespace"] == "GreenFraud"}
    return named | set(OURS.findall(json.dumps(templates["GreenFraud-Monitoring"]).replace("\\", "")))


def emitted(folder: str) -> set[str]:
    """Every capitalised text constant of a room's sources."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.py"))
    return {name for source in sources for name in re.findall(r'"([A-Z][A-Za-z]+)"', source)}


def test_every_metric_of_answers_and_ingestion_is_emitted_by_a_function(watched):
    """A misspelt name would be a silent alarm and an empty plot."""
    of_functions = watched - OF_JOBS - OF_MACHINES
    assert len(of_functions) == 10
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


def test_every_alarm_reaches_a_person_and_silence_is_no_alarm(resources):
    """No traffic at night must not wake anybody."""
    alarms = [alarm["Properties"] for alarm in resources("AWS::CloudWatch::Alarm").values()]
    assert len(alarms) == 12
    assert all(alarm["AlarmActions"] for alarm in alarms)
    by_night = [alarm for alarm in alarms if alarm["MetricName"] not in OF_MACHINES]
    assert all(alarm["TreatMissingData"] == "notBreaching" for alarm in by_night)


def test_every_log_group_forgets(resources):
    """Logs cost storage and keep what customers would rather have forgotten."""
    assert all(group["Properties"]["RetentionInDays"] == 30 for group in resources("AWS::Logs::LogGroup").values())
