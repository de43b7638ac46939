"""A week in which nobody reported a fraud is learned in its place, and moves nobody's score."""

from __future__ import annotations

from datetime import timedelta

import pytest
from workplace import EXECUTION, Workplace

from greenfraud.bundle import MANIFEST_FILE, BundleManifest
from greenfraud.naming import checkpoint_prefix, labels_prefix, models_prefix, train_result_key
from training.model.checkpoint import FILE_NAME, Checkpoint

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("training-jobs")]


@pytest.fixture(scope="module")
def quiet(tracked: Workplace) -> Workplace:
    """Whole chunks, but for the last one's reports, which come seven days after the payments."""
    for day in tracked.chunks[-1].days:
        tracked.s3.delete_object(Bucket="lake", Key=f"{labels_prefix(day + timedelta(days=7))}part-0.parquet")
    plan = tracked.plan(["baseline"], tracked.chunks)
    tracked.run("features", {"execution": plan["execution"]})
    tracked.train(plan)
    return tracked


def checkpoint_of(workplace: Workplace, version: str) -> Checkpoint:
    """What a job left to the next one."""
    key = checkpoint_prefix("baseline", version) + FILE_NAME
    return Checkpoint.from_bytes(workplace.s3.get_object(Bucket="artifacts", Key=key)["Body"].read())


def test_its_job_leaves_the_parents_model_under_its_own_version(quiet: Workplace) -> None:
    """With the week among the chunks learned, a bundle that says so, and nothing fitted."""
    before, after = (quiet.document(train_result_key(EXECUTION, "baseline", chunk.id), "artifacts") for chunk in quiet.chunks[-2:])
    assert (after["frauds"], after["epochs"], after["loss"], after["is_brief"]) == (0, 0, None, True)
    assert after["chunks"] == [quiet.chunks[-1].id]
    parent, child = (checkpoint_of(quiet, result["version"]) for result in (before, after))
    assert child.chunks == [chunk.id for chunk in quiet.chunks]
    assert (child.network.platt == parent.network.platt).all()
    assert len(child.replay) > len(parent.replay)
    body = quiet.s3.get_object(Bucket="artifacts", Key=models_prefix("baseline", after["version"]) + MANIFEST_FILE)["Body"].read()
    assert BundleManifest.from_bytes(body).chunks == child.chunks
