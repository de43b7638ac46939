"""The training image, built from its Dockerfile: every step can be imported, and the entry point keeps SageMaker's contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.image.containers import Container

STEPS = ("features", "train", "evaluate", "materialize", "report")


@pytest.fixture(scope="module")
def container(container_of: Callable[[str], Container]) -> Container:
    """A container of the image."""
    return container_of("training")


def test_its_entry_point_refuses_a_job_without_a_step(container):
    """Exit status 2, and the reason where SageMaker reads it."""
    assert container.run(*container.declared["Entrypoint"]).returncode == 2
    reason = (container.root / "opt/ml/output/failure").read_text(encoding="utf-8")
    assert reason == f"expected one step of {', '.join(STEPS)}, got []"


def test_every_step_can_be_imported(container):
    """Nothing that a step needs was left out of the image."""
    finished = container.run("python3", "-c", "".join(f"import training.steps.{step}\n" for step in STEPS))
    assert (finished.returncode, finished.stderr) == (0, "")


def test_its_torch_is_for_cpus(container):
    """Several gigabytes of CUDA would travel with every job."""
    finished = container.run("python3", "-c", "import torch; print(torch.version.cuda)")
    assert finished.stdout.strip() == "None"
