"""Real jobs as processes of their own, killed or told to stop in the middle of their work, and started again."""

from __future__ import annotations

import io
import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from checkpoint_bits import bits_of
from reachable_workplace import HYPERPARAMETERS, first_training, keys, reachable_workplace
from signalled_step import STEPS_BETWEEN_SAVES, Signalled, run_step
from workplace import EXECUTION, Workplace

from greenfraud.naming import checkpoint_prefix, train_result_key
from training.job.contract import JobPaths
from training.job.interruption import EXIT_CODE

pytestmark = pytest.mark.xdist_group("training-jobs")
OPTIMIZER_STEP, BUCKET_PUT = "training.model.optimizer.OneCycleAdamW.step", "training.job.bucket.Bucket.put"
FAMILY, STEPS = "light", 100  # a fit takes at least so many


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory, no_runs: Path) -> Iterator[Workplace]:
    """A lake on an AWS that other processes can reach, with features of every chunk."""
    root = tmp_path_factory.mktemp("interrupted")
    shutil.copy(no_runs, root / "mlflow.db")
    with reachable_workplace(root) as made:
        made.plan([FAMILY], made.chunks)
        made.run("features", HYPERPARAMETERS)
        yield made


def train(workplace: Workplace, checkpoints: Path | None = None, signalled: Signalled | None = None) -> tuple[int, Path]:
    """Run the first training job as another attempt found and left its checkpoints; its exit code and folder."""
    folder = workplace.prepare("train", *first_training(workplace), checkpoints=checkpoints)
    (folder / "checkpoints").mkdir(exist_ok=True)
    return run_step("train", folder, signalled), folder


def taken_bits(workplace: Workplace) -> dict[str, Any]:
    """Everything the job's checkpoint is, but for what the attempt consumed; it is taken away."""
    key = f"{checkpoint_prefix(FAMILY, first_training(workplace)[0]['version'])}checkpoint.pt"
    bits = bits_of(workplace.s3.get_object(Bucket="artifacts", Key=key)["Body"].read())
    workplace.s3.delete_object(Bucket="artifacts", Key=key)
    return bits


@pytest.fixture(scope="module")
def undisturbed(workplace: Workplace) -> dict[str, Any]:
    """What a job leaves that nobody disturbed."""
    exit_code, folder = train(workplace)
    assert exit_code == 0, (folder / "log").read_text()
    return taken_bits(workplace)


def test_killed_at_three_random_steps_a_job_ends_with_the_same_bits(workplace: Workplace, undisturbed: dict[str, Any]) -> None:
    """Each attempt goes on from what the one before had kept, and the last one finds an unbroken fit."""
    checkpoints, kept = None, 0
    for step in sorted(random.sample(range(1, STEPS), 3)):
        exit_code, folder = train(workplace, checkpoints, Signalled(signal.SIGKILL, OPTIMIZER_STEP, step - kept))
        log = (folder / "log").read_text()
        assert exit_code == -signal.SIGKILL, f"step {step}: {log}"
        assert (f"the fit goes on after step {kept}\n" if kept else "the fit begins\n") == log
        checkpoints, kept = folder / "checkpoints", (step - 1) // STEPS_BETWEEN_SAVES * STEPS_BETWEEN_SAVES
    exit_code, folder = train(workplace, checkpoints)
    assert exit_code == 0, (folder / "log").read_text()
    assert undisturbed == taken_bits(workplace)


def test_told_to_stop_a_training_job_keeps_its_very_step_and_says_so(workplace: Workplace, undisturbed: dict[str, Any]) -> None:
    """An exit code that is not Completed, a reason, no result; the next attempt goes on from that step."""
    step = random.randrange(1, STEPS)
    exit_code, folder = train(workplace, signalled=Signalled(signal.SIGTERM, OPTIMIZER_STEP, step))
    assert exit_code == EXIT_CODE
    assert f"stopped by SIGTERM; the fit is kept after step {step}" == reason(folder)
    assert not keys(workplace, "artifacts", f"checkpoints/{FAMILY}/2")
    exit_code, folder = train(workplace, folder / "checkpoints")
    assert exit_code == 0
    assert (folder / "log").read_text().startswith(f"the fit goes on after step {step}\n")
    assert undisturbed == taken_bits(workplace)


def reason(folder: Path) -> str:
    """What SageMaker shows as FailureReason."""
    return (JobPaths(folder).root / "output" / "failure").read_text()


@pytest.mark.parametrize("put", [1, 2])  # the checkpoint, the emissions
def test_a_training_job_killed_while_it_publishes_is_published_by_the_next(
    put: int, workplace: Workplace, undisturbed: dict[str, Any]
) -> None:
    """The small result comes last; without it nobody takes the job for done."""
    orders, _ = first_training(workplace)
    result = train_result_key(EXECUTION, FAMILY, orders["chunk"])
    workplace.s3.delete_object(Bucket="artifacts", Key=result)
    exit_code, folder = train(workplace, signalled=Signalled(signal.SIGKILL, BUCKET_PUT, put))
    assert exit_code == -signal.SIGKILL
    assert result not in keys(workplace, "artifacts")
    exit_code, _ = train(workplace, folder / "checkpoints")
    assert exit_code == 0
    assert result in keys(workplace, "artifacts")
    assert undisturbed == taken_bits(workplace)


def test_told_to_stop_a_features_job_leaves_whole_chunks_only(workplace: Workplace) -> None:
    """What it wrote can be read, and the next attempt writes the rest."""
    written = keys(workplace, "lake", "features/")
    for key in written:
        workplace.s3.delete_object(Bucket="lake", Key=key)
    folder = workplace.prepare("features", HYPERPARAMETERS)
    assert run_step("features", folder, Signalled(signal.SIGTERM, BUCKET_PUT, 1)) == EXIT_CODE
    assert reason(folder) == "stopped by SIGTERM"
    left = keys(workplace, "lake", "features/")
    assert left
    for key in left:
        pq.read_table(io.BytesIO(workplace.s3.get_object(Bucket="lake", Key=key)["Body"].read()))
    folder = workplace.prepare("features", HYPERPARAMETERS)
    assert run_step("features", folder) == 0
    assert written == keys(workplace, "lake", "features/")
