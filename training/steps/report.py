"""Job `report`: sum the execution up in report.json and on pages, and tell MLflow all that it does not know yet."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from greenfraud.instants import SECOND_US, format_rfc3339
from greenfraud.naming import decision_key, emissions_key, evaluation_key, plan_key, report_key
from training.job.bucket import Bucket
from training.job.footprint import Meter, store_footprint, store_metrics
from training.job.hyperparameters import Hyperparameters
from training.job.settings import Settings
from training.job.training_age import AGE, JUST_NOW
from training.pages.gathering import Gathering
from training.pages.writing import write_pages
from training.tracking.catching_up import catch_up
from training.tracking.full_refit import saved, trainings
from training.tracking.past_run import past_run
from training.tracking.patience import Patience
from training.tracking.runs import Tracking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training.job.contract import JobPaths

log = logging.getLogger(__name__)
REPORTED_METRICS = ("average_precision", "auc_roc", "card_precision_at_100")
EMISSION_AMOUNTS = ("emissions_g", "embodied_g", "energy_kwh", "duration_seconds")
STAGES = ("features", "train", "evaluate", "materialize", "report")  # of the jobs of one execution
SEGMENT_METRICS = ("average_precision", "recall_at_fpr_1pct", "expected_cost_minor")


def main(paths: JobPaths) -> None:
    """Read evaluation and decision; sum up; draw the pages; tell MLflow."""
    hyperparameters = Hyperparameters.read(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    artifacts = Bucket(settings.artifacts_bucket)
    documents = read_documents(artifacts, hyperparameters.execution)
    plan = artifacts.get_json(plan_key(hyperparameters.execution))
    patience, tracking = Patience(), Tracking(settings, hyperparameters.execution)
    run_id = patience.attempt("the execution's run", lambda: tracking.parent_run_id)
    report = make_report(hyperparameters.execution, documents, run_id)
    results = trainings(artifacts, plan)
    report |= {name: plan.get(name) for name in ("started_by", "worth")}  # None of a plan of an earlier release, or of no such run
    report["quarantined"] = quarantined(plan, documents["evaluation"], results)
    for family, figures in report["families"].items():
        figures["saved"] = saved(artifacts, results[family])
    store_footprint(settings, "report", meter.stop())
    records = records_of_execution(Bucket(settings.lake_bucket), plan)  # of this job among them
    report |= {**totals(records), "methods": methods(records), "reported_at": time.time()}
    artifacts.put_json(report_key(hyperparameters.execution), report)
    ended_at = format_rfc3339(int(report["reported_at"]) * SECOND_US)
    run = past_run({**documents, "plan": plan}, results, records, ended_at)
    artifacts.put_json(run.key, run.to_json())
    gathering = Gathering(settings)
    write_pages(artifacts, lambda: gathering.documents(report, plan, documents, results, records))
    store_metrics({AGE: JUST_NOW})
    patience.attempt("the report", lambda: catch_up(settings, hyperparameters.execution))
    patience.count()
    log.info("report: %s %s", report["decision"], report["promoted"])


def read_documents(artifacts: Bucket, execution: str) -> dict[str, dict[str, Any]]:
    """Return the evaluation and the decision of an execution."""
    return {
        "evaluation": artifacts.get_json(evaluation_key(execution)),
        "decision": artifacts.get_json(decision_key(execution)),
    }


def make_report(execution: str, documents: dict[str, dict[str, Any]], parent_run_id: str | None) -> dict[str, Any]:
    """Return what the execution came to, without its total emissions."""
    decision, evaluation = documents["decision"], documents["evaluation"]
    is_promoted = decision["outcome"] == "promote"
    return {
        "execution": execution,
        "decision": decision["outcome"],
        "reasons": decision["reasons"],
        "promoted": {name: decision[name] for name in ("family", "version")} if is_promoted else None,
        "holdout": evaluation["holdout"],
        "families": {item["family"]: _family(item) for item in _challengers(evaluation)},
        "segments": [_segment(segment, _challengers(evaluation)) for segment in evaluation["segments"]],
        "mlflow_parent_run_id": parent_run_id,
    }


def quarantined(plan: dict[str, Any], evaluation: dict[str, Any], results: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """Return what is wrong with each chunk that is kept from learning: known when the execution was planned, or found in it."""
    found = {
        result["chunk"]: result["quarantined"] for family in results.values() for result in family if result.get("quarantined")
    }
    holdout = evaluation["holdout"]
    judged_on = {holdout["chunk"]: holdout["quarantined"]} if holdout.get("quarantined") else {}
    return {**plan.get("quarantined", {}), **found, **judged_on}


def _challengers(evaluation: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in evaluation["candidates"] if item["role"] == "challenger"]


def _segment(segment: dict[str, Any], challengers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the counts of a segment, and each family's figures there with interval, size or reason."""
    metrics = {item["family"]: item["segments"][segment["name"]]["metrics"] for item in challengers}
    return {**segment, "families": {family: {name: found[name] for name in SEGMENT_METRICS} for family, found in metrics.items()}}


def _family(candidate: dict[str, Any]) -> dict[str, Any]:
    values = {name: candidate["metrics"][name]["value"] for name in REPORTED_METRICS}
    return {**values, **{name: candidate[name] for name in ("energy_kwh", "emissions_g", "version")}}


def records_of_execution(lake: Bucket, plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the record of every job of an execution that has written one so far.

    A job's name ends with the execution, or for a training job with a key made from it.
    """
    endings = {plan["execution"], *(item["job_key"] for family in plan["families"] for item in family["chunks"])}
    keys = [key for key in _records_of_jobs(lake, plan["date"]) if key.removesuffix(".json").rpartition("-")[2] in endings]
    return [json.loads(body) for body in lake.get_many(keys)]


def _records_of_jobs(lake: Bucket, first_day: str) -> Iterator[str]:
    """Yield the records of jobs since the day of a plan; those of serving, which are many more, are not listed."""
    day, today = datetime.strptime(first_day, "%Y%m%d").replace(tzinfo=UTC).date(), datetime.now(UTC).date()
    while day <= today:
        for stage in STAGES:
            yield from lake.keys(emissions_key(day, stage, "").removesuffix(".json"))
        day += timedelta(days=1)


def totals(records: list[dict[str, Any]]) -> dict[str, float]:
    """Return gCO2e, kilowatt-hours before PUE and seconds of all records together."""
    return {f"{name}_total": float(sum(record.get(name) or 0.0 for record in records)) for name in EMISSION_AMOUNTS}


def methods(records: list[dict[str, Any]]) -> dict[str, str]:
    """Return how the records were measured, and the source of the grid's carbon intensity."""
    found = {"emissions_method": "method", "intensity_source": "intensity_source"}
    return {tag: ", ".join(sorted({record[name] for record in records})) for tag, name in found.items()}
