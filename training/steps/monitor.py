"""Job `monitor`: skew of the last days, quality before labels, drift, frauds to judge by; the newest training's age; logs kept."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from greenfraud.bundle import SCORE
from greenfraud.coverage import read_coverage
from greenfraud.errors import NotFound
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import start_of_day_us
from greenfraud.quarantine import held, read_quarantine
from training.evaluation.drift_signs import missing_rise, shown
from training.evaluation.quality_watch import watch
from training.evaluation.week_counts import count_newest
from training.features.day_files import DayFiles
from training.features.feature_matrix import FeatureMatrix, buffer_us
from training.features.history import TRANSACTIONS
from training.features.history_stream import HistoryStream
from training.job.bucket import Bucket, client
from training.job.footprint import QUARANTINED, Meter, store_footprint, store_metrics
from training.job.hyperparameters import MonitorHyperparameters
from training.job.log_retention import limit_log_retention
from training.job.settings import Settings
from training.job.training_age import store_training_age
from training.online.decision_rows import decision_rows, has_decisions
from training.online.skew import Rebuilt, SkewCount

if TYPE_CHECKING:
    from greenfraud.chunks import Coverage
    from greenfraud.features.manifest import Manifest
    from training.features.day_files import Lake
    from training.job.contract import JobPaths

log = logging.getLogger(__name__)
ESTIMATED = {
    "frauds": "EstimatedFrauds",
    "average_precision": "EstimatedAveragePrecision",
    "alert_precision": "EstimatedAlertPrecision",
    "alert_recall": "EstimatedAlertRecall",
    "expected_cost_minor": "EstimatedCostMinor",
}
MEASURED = {
    "frauds": "MeasuredFrauds",
    "average_precision": "MeasuredAveragePrecision",
    "alert_precision": "MeasuredAlertPrecision",
    "alert_recall": "MeasuredAlertRecall",
    "expected_cost_minor": "MeasuredCostMinor",
}
SIGNS = "DriftSigns"  # the metric whose alarm starts the pipeline
DAY = timedelta(days=1)
ATTEMPTS = 3


def main(paths: JobPaths) -> None:
    """Compare day by day, and leave a report of each and the metrics of all."""
    hyperparameters = MonitorHyperparameters.read(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    store_training_age(settings.lineage_table)  # first: an alarm rings when this stays silent
    lake, manifest = Bucket(settings.lake_bucket), load_manifest()
    for day in complete_days(lake, hyperparameters.days):
        skew = skew_of(lake, manifest, day)
        lake.put_json(skew_key(day), skew.report(day))
        store_skew(skew)
        share = skew.share(*manifest.names)
        result = "nothing to compare" if share is None else f"{skew.differing.total()} values differ, a share of {share:.2g}"
        log.info("monitor: %s, %d transactions compared, %s", day, len(skew.compared), result)
    store_metrics({QUARANTINED: float(len(held(read_quarantine(client("s3"), lake.name))))})
    coverage = read_coverage(client("s3"), lake.name, today=datetime.now(UTC).date())
    if coverage is not None:  # before the first import there is nothing to watch
        watch_quality(lake, settings, coverage)
        log.info("monitor: the frauds of %d weeks were counted", len(count_newest(lake, coverage)))
    limit_log_retention(settings.log_retention_days)
    store_footprint(settings, "monitor", meter.stop())


def watch_quality(lake: Bucket, settings: Settings, coverage: Coverage) -> None:
    """Estimate and compare the weeks whose turn it is."""
    for week in watch(lake, Bucket(settings.artifacts_bucket), coverage):
        store_metrics(figures_of(week))
        log.info("monitor: quality of %s %s", week["chunk"], "estimated" if week["measured"] is None else "compared with the truth")


def figures_of(week: dict[str, Any]) -> dict[str, float]:
    """Return the metrics of a week: first what is expected of it, later what came; a figure that is undefined is left out."""
    if week["measured"] is not None:
        found = {MEASURED[name]: value for name, value in week["measured"].items() if name in MEASURED}
        found["EstimatedPrecisionError"] = week["error"]["average_precision"]
    else:
        found = {ESTIMATED[name]: figure["value"] for name, figure in week["estimated"].items() if name in ESTIMATED}
        covariates = week["covariates"]
        found["DriftedFeatures"] = float(len(covariates["drifted"])) if covariates["rows"] else None
        found["AlertShare"] = week["alerts"] / week["rows"] if week.get("rows") else None
        found["MissingRise"] = missing_rise(covariates)
        found["ScoreDrift"] = covariates["columns"].get(SCORE, {}).get("psi")
    looks = week.get("drift" if week["measured"] is None else "drift_of_truth")
    found[SIGNS] = float(len(shown(looks))) if looks else None
    return {name: value for name, value in found.items() if value is not None}


def complete_days(lake: Lake, count: int) -> list[date]:
    """Return the last days of the lake that a later day, not one yet to come, has followed; oldest first."""
    tomorrow = datetime.now(UTC).date() + DAY
    days = DayFiles(lake, "transactions", TRANSACTIONS).days(None, tomorrow)
    return days[:-1][-count:]


def skew_of(lake: Bucket, manifest: Manifest, day: date) -> SkewCount:
    """Return the comparison of one day, read a few decisions at a time."""
    rebuilt = rebuilt_features(lake, manifest, day) if has_decisions(lake, day) else Rebuilt({}, {})
    for attempt in range(1, ATTEMPTS + 1):
        skew = SkewCount(manifest, rebuilt)
        try:
            for rows in decision_rows(lake, day):
                skew.add(rows)
        except NotFound:  # files were merged meanwhile
            if attempt == ATTEMPTS:
                raise
        else:
            break
    return skew


def rebuilt_features(lake: Lake, manifest: Manifest, day: date) -> Rebuilt:
    """Return the features of one day's transactions as training would see them."""
    start_us, end_us = start_of_day_us(day), start_of_day_us(day + DAY)
    history = HistoryStream(lake, buffer_us(manifest)).advance(day, day + DAY, end_us)
    rows = history.rows_between(start_us, end_us)
    ids = history.table["transaction_id"].slice(rows.start, rows.stop - rows.start).to_pylist()
    return Rebuilt({transaction_id: row for row, transaction_id in enumerate(ids)}, FeatureMatrix(manifest, history).columns(rows))


def skew_key(day: date) -> str:
    """Return the key of one day's report in the lake."""
    return f"reports/skew/dt={day.isoformat()}.json"


def store_skew(skew: SkewCount) -> None:
    """Put the share of all values, and of each view's; no share where nothing was compared, because 0 would be a claim."""
    manifest = skew.manifest
    store_metrics({"FeatureValuesCompared": float(len(skew.compared) * len(manifest.names))})
    if skew.compared:
        store_metrics({"FeatureSkewShare": skew.share(*manifest.names) or 0.0})
        for view in manifest.views:
            names = [feature.name for feature in manifest.features if feature.view == view]
            store_metrics({"FeatureSkewShare": skew.share(*names) or 0.0}, View=view)
