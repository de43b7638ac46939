"""Real jobs inside the built image: to their end, killed and gone on with, refused, and as another user than root."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import checkpoint_prefix, decision_key, evaluation_key, models_prefix, report_key, train_result_key
from greenfraud.promotion import decide
from tests.image.containers import Container
from tests.image.image_jobs import Attempt, ImageJobs
from tests.training.checkpoint_bits import bits_of
from tests.training.reachable_workplace import HYPERPARAMETERS, first_training, keys, reachable_workplace
from tests.training.signalled_step import STEPS_BETWEEN_SAVES
from tests.training.workplace import EXECUTION
from training.model.savepoint import DIGEST_CHARACTERS, FILE_NAME

FAMILY, SEED = "light", 20180401


@pytest.fixture(scope="module")
def jobs(container_of: Callable[[str], Container], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageJobs]:
    """Jobs of an execution that trains one chunk; the features are built."""
    container = container_of("training")
    with reachable_workplace(tmp_path_factory.mktemp("image")) as workplace:
        workplace.plan([FAMILY], workplace.chunks[:1])
        jobs = ImageJobs(container, workplace)
        ended(jobs.run("features", HYPERPARAMETERS))
        yield jobs


def ended(attempt: Attempt) -> Attempt:
    """The attempt, which must have ended well."""
    assert attempt.finished.returncode == 0, attempt.log + attempt.finished.stderr
    return attempt


def taken(jobs: ImageJobs) -> dict[str, Any]:
    """Everything that a training's checkpoint and bundle are, but for what the attempt consumed; they are taken away."""
    orders, _ = first_training(jobs.workplace)
    checkpoint = f"{checkpoint_prefix(FAMILY, orders['version'])}checkpoint.pt"
    found = {**bits_of(content(jobs, checkpoint)), "onnx": content(jobs, model_key(jobs))}
    for key in (checkpoint, model_key(jobs), train_result_key(EXECUTION, FAMILY, orders["chunk"])):
        jobs.workplace.s3.delete_object(Bucket="artifacts", Key=key)
    return found


def content(jobs: ImageJobs, key: str) -> bytes:
    """An artifact's bytes."""
    return bytes(jobs.workplace.s3.get_object(Bucket="artifacts", Key=key)["Body"].read())


def model_key(jobs: ImageJobs) -> str:
    """Where the bundle's model lies."""
    return models_prefix(FAMILY, first_training(jobs.workplace)[0]["version"]) + MODEL_FILE


@pytest.fixture(scope="module")
def undisturbed(jobs: ImageJobs) -> tuple[dict[str, Any], Attempt]:
    """What a training leaves that nobody disturbed, and the attempt."""
    attempt = ended(jobs.run("train", *first_training(jobs.workplace)))
    return taken(jobs), attempt


def steps_of(attempt: Attempt, epochs: int) -> tuple[int, int]:
    """How many steps a whole fit has, and how many one epoch of it."""
    kept = (attempt.folder / "checkpoints" / FILE_NAME).read_bytes()[DIGEST_CHARACTERS:]
    steps: int = torch.load(io.BytesIO(kept), weights_only=True)["steps"]
    return steps, steps // epochs


def test_killed_mid_epoch_at_three_random_steps_a_job_ends_with_the_same_bits(jobs, undisturbed):
    """Each attempt goes on from the savepoint of the one before it; weights, replay sample and bundle are an unbroken job's."""
    bits, whole = undisturbed
    steps, per_epoch = steps_of(whole, bits["report"]["epochs"])
    mid_epoch = [step for step in range(STEPS_BETWEEN_SAVES + 1, steps) if step % per_epoch]
    killed_in = sorted(random.Random(SEED).sample(mid_epoch, 3))
    print(f"killed in steps {killed_in} of {steps}, {per_epoch} an epoch, saved every {STEPS_BETWEEN_SAVES}")
    checkpoints, kept = None, 0
    for step in killed_in:
        attempt = jobs.run_disturbed(*first_training(jobs.workplace), killed_in_step=step - kept, checkpoints=checkpoints)
        assert attempt.is_killed, attempt.finished.stderr
        assert attempt.log == (f"the fit goes on after step {kept}\n" if kept else "the fit begins\n")
        assert model_key(jobs) not in keys(jobs.workplace, "artifacts")
        checkpoints, kept = attempt.folder / "checkpoints", (step - 1) // STEPS_BETWEEN_SAVES * STEPS_BETWEEN_SAVES
    attempt = ended(jobs.run("train", *first_training(jobs.workplace), checkpoints=checkpoints))
    assert attempt.log.startswith(f"the fit goes on after step {kept}\n")
    assert taken(jobs) == bits


def test_a_wrong_hyperparameter_ends_the_job_with_its_reason(jobs):
    """Where SageMaker reads it."""
    orders, channels = first_training(jobs.workplace)
    attempt = jobs.run("train", orders | {"family": "feather"}, channels)
    assert attempt.finished.returncode == 1
    assert "hyperparameter family: Input should be 'baseline', 'light' or 'heavy', not 'feather'" in attempt.failure


def test_a_job_needs_no_root_where_its_folders_are_its_own(jobs, undisturbed):
    """Only SageMaker's mounts ask for it: the image's own files are read, never written."""
    attempt = ended(jobs.run("train", *first_training(jobs.workplace), user="65532:65532"))
    assert not (attempt.folder / "output" / "failure").exists()
    assert taken(jobs) == undisturbed[0]


def test_every_step_of_an_execution_runs_in_it_and_leaves_its_result(jobs):
    """Result, bundle, judgement and report, as the next state and serving read them."""
    workplace, execution = jobs.workplace, HYPERPARAMETERS
    ended(jobs.run("materialize", execution))
    ended(jobs.run("train", *first_training(workplace)))
    orders = first_training(workplace)[0]
    result = workplace.document(train_result_key(EXECUTION, FAMILY, orders["chunk"]))
    assert (result["family"], result["version"], result["energy_kwh"] > 0) == (FAMILY, orders["version"], True)
    prefix = models_prefix(FAMILY, orders["version"])
    body = {
        key: workplace.s3.get_object(Bucket="artifacts", Key=prefix + key)["Body"].read() for key in (MANIFEST_FILE, MODEL_FILE)
    }
    manifest = BundleManifest.from_bytes(body[MANIFEST_FILE])
    manifest.verify_files({MODEL_FILE: body[MODEL_FILE]})
    manifest.verify_features(load_manifest())
    holdout = workplace.document(f"executions/{EXECUTION}/plan.json")["holdout"]
    ended(jobs.run("evaluate", {"execution": EXECUTION, "holdout_chunk": holdout["chunk"]}, {"holdout": holdout["features_uri"]}))
    decision = decide(workplace.document(evaluation_key(EXECUTION))).to_json()
    workplace.s3.put_object(Bucket="artifacts", Key=decision_key(EXECUTION), Body=json.dumps(decision).encode())
    ended(jobs.run("report", execution))
    assert workplace.document(report_key(EXECUTION))["families"].keys() == {FAMILY}
