"""What MLflow's users find: nested runs, a step per epoch, what was given and consumed, how the holdout went."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any
from xml.etree import ElementTree as ET

import mlflow
import pytest
from mlflow.entities import Run, ViewType
from workplace import EXECUTION, Workplace

from greenfraud.features.manifest import load_manifest
from greenfraud.naming import checkpoint_prefix, evaluation_key, train_result_key, version_of
from training.job.contract import JobPaths
from training.job.footprint import Footprint
from training.job.hyperparameters import TrainHyperparameters
from training.job.settings import Settings
from training.job.training_job import TrainingJob
from training.model.checkpoint import Checkpoint
from training.tracking.datasets import Data
from training.tracking.training_run import open_in_its_job, record_of, tell

pytestmark = pytest.mark.xdist_group("training-jobs")
SAVED = {"energy_kwh": None, "emissions_g": None, "duration_seconds": None}
FOOTPRINT = Footprint(0.0, 1.0, 1.0, 100.0, 1e-6, 1e-5, "constant")


def children(workplace: Workplace, **tags: str) -> list[Run]:
    """Runs below the execution's, oldest chunk first."""
    tracking = workplace.tracking()
    wanted = {"mlflow.parentRunId": tracking.parent_run_id, **tags}
    text = " and ".join(f"tags.`{name}` = '{value}'" for name, value in wanted.items())
    runs = tracking.client.search_runs([tracking.experiment_id], text)
    return sorted(runs, key=lambda run: str(run.data.tags["chunk"]))


def result(workplace: Workplace, run: Run) -> dict[str, Any]:
    """The small result of the job that made a run."""
    return workplace.document(train_result_key(EXECUTION, run.data.tags["family"], run.data.tags["chunk"]))


def checkpoint_of(workplace: Workplace, family: str, version: str) -> Checkpoint:
    """What a job left to its children."""
    key = f"{checkpoint_prefix(family, version)}checkpoint.pt"
    return Checkpoint.from_bytes(workplace.s3.get_object(Bucket="artifacts", Key=key)["Body"].read())


def inputs(run: Run) -> Iterator[tuple[str, Any]]:
    """Context and dataset of everything a run was given."""
    for given in run.inputs.dataset_inputs:
        (context,) = (tag.value for tag in given.tags if tag.key == "mlflow.data.context")
        yield context, given.dataset


def artifact(workplace: Workplace, run: Run, path: str) -> bytes:
    """A file of a run."""
    bucket, prefix = run.info.artifact_uri.removeprefix("s3://").split("/", 1)
    return bytes(workplace.s3.get_object(Bucket=bucket, Key=f"{prefix}/{path}")["Body"].read())


def test_an_execution_has_one_parent_and_a_child_per_family_and_chunk(reported: Workplace) -> None:
    """The parent is found by the execution's tag, and all of them have ended."""
    runs = children(reported)
    expected = {(family, chunk.id) for family in ("baseline", "light") for chunk in reported.chunks}
    assert expected == {(run.data.tags["family"], run.data.tags["chunk"]) for run in runs}
    parent = reported.tracking().client.get_run(reported.tracking().parent_run_id)
    assert {"FINISHED"} == {run.info.status for run in [parent, *runs]}
    assert all(parent.info.start_time <= run.info.start_time <= run.info.end_time <= parent.info.end_time for run in runs)


def test_every_epoch_is_one_step(trained: Workplace) -> None:
    """Loss and learning rate, as the fit had them."""
    client = trained.tracking().client
    for run in children(trained, family="light"):
        history = {name: client.get_metric_history(run.info.run_id, name) for name in ("loss", "learning_rate")}
        found = {name: {metric.step: metric.value for metric in metrics} for name, metrics in history.items()}
        report = checkpoint_of(trained, "light", run.data.tags["version"]).report
        assert found == {name: dict(enumerate(values, 1)) for name, values in report["history"].items()}
        assert result(trained, run)["epochs"] == len(history["loss"]) == len(history["learning_rate"])
        assert run.data.metrics["loss"] == result(trained, run)["loss"]


def test_a_run_covers_its_training_and_tells_what_it_consumed(trained: Workplace) -> None:
    """Grams never stand without their method."""
    for run in children(trained):
        told, spent = run.data.metrics, result(trained, run)
        assert run.info.end_time - run.info.start_time >= 1000 * spent["duration_seconds"]
        assert {"energy_kwh", "emissions_g"} <= {name for name in spent if spent[name] == told.get(name)}
        assert told["emissions_g"] == pytest.approx(told["energy_kwh"] * told["pue"] * told["intensity_g_per_kwh"])
        assert told["system/cpu_seconds"] == spent["cpu_seconds"]
        assert told["system/peak_memory_mb"] > 100
        assert run.data.tags["emissions_method"] == "reserved"
        assert run.data.tags["measured_method"] in {"rapl", "cpu_load", "constant"}
        parts = [told[f"measured/{part}_kwh"] for part in ("cpu", "memory", "gpu")]
        assert told["measured/energy_kwh"] == pytest.approx(sum(parts))
        assert told["embodied_g"] == spent["embodied_g"] > 0
        assert run.data.tags["intensity_source"] == "Cloud Carbon Footprint"


