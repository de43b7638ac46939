"""The images of a release, as they were built: asked by Docker, where one answers and `make release` ran."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from toolchain.release import FILE, RELEASE, sources
from training.__main__ import STEPS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def names() -> list[str]:
    """The names under which the CDK looks for the images; skips where there are none."""
    if not (ROOT / RELEASE / FILE).exists() or not shutil.which("docker"):
        pytest.skip("needs Docker and a release: `make release`")
    return [f"cdkasset-{asset}" for asset in sources(ROOT / "cdk.out", "dockerImages")]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Docker without a network."""
    command = ["docker", "run", "--rm", "--network", "none", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_training_image_refuses_a_job_without_a_step(names: list[str]):
    """Exit status 2, as the image that `make test-image` builds."""
    assert [run(name).returncode for name in names] == [2]


def test_every_step_can_be_imported_in_it(names: list[str]):
    """On the official base, which no other test uses."""
    program = "".join(f"import training.steps.{step}\n" for step in STEPS)
    assert [run("--entrypoint", "python", name, "-c", program).stderr for name in names] == [""]
