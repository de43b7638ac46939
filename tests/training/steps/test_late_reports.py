"""A training job learns what became known of the past, and its result says how much that was."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pyarrow as pa
from late_world import VERSION, WEEKS, execute, lake
from memory_lake import MemoryLake

from greenfraud.features.manifest import load_manifest
from greenfraud.naming import features_prefix
from training.features.late_rows import numbers_of
from training.job.contract import JobPaths
from training.job.hyperparameters import TrainHyperparameters
from training.job.settings import Settings
from training.job.training_job import TrainingJob
from training.model.checkpoint import Checkpoint
from training.steps.train import read_sample, trained


def learn_week(found: MemoryLake, number: int, folder: Path, parent: Checkpoint | None) -> Checkpoint:
    """What the training job makes of a week's folder in the lake."""
    channel = folder / str(number) / "input" / "data" / "features"
    channel.mkdir(parents=True)
    for key in found.keys(features_prefix(VERSION, WEEKS[number].id)):
        (channel / key.rpartition("/")[2]).write_bytes(found.objects[key])
    told = {"family": "light", "chunk": WEEKS[number].id, "version": f"{number}", "execution": "0" * 12, "is_last": "true"}
    features = load_manifest().input_hashes
    job = TrainingJob(JobPaths(folder / str(number)), TrainHyperparameters.read(told), cast("Settings", None), features)
    return trained(job, read_sample(job), parent)


def test_a_late_report_is_learned_by_the_next_training_and_by_no_other(tmp_path: Path):
    """Its row stands in the sample of the past once, as a fraud; a job that had it already learns nothing late."""
    found = lake(("x01", True, 5.0), ("x02", True, 24.0))
    execute(found, 0)
    parent = learn_week(found, 0, tmp_path, None)
    assert (parent.report["frauds"], parent.known_us) == (1, WEEKS[2].start_us - 1)
    execute(found, 2)
    child = learn_week(found, 2, tmp_path, parent)
    assert (child.report["rows"], child.report["late_rows"], child.report["late_frauds"]) == (7, 1, 1)
    (number,) = numbers_of(pa.chunked_array([["x02"]]))
    assert child.replay.is_fraud[child.replay.ids == number].tolist() == [True]
    execute(found, 3)
    assert learn_week(found, 3, tmp_path, child).report["late_rows"] == 0
