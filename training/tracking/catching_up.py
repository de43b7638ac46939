"""What MLflow does not know yet of an execution is told from what lies among the artifacts. Said twice, it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.errors import NotFound
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import (
    curves_key,
    decision_key,
    evaluation_key,
    mlflow_key,
    models_prefix,
    plan_key,
    report_key,
    train_tracking_key,
)
from training.job.bucket import Bucket
from training.job.control_copies import read_control
from training.tracking.evaluation_runs import EvaluationRuns, holdout_data
from training.tracking.execution_run import tell_execution_run
from training.tracking.registry import Registry, Verdict
from training.tracking.run_record import RunRecord
from training.tracking.runs import Tracking
from training.tracking.training_run import is_told, open_run, tell

if TYPE_CHECKING:
    from training.job.settings import Settings

EXECUTIONS = "executions/"


def catch_up(settings: Settings, execution: str) -> None:
    """Tell everything of this execution, then of those that left something, then what serves by now.

    Raises the first fault after trying all.
    """
    tell_execution(settings, execution)
    faults: list[Exception] = []
    for other in left_behind(Bucket(settings.artifacts_bucket)):
        try:
            tell_execution(settings, other)
        except Exception as error:
            faults.append(error)
    try:
        Registry(Tracking(settings, execution).client, settings.artifacts_bucket).follow(read_control(settings))
    except Exception as error:
        faults.append(error)
    if faults:
        raise faults[0]


def left_behind(artifacts: Bucket) -> list[str]:
    """Return the executions of which MLflow does not know everything, oldest first; earlier releases kept no such record."""
    keys = [key for key in artifacts.keys(EXECUTIONS) if key == mlflow_key(key.split("/")[1])]
    documents = {key.split("/")[1]: Tracking.document_of(body) for key, body in zip(keys, artifacts.get_many(keys), strict=True)}
    waiting = {execution: document for execution, document in documents.items() if document.get("is_complete") is False}
    return sorted(waiting, key=lambda execution: float(waiting[execution].get("opened_at", 0)))


def tell_execution(settings: Settings, execution: str) -> None:
    """Tell the trainings that left a record, and what came of them where there is a report."""
    tracking, artifacts = Tracking(settings, execution), Bucket(settings.artifacts_bucket)
    plan = artifacts.get_json(plan_key(execution))
    run_ids = tell_trainings(tracking, artifacts, plan)
    try:
        report = artifacts.get_json(report_key(execution))
    except NotFound:  # it failed before
        tracking.complete()
        return
    evaluation, decision = artifacts.get_json(evaluation_key(execution)), artifacts.get_json(decision_key(execution))
    verdict = Verdict(evaluation, decision, report["reported_at"])
    manifests = {item["name"]: read_manifest(artifacts, item["family"], item["version"]) for item in verdict.challengers}
    Registry(tracking.client, settings.artifacts_bucket).record(verdict, manifests, run_ids)
    holdout = holdout_data(evaluation, plan, list(load_manifest().inputs), settings)
    curves = artifacts.get_json(curves_key(execution))["candidates"]
    EvaluationRuns(tracking, evaluation, curves, holdout, run_ids).log()
    tell_execution_run(tracking, report, {"evaluation": evaluation, "decision": decision})
    tracking.complete()


def tell_trainings(tracking: Tracking, artifacts: Bucket, plan: dict[str, Any]) -> dict[str, str]:
    """Tell every training that MLflow does not know; return the run ids by the model's name, family/version."""
    parent_run_id = tracking.parent_run_id
    known = tracking.children(parent_run_id)
    run_ids: dict[str, str] = {}
    trainings = [(entry["family"], item["chunk"]) for entry in plan["families"] for item in entry["chunks"]]
    for family, chunk in trainings:
        try:
            record = RunRecord.from_bytes(artifacts.get(train_tracking_key(plan["execution"], family, chunk)))
        except NotFound:  # it never got so far
            continue
        ours = [run for run in known if (run.data.tags.get("family"), run.data.tags.get("chunk")) == (family, chunk)]
        run_id = open_run(tracking, record, parent_run_id, ours)
        if not is_told(run_id, ours):
            tell(tracking, run_id, record, lambda record=record: read_bundle(artifacts, record))  # type: ignore[misc]
        run_ids[f"{family}/{record.version}"] = run_id
    return run_ids


def read_bundle(artifacts: Bucket, record: RunRecord) -> tuple[BundleManifest, bytes]:
    """Return manifest and model of the bundle that a training made."""
    model = artifacts.get(models_prefix(record.family, record.version) + MODEL_FILE)
    return read_manifest(artifacts, record.family, record.version), model


def read_manifest(artifacts: Bucket, family: str, version: str) -> BundleManifest:
    """Return a bundle's manifest."""
    return BundleManifest.from_bytes(artifacts.get(models_prefix(family, version) + MANIFEST_FILE))
