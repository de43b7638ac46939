"""What the guide counts is what there is: metrics of our own, metrics of alarms, endpoints, settings, measured sizes."""

from __future__ import annotations

import json
import re

import pytest
from deploy_steps import GUIDE
from deploy_story import ROOT

from cdk.settings import STAGES, Settings
from functions.ingest import metrics as ingested
from functions.score import metrics as scored
from functions.score.cost import Cost
from greenfraud.families import FAMILIES
from greenfraud.features.manifest import load_manifest
from training.steps.monitor import ESTIMATED, MEASURED
from training.steps.reconcile import METRICS as RECONCILED

TEXT = re.sub(r"\s+", " ", GUIDE.text)
VIEWS = len(load_manifest().views)
# Where jobs put metrics, and how many names each place has under all its dimensions.
PUT_BY_JOBS = {
    "training/job/footprint.py: values, Family=family": 2 * (len(FAMILIES) + 1),  # and the jobs that all families share
    'training/job/footprint.py: {"TrainingJobSeconds": footprint.duration_seconds}': 1,
    "training/job/training_age.py: {AGE: max((datetime.now(UTC) - newest) / timedelta(days=1), JUST_NOW)}": 1,
    "training/steps/report.py: {AGE: JUST_NOW}": 0,  # the same one
    "training/steps/reconcile.py: {name: float(counts[outcome]) for name, outcome in METRICS.items()}": len(RECONCILED),
    'training/steps/compact.py: {"CompactedFiles": float(outcome.files), "UncompactedDays": float(outcome.days_left)}': 2,
    'training/steps/monitor.py: {"FeatureValuesCompared": float(len(skew.compared) * len(manifest.names))}': 1,
    'training/steps/monitor.py: {"FeatureSkewShare": skew.share(*manifest.names) or 0.0}': 1,
    'training/steps/monitor.py: {"FeatureSkewShare": skew.share(*names) or 0.0}, View=view': VIEWS,
    "training/steps/monitor.py: figures_of(week)": len(ESTIMATED) + len(MEASURED) + 6,  # error, what drifted, alerts
    "training/steps/features.py: {QUARANTINED: float(len({profile.chunk for profile in found} | held(quarantine).keys()))}": 1,
    'training/steps/monitor.py: {QUARANTINED: float(len(held(read_quarantine(client("s3"), lake.name))))}': 0,  # the same one
    "training/steps/label.py: figures_of(taken)": 2 + 5,  # files; rows by what became of them
    "training/tracking/patience.py: {METRIC: float(self.has_failed)}": 1,
}
PUT_BY_TEMPLATE = 2  # the quota, by the upkeep's machine; refused requests, by a filter of the access log


def put_by_jobs() -> set[str]:
    """Every call that puts metrics, with its file."""
    calls = set()
    for path in sorted((ROOT / "training").rglob("*.py")):
        found = re.findall(r"^ +store_metrics\((.*)\)(?:  #.*)?$", path.read_text(encoding="utf-8"), re.MULTILINE)
        calls |= {f"{path.relative_to(ROOT)}: {call}" for call in found}
    return calls


def test_metrics_of_our_own_are_counted_where_they_are_put():
    """A new one fails here until it is counted, and paid for in the guide."""
    assert put_by_jobs() == set(PUT_BY_JOBS)
    jobs = sum(PUT_BY_JOBS.values()) + PUT_BY_TEMPLATE
    scores = 2 * len(scored.UNITS) + len(scored.OUTCOMES)  # over everything, for the one family that answers, by outcome
    assert f"there are {scores + len(ingested.UNITS) + jobs} metrics of our own" in TEXT
    assert f"{scores + len(ingested.UNITS)} x 0.30 = " in TEXT


def test_metrics_of_alarms_are_counted_in_the_template():
    """Alarms on a share look at two."""
    paths = sorted((ROOT / "cdk.out").glob("*.template.json"))
    if not paths:
        pytest.skip("cdk.out is missing: run `make synth`")
    resources = [one for path in paths for one in json.loads(path.read_text(encoding="utf-8"))["Resources"].values()]
    alarms = [one["Properties"] for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"]
    looked_at = sum(sum("MetricStat" in metric for metric in alarm.get("Metrics", [])) or 1 for alarm in alarms)
    assert f"{len(alarms)} alarms on {looked_at} metrics" in TEXT
    assert f"{looked_at} x 0.10 = " in TEXT


def test_endpoints_are_those_of_the_network():
    """Each is paid for in every zone."""
    source = (ROOT / "cdk/components/network.py").read_text(encoding="utf-8")
    interfaces = len(re.findall(r"ec2\.InterfaceVpcEndpointAwsService\.", source))
    (zones,) = re.findall(r"^ZONES = (\d)", source, re.MULTILINE)
    assert f"{interfaces} interface endpoints in {zones} zones" in TEXT
    assert f"{interfaces} x {zones} x 730 x " in TEXT


def test_the_table_of_stages_is_that_of_the_settings():
    """Reserved executions, days of logs, and what is watched a day."""
    dev, prod = Settings(), STAGES["prod"]
    assert f"{prod['score_reserved_concurrency']} executions are its own" in TEXT
    assert f"| logs are kept | {dev.log_retention_days} days | {prod['log_retention_days']} days |" in TEXT
    assert f"{dev.training_minutes_a_day} machine minutes a day" in TEXT
    assert f"{dev.requests_a_day:,} requests a day" in TEXT


def test_lines_of_metrics_are_as_long_as_the_guide_says():
    """Of a score and of a batch."""
    score = scored.line_of(
        scored.Request(
            "light", 1, 0, by_fallback=0, not_reached=0, explored=0, cost=Cost(0.0123, 1.2e-8, 1.2e-7), outcomes={"allow": 1}
        )
    )
    batch = ingested.line_of(ingested=1, failed=0, rejected=0, refused_late=0, lag_milliseconds=812.1)
    assert [round(len(line) / 1000, 1) for line in (score, batch)] == [0.7, 0.5]
    assert "lines of metrics 0.7 kB of a score, 0.5 of a batch" in TEXT
