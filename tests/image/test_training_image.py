"""The training image, built from its Dockerfile: what is in it, what is not, and the contract of its entry point."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.image import stated_sizes
from tests.image.containers import Container
from training.__main__ import STEPS

ROOT = Path(__file__).resolve().parents[2]
SITE_PACKAGES = "opt/venv/lib/python3*/site-packages"
# Runs inside: everything that is installed there, and what decides which pins are meant.
INSTALLED = """
import json, platform, sys
from importlib.metadata import distributions
found = {distribution.metadata["Name"]: distribution.version for distribution in distributions(path=[sys.argv[1]])}
names = dict(python_full_version=platform.python_version(), sys_platform=sys.platform, platform_machine=platform.machine())
print(json.dumps({"found": found, "environment": names}))
"""


@pytest.fixture(scope="module")
def container(container_of: Callable[[str], Container]) -> Container:
    """A container of the image."""
    return container_of("training")


@pytest.fixture(scope="module")
def installed(container: Container) -> dict[str, Any]:
    """What is installed in it, and the environment that markers of pins ask for."""
    folder = "/" + str(next(container.root.glob(SITE_PACKAGES)).relative_to(container.root))
    found: dict[str, Any] = json.loads(container.run("python", "-c", INSTALLED, folder).stdout)
    return found


def pins(file: str) -> list[Requirement]:
    """The requirements of a file."""
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    return [Requirement(line.removesuffix(" \\")) for line in lines if line and not line.startswith(("#", " "))]


def test_its_entry_point_refuses_a_job_without_a_step(container):
    """Exit status 2, and the reason where SageMaker reads it."""
    assert container.run(*container.declared["Entrypoint"]).returncode == 2
    reason = (container.root / "opt/ml/output/failure").read_text(encoding="utf-8")
    assert reason == f"expected one argument, a step of {', '.join(STEPS)}"


def test_every_step_can_be_imported(container):
    """Nothing that a step needs was left out of the image."""
    finished = container.run("python", "-c", "".join(f"import training.steps.{step}\n" for step in STEPS))
    assert (finished.returncode, finished.stderr) == (0, "")


def test_its_torch_is_for_cpus(container):
    """Several gigabytes of CUDA would travel with every job."""
    finished = container.run("python", "-c", "import torch; print(torch.version.cuda)")
    assert finished.stdout.strip() == "None"


def test_every_version_in_it_is_the_pinned_one(installed):
    """Of what is asked for and of all that it brings along; a build a month later is the same."""
    wanted = pins("training.in")
    pinned = {
        canonicalize_name(pin.name): pin.specifier
        for pin in [*pins("training.txt"), *pins("torch-cpu.txt")]
        if pin.specifier and (pin.marker is None or pin.marker.evaluate(installed["environment"]))
    }
    found = {canonicalize_name(name): Version(version) for name, version in installed["found"].items()}
    assert {canonicalize_name(pin.name) for pin in wanted} - found.keys() == set()
    assert {name: version for name, version in found.items() if name not in pinned or version not in pinned[name]} == {}


def test_it_holds_no_trace_of_its_build_and_nothing_that_only_its_developers_need(container, installed):
    """Neither installers nor caches, tests, headers, web pages or this machine's settings."""
    assert not {"pip", "uv", "mypy", "pytest", "ruff"} & installed["found"].keys()
    (packages,) = container.root.glob(SITE_PACKAGES)
    assert [path for path in packages.rglob("tests") if path.is_dir()] == []
    assert [name for name in ("torch/include", "torch/test", "mlflow/server/js", "feast/ui") if (packages / name).exists()] == []
    assert [
        name for name in ("root/.cache", "tmp/uv", "tmp/requirements", "etc/pip.conf") if (container.root / name).exists()
    ] == []
    assert not [line for line in container.declared["Env"] if line.startswith(("PIP_", "UV_", "VIRTUAL_ENV"))]
    assert {path.name for path in (container.root / "opt/program").iterdir()} == {
        "greenfraud",
        "feature_repo",
        "intake",
        "reporting",
        "training",
    }


def test_what_a_job_imports_is_compiled(container):
    """Or each would do it again, for seconds of CPU, as nothing it writes outlives it."""
    said = container.run("python", "-v", "-c", "import torch, mlflow").stderr
    assert re.search(r"site-packages/torch/__pycache__/__init__\S+\.pyc matches", said)
    assert re.search(r"site-packages/mlflow/__pycache__/__init__\S+\.pyc matches", said)
    assert "PYTHONDONTWRITEBYTECODE=1" in container.declared["Env"]


def test_the_image_is_no_larger_than_the_documentation_says(container, container_of):
    """The figures of docs/containers.md hold."""
    stated_sizes.hold("The training image", container, container_of)
