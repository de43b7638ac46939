"""A full refit learns every chunk at once and from nothing; trainings after it say what they saved against it."""

from __future__ import annotations

import json

import pytest
import torch
from workplace import Workplace, training_job

from greenfraud.naming import checkpoint_prefix, chunk_list_key, features_key, features_root, s3_uri, train_result_key
from training.job.bucket import Bucket
from training.job.settings import Settings
from training.model.checkpoint import Checkpoint
from training.tracking.full_refit import COSTS, IS_REFIT, UNMEASURED, saved, trainings
from training.tracking.runs import Tracking

pytestmark = pytest.mark.xdist_group("training-jobs")
CHAIN, REFIT, AFTER = "aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"


@pytest.fixture(scope="module")
def chained(tracked: Workplace) -> Workplace:
    """A lake with features, after light has learned all chunks but the newest, chunk by chunk."""
    plan = tracked.plan(["light"], tracked.chunks, CHAIN)
    tracked.run("features", {"execution": CHAIN})
    for chunk in plan["families"][0]["chunks"][:-1]:
        tracked.run("train", *training_job(plan, "light", chunk))
    return tracked


@pytest.fixture(scope="module")
def refitted(chained: Workplace) -> Workplace:
    """The same after a full refit of the same chunks."""
    learned = [chunk.id for chunk in chained.chunks[:-1]]
    version = features_root(chained.plan(["light"], chained.chunks, AFTER)["manifest_version"])
    files = [features_key(version.split("/")[1], chunk).removeprefix(version) for chunk in learned]
    body = json.dumps([{"prefix": s3_uri("lake", version)}, *files]).encode()
    chained.s3.put_object(Bucket="artifacts", Key=chunk_list_key(REFIT, learned[-1]), Body=body)
    plan = chained.plan(["light"], chained.chunks[:-1][-1:], REFIT)
    job = plan["families"][0]["chunks"][0] | {"features_uri": s3_uri("artifacts", chunk_list_key(REFIT, learned[-1]))}
    chained.run("train", *training_job(plan, "light", job))
    return chained


def result(workplace: Workplace, execution: str, index: int) -> dict:
    """What light left of one chunk."""
    return workplace.document(train_result_key(execution, "light", workplace.chunks[index].id))


def test_it_learns_all_chunks_at_once_and_nothing_of_the_holdout(refitted: Workplace) -> None:
    """As many rows as the chain learned in turn, without a parent."""
    learned, turns = result(refitted, REFIT, -2), [result(refitted, CHAIN, index) for index in range(len(refitted.chunks) - 1)]
    assert learned["chunks"] == [chunk.id for chunk in refitted.chunks[:-1]]
    assert (learned["rows"], learned["frauds"]) == tuple(sum(turn[name] for turn in turns) for name in ("rows", "frauds"))
    assert (learned["parent_version"], learned["is_brief"], learned["is_full_refit"]) == (None, False, True)
    key = f"{checkpoint_prefix('light', learned['version'])}checkpoint.pt"
    checkpoint = Checkpoint.from_bytes(Bucket("artifacts").get(key))
    assert checkpoint.chunks == learned["chunks"]
    assert torch.isfinite(checkpoint.network(checkpoint.replay.values)).all()


def test_before_a_full_refit_nothing_is_known_to_be_saved(chained: Workplace) -> None:
    """Unavailable, with what measures it; not zero."""
    first = result(chained, CHAIN, 0)["saved"]
    assert first == {**dict.fromkeys(COSTS), "against": None, "reason": UNMEASURED}


def test_a_full_refit_saves_nothing_against_itself(refitted: Workplace) -> None:
    """It is what others are compared with."""
    assert result(refitted, REFIT, -2)["saved"]["reason"] == IS_REFIT


def test_the_next_chunk_tells_what_it_saved(refitted: Workplace) -> None:
    """In its result, in its MLflow run and in the execution's report: the refit's costs less its own."""
    plan = refitted.plan(["light"], refitted.chunks[-1:], AFTER)
    job = plan["families"][0]["chunks"][0] | {"parent_uri": s3_uri("artifacts", checkpoint_prefix("light", version_of(refitted)))}
    assert Tracking(Settings.from_env(), AFTER).parent_run_id  # as the features job leaves it
    refitted.run("train", *training_job(plan, "light", job))
    after, refit = result(refitted, AFTER, -1), result(refitted, REFIT, -2)
    assert after["parent_version"] == after["saved"]["against"] == refit["version"]
    for name in COSTS:
        assert after["saved"][name] == pytest.approx(refit[name] - after[name])
    assert saved(Bucket("artifacts"), trainings(Bucket("artifacts"), plan)["light"]) == after["saved"]
    logged = refitted.tracking().client.get_run(after["mlflow_run_id"]).data.metrics
    assert logged["saved_energy_kwh"] == pytest.approx(after["saved"]["energy_kwh"])


def version_of(workplace: Workplace) -> str:
    """The refit's version."""
    return str(result(workplace, REFIT, -2)["version"])
