"""`make image` takes the builder that answers, and hands base and flavour on to it; played by programs that note their words."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKER = "docker build --tag"
SYSTEM = "/usr/bin:/bin"


class Machine:
    """A checkout on a machine whose builders are ours to choose."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.programs, self.notes = folder / "checkout", folder / "bin", folder / "notes"
        self.programs.mkdir()
        for part in ("Makefile", "docker", "requirements", "training/Dockerfile", "training/Dockerfile.dockerignore"):
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            (self.folder / part).parent.mkdir(parents=True, exist_ok=True)
            copy(ROOT / part, self.folder / part)
        self.be(user=0)
        for silent in ("docker", "podman"):
            self.has(silent, "exit 1")

    def has(self, program: str, script: str = "exit 0") -> None:
        """Put a program on its PATH; its words are noted."""
        path = self.programs / program
        path.write_text(f'#!/bin/sh\necho "{program} $*" >> {self.notes}\n{script}\n')
        path.chmod(0o755)

    def be(self, *, user: int) -> None:
        """Let the scripts believe that this user runs them."""
        self.has("id", f"echo {user}")

    def make(self, words: str) -> tuple[str, str]:
        """What builders and sudo were told, and what make said."""
        env = {"PATH": f"{self.programs}:{SYSTEM}", "HOME": str(self.folder)}
        done = subprocess.run(["make", *shlex.split(words)], cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        return self.notes.read_text() if self.notes.exists() else "", done.stdout + done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine where nothing answers, used by root."""
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("image", "greenfraud-training --file training/Dockerfile ."),
        ("image IMAGE=api-server", "greenfraud-api-server --file docker/api-server.Dockerfile ."),
        ("image TORCH_BACKEND=cpu", "greenfraud-training --file training/Dockerfile --build-arg TORCH_BACKEND=cpu ."),
        ("image TORCH_BACKEND=cu130", "greenfraud-training:cu130 --file training/Dockerfile --build-arg TORCH_BACKEND=cu130 ."),
        ("image TORCH_BACKEND=index", "greenfraud-training --file training/Dockerfile --build-arg TORCH_BACKEND= ."),
        (
            "image BASE_IMAGE=python:3.12-slim-bookworm",
            "greenfraud-training --file training/Dockerfile --build-arg BASE_IMAGE=python:3.12-slim-bookworm .",
        ),
    ],
)
def test_docker_builds_where_it_answers(machine: Machine, words: str, told: str):
    """Image, base and flavour reach it as its own arguments."""
    machine.has("docker")
    notes, _ = machine.make(words)
    assert f"{DOCKER} {told}\n" in notes


def test_podman_builds_where_docker_does_not_answer(machine: Machine):
    """In Docker's format, which has health checks, and without the rest of the folder."""
    machine.has("podman")
    notes, _ = machine.make("image IMAGE=api-server")
    line = notes.splitlines()[-1]
    assert line.startswith("podman build --tag greenfraud-api-server --file docker/api-server.Dockerfile ")
    assert "--format docker --ignorefile docker/api-server.Dockerfile.dockerignore" in line


def test_buildah_builds_where_neither_answers(machine: Machine):
    """With the flavour that was asked for, under its own tag."""
    for program in ("buildah", "debootstrap", "mount"):
        machine.has(program)
    notes, said = machine.make("image TORCH_BACKEND=cu130")
    assert "neither Docker nor podman answers" in said
    built = [line for line in notes.splitlines() if line.startswith("buildah bud ")]
    assert re.match(r"buildah bud --tag localhost/greenfraud-training:cu130 .*--build-arg TORCH_BACKEND=cu130 ", built[-1])
    assert "--build-arg BASE_IMAGE=localhost/greenfraud-base" in built[-1]


def test_who_is_not_root_becomes_it_for_buildah(machine: Machine):
    """Docker's and podman's own users need none of it."""
    machine.be(user=1000)
    machine.has("sudo")
    notes, _ = machine.make("image")
    assert "sudo --preserve-env docker/build-without-engine.sh training\n" in notes


@pytest.mark.skipif(shutil.which("sudo", path=SYSTEM) is not None, reason="this machine has sudo")
def test_who_may_not_build_is_told_what_would_help(machine: Machine):
    """No engine, not root, and no way to become it."""
    machine.be(user=1000)
    _, said = machine.make("image")
    assert "needs a running Docker or podman, or to be run as root" in said


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("image TORCH_BACKEND=gpu", "TORCH_BACKEND is 'gpu': cpu, cu130 (CUDA 13) or"),
        ("image TORCH_BACKEND=cu126", "TORCH_BACKEND is 'cu126': cpu, cu130 (CUDA 13) or"),
        ("image TORCH_BACKEND=../uv", "TORCH_BACKEND is '../uv': cpu, cu130 (CUDA 13) or"),
        ("image IMAGE=api-server TORCH_BACKEND=cpu", "TORCH_BACKEND is for the training image"),
        ("image IMAGE=trainnig", "there is no image 'trainnig': training, api-server or platform"),
    ],
)
def test_a_wrong_word_is_refused_with_the_right_ones(machine: Machine, words: str, reason: str):
    """Before anything is built."""
    machine.has("docker")
    notes, said = machine.make(words)
    assert reason in said
    assert "build" not in notes


@pytest.mark.parametrize(
    ("backend", "told"),
    [
        ("cpu", "--torch-backend=cpu --require-hashes --only-binary :all: torch-cpu.txt"),
        ("cu130", "--require-hashes --only-binary :all: torch-cu130.txt"),
        ("", "--require-hashes --only-binary :all: torch-cpu.txt"),
    ],
)
def test_the_flavour_is_the_one_that_the_installer_is_asked_for(backend: str, told: str):
    """The Dockerfile's own words, by a shell: the pins of one build, which exist, and PyTorch's index for the CPU's alone."""
    text = (ROOT / "training/Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
    (words,) = re.findall(r"&& (case .*? esac  && )uv pip install (.+?) &&", text)
    done = subprocess.run(
        ["sh", "-c", f"{words[0]} echo {words[1]}"],
        env={**os.environ, "TORCH_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    folder = "/tmp/requirements/"
    assert done.stdout.split() == [
        *told.split()[:-1],
        *("--requirement", f"{folder}training.txt", "--requirement", f"{folder}{told.rsplit(maxsplit=1)[-1]}"),
    ]
    assert (ROOT / "requirements" / told.rsplit(maxsplit=1)[-1]).exists()


def test_the_state_machine_starts_the_image_by_its_own_entry_point():
    """A base without `python`, or another entry point here than there, would fail in AWS alone."""
    (declared,) = re.findall(r"^ENTRYPOINT (.+)$", (ROOT / "training/Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert f'"ContainerEntrypoint": {declared},' in (ROOT / "cdk/components/job_state.py").read_text(encoding="utf-8")