def test_a_run_names_the_chunk_it_learned_and_the_sample_it_replayed(trained: Workplace) -> None:
    """By address and digest of the files, which are still there to compare: a chunk that was told of later labels, as a version."""
    for run in children(trained):
        given = dict(inputs(run))
        assert ("replay" in given) == (result(trained, run)["parent_version"] is not None)
        for dataset in given.values():
            bucket, key = mlflow.data.get_source(dataset).uri.removeprefix("s3://").split("/", 1)
            versions = trained.s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
            bodies = [trained.s3.get_object(Bucket=bucket, Key=key, VersionId=one["VersionId"])["Body"].read() for one in versions]
            assert any(hashlib.sha256(body).hexdigest().startswith(dataset.digest) for body in bodies)
        profile = json.loads(given["training"].profile)
        assert [result(trained, run)[name] for name in ("rows", "frauds")] == [profile["num_rows"], profile["frauds"]]
        columns = [column["name"] for column in json.loads(given["training"].schema)["mlflow_colspec"]]
        assert columns == [*load_manifest().inputs, "is_fraud"]


def test_families_that_tell_of_their_common_chunk_at_once_do_not_fail(trained: Workplace) -> None:
    """MLflow's database refuses all but the first of those that found the chunk unknown."""
    runs, tracking, barrier = children(trained), trained.tracking(), Barrier(3, timeout=300)
    names = [f"common {number}" for number in range(20)]

    def tell(run: Run) -> None:
        for name in names:
            data = Data(name, "s3://lake/common", "0123456789abcdef", ["amount"], 1, 0)
            barrier.wait()
            tracking.log_inputs(run.info.run_id, [data.as_input("training")])

    assert tracking.experiment_id
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(tell, runs[:3]))
    told = [[dataset.name for _, dataset in inputs(run)] for run in children(trained)[:3]]
    assert [[found.count(name) for name in names] for found in told] == [[1] * len(names)] * 3


def test_a_resumed_job_logs_no_epoch_twice(trained: Workplace, tmp_path: Path) -> None:
    """The run that the interrupted attempt left behind is out of sight."""
    chunk = trained.chunks[-1].id
    version = version_of(chunk, EXECUTION)
    orders = {"execution": EXECUTION, "family": "light", "chunk": chunk, "version": version, "is_last": "true"}
    features = load_manifest().input_hashes
    told = TrainHyperparameters.read(orders)
    job = TrainingJob(JobPaths(tmp_path), told, Settings.from_env(), features)
    checkpoint = checkpoint_of(trained, "light", version)
    tracking = trained.tracking()
    told_before = children(trained, family="light", chunk=chunk)
    attempts = [replace(record_of(job, checkpoint, FOOTPRINT, SAVED), name=name, has_bundle=False) for name in ("first", "second")]
    first = open_in_its_job(tracking, attempts[0])
    tracking.log(first, history=attempts[0].history)
    second = open_in_its_job(tracking, attempts[1])
    for _ in range(2):
        assert open_in_its_job(tracking, attempts[1]) == second
        tell(tracking, second, attempts[1], lambda: None)
    runs = tracking.client.search_runs([tracking.experiment_id], f"tags.version = '{version}'", run_view_type=ViewType.ALL)
    found = {run.info.run_id: (run.info.status, run.info.lifecycle_stage) for run in runs}
    assert found[first] == ("RUNNING", "deleted")
    assert found[second] == ("FINISHED", "active")
    history = tracking.client.get_metric_history(second, "loss")
    assert [metric.step for metric in history] == list(range(1, checkpoint.report["epochs"] + 1))
    tracking.discard(second)  # the other tests know nothing of it
    tracking.client.restore_run(told_before[0].info.run_id)


def test_the_holdout_is_on_the_run_that_finished_each_challenger(reported: Workplace) -> None:
    """Every measure with its interval, the data it stands on, and two plots."""
    document = reported.document(evaluation_key(EXECUTION))
    for candidate in document["candidates"]:
        run = reported.tracking().client.get_run(candidate["mlflow_run_id"])
        assert run.data.tags["chunk"] == reported.chunks[-1].id
        measured, told = candidate["metrics"]["average_precision"], run.data.metrics
        assert told["holdout/average_precision"] == measured["value"]
        assert all(told[f"holdout_interval/average_precision_{end}"] == measured[end] for end in ("low", "high"))
        assert dict(inputs(run))["evaluation"].name == f"holdout {document['holdout']['chunk']}"
        for plot in ("precision_recall", "calibration"):
            picture = ET.fromstring(artifact(reported, run, f"holdout/{plot}.svg"))
            assert any(candidate["name"] in (text.text or "") for text in picture.iter("{http://www.w3.org/2000/svg}text"))


def test_the_executions_run_sums_up(reported: Workplace) -> None:
    """Totals of all jobs, each counted once; the gate's reasons; all candidates in one plot."""
    run = reported.tracking().client.get_run(reported.tracking().parent_run_id)
    listed = reported.s3.list_objects_v2(Bucket="lake", Prefix="emissions/")["Contents"]
    records = [reported.document(item["Key"], "lake") for item in listed]
    for name in ("emissions_g", "embodied_g", "energy_kwh", "duration_seconds"):
        assert run.data.metrics[f"{name}_total"] == pytest.approx(sum(record[name] for record in records))
    assert run.data.tags["emissions_method"] == "reserved"
    assert run.data.tags["intensity_source"] == "Cloud Carbon Footprint"
    assert "average precision" in run.data.tags["mlflow.note.content"]
    assert [context for context, _ in inputs(run)] == ["evaluation"]
    assert b"light/" in artifact(reported, run, "holdout/precision_recall.svg")
    assert json.loads(artifact(reported, run, "report.json"))["decision"] == run.data.params["decision"]
