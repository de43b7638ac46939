"""A chunk whose data are at fault is found when its features are written, learned by nobody, and let through on somebody's word."""

from __future__ import annotations

import json

import boto3
import pytest
from workplace import EXECUTION, Workplace, training_job

from greenfraud.bundle import MANIFEST_FILE, BundleManifest
from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.gate.margins import Margins
from greenfraud.naming import (
    chunk_list_key,
    evaluation_key,
    features_key,
    models_prefix,
    profile_key,
    quarantine_key,
    s3_uri,
    train_result_key,
    version_of,
)
from greenfraud.promotion import decide
from greenfraud.quarantine import Accepted, put_quarantined, read_quarantine
from training.features import data_faults

pytestmark = pytest.mark.xdist_group("training-jobs")
VERSION = load_manifest().version


@pytest.fixture(scope="module")
def broken(tracked: Workplace) -> Workplace:
    """Two whole chunks, then five days of the third are lost on their way; features are written and judged."""
    lose(tracked, tracked.chunks[-1], days=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_faults, "MINIMUM_REFERENCE", 2)
        plan = tracked.plan(["baseline"], tracked.chunks)
        tracked.run("features", {"execution": plan["execution"]})
        tracked.train(plan)
        yield tracked


def lose(workplace: Workplace, chunk: Chunk, *, days: int) -> None:
    """Take some days' payments out of the lake."""
    for day in chunk.days[:days]:
        workplace.s3.delete_object(Bucket="lake", Key=f"transactions/dt={day}/part-0.parquet")


def results(workplace: Workplace) -> list[dict]:
    """What the training jobs left."""
    return [workplace.document(train_result_key(EXECUTION, "baseline", chunk.id)) for chunk in workplace.chunks]


def test_what_is_wrong_stands_beside_the_features_and_on_record(broken: Workplace) -> None:
    """The chunks before are whole."""
    profiles = [broken.document(profile_key(VERSION, chunk.id), "lake") for chunk in broken.chunks]
    assert [bool(profile["faults"]) for profile in profiles] == [False, False, True]
    found = read_quarantine(broken.s3, "lake")
    assert list(found) == [broken.chunks[-1].id]
    assert "traffic is missing" in found[broken.chunks[-1].id].words


def test_nobody_learns_a_held_chunk_and_the_parent_goes_on(broken: Workplace) -> None:
    """Under the job's version, with a bundle where it was the last one, so that what came before is judged all the same."""
    _, before, held = results(broken)
    assert (before.get("quarantined"), held["chunks"], held["loss"]) == (None, [], None)
    assert "traffic is missing" in held["quarantined"][0]
    assert held["parent_version"] == before["version"]
    version = version_of(broken.chunks[-1].id, EXECUTION)
    body = broken.s3.get_object(Bucket="artifacts", Key=models_prefix("baseline", version) + MANIFEST_FILE)["Body"].read()
    manifest = BundleManifest.from_bytes(body)
    assert manifest.version == version
    assert manifest.chunks == [chunk.id for chunk in broken.chunks[:-1]]


def test_a_family_that_knows_nothing_yet_says_that_it_cannot_begin_with_a_held_chunk(broken: Workplace) -> None:
    """There is nothing to pass on; what to do is said."""
    plan = broken.plan(["light"], broken.chunks[-1:], "0123456789ff")
    orders, channels = training_job(plan, "light", plan["families"][0]["chunks"][0])
    with pytest.raises(AssertionError, match=r"is in quarantine .traffic is missing.* let it through with accept"):
        broken.run("train", orders, channels)


def test_a_full_refit_leaves_a_held_chunk_out(broken: Workplace) -> None:
    """It learns all the others."""
    last = broken.chunks[-1].id
    keys = [name(VERSION, chunk.id) for chunk in broken.chunks for name in (features_key, profile_key)]
    root = f"features/{VERSION}/"
    listing = [{"prefix": s3_uri("lake", root)}, *(key.removeprefix(root) for key in keys)]
    key = chunk_list_key("0123456789ee", last)
    broken.s3.put_object(Bucket="artifacts", Key=key, Body=json.dumps(listing).encode())
    plan = broken.plan(["baseline"], broken.chunks[-1:], "0123456789ee")
    orders, channels = training_job(plan, "baseline", plan["families"][0]["chunks"][0])
    broken.run(
        "train",
        orders,
        {**channels, "features": s3_uri("artifacts", key), "parent": s3_uri("artifacts", "checkpoints/baseline/genesis/")},
    )
    result = broken.document(train_result_key("0123456789ee", "baseline", last))
    assert result["chunks"] == [chunk.id for chunk in broken.chunks[:-1]]
    assert result["is_full_refit"]


def test_nobody_is_judged_on_a_held_holdout(broken: Workplace) -> None:
    """The gate rejects and says why."""
    assert broken.holdout is not None
    key = profile_key(VERSION, broken.holdout.id)
    whole = broken.document(key, "lake")
    broken.s3.put_object(Bucket="lake", Key=key, Body=json.dumps(whole | {"faults": ["reports are missing"]}).encode())
    broken.evaluate()
    evaluation = broken.document(evaluation_key(EXECUTION))
    assert evaluation["holdout"]["quarantined"] == ["reports are missing"]
    decision = decide(evaluation, Margins(minimum_frauds=0))
    assert decision.outcome == "reject"
    assert "the holdout is in quarantine: reports are missing" in decision.reasons[-1]
    broken.s3.put_object(Bucket="lake", Key=key, Body=json.dumps(whole).encode())


def test_what_somebody_lets_through_is_learned(broken: Workplace) -> None:
    """Who and why stay on record, beside the features too."""
    last = broken.chunks[-1].id
    found = read_quarantine(broken.s3, "lake")[last]
    accepted = Accepted(by="arn:aws:iam::123456789012:user/ann", why="the shops were closed", execution="arn", at="2018-05-20")
    put_quarantined(broken.s3, "lake", type(found)(chunk=last, faults=found.faults, found_at=found.found_at, accepted=accepted))
    plan = broken.plan(["baseline"], broken.chunks)
    broken.run("features", {"execution": plan["execution"]})
    assert broken.document(profile_key(VERSION, last), "lake")["accepted"]["why"] == "the shops were closed"
    broken.run("train", *training_job(plan, "baseline", plan["families"][0]["chunks"][-1]))
    learned = results(broken)[-1]
    assert (learned.get("quarantined"), learned["chunks"]) == (None, [last])
    assert broken.document(quarantine_key(last), "lake")["accepted"]["by"].endswith("user/ann")


def test_how_many_are_held_is_a_metric(broken: Workplace) -> None:
    """Of the features job, and every night of the monitor."""
    names = [metric["MetricName"] for metric in boto3.client("cloudwatch").list_metrics(Namespace="GreenFraud")["Metrics"]]
    assert "QuarantinedChunks" in names
