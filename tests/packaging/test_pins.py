"""Every package that is installed anywhere is pinned to its bytes, without an address of where it comes from."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from toolchain.environments import PINNED
from toolchain.pins import CUDA, FILES, blocks

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("requirements", "docker", "layers/runtime")
COMPILED = sorted(str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).glob("*.txt"))
HASHED = re.compile(r"(?P<requirement>[^\\\n]+?)(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n")
DOCKERFILES = sorted(path for folder in ("docker", "training") for path in (ROOT / folder).glob("*Dockerfile"))
CPU = "requirements/torch-cpu.txt"


def versions(file: str) -> dict[str, str]:
    """Version by package; of one that is pinned twice, for two kinds of machine, the last."""
    requirements = [Requirement(block.split("\\")[0]) for block in blocks((ROOT / file).read_text(encoding="utf-8"))]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in requirements}


@pytest.mark.parametrize("file", COMPILED)
def test_every_line_of_a_requirements_file_is_an_exact_version_with_hashes(file: str):
    """Nothing stands between the blocks: no option, no address, no line without a hash."""
    text = (ROOT / file).read_text(encoding="utf-8")
    found = list(HASHED.finditer(text))
    assert "".join(one.group() for one in found) == text
    assert [one["requirement"] for one in found if not re.match(r"[a-z0-9.-]+==[\w.+]+(?: ; .+)?$", one["requirement"])] == []


def test_every_requirements_file_is_one_that_make_pins_writes():
    """All but the CPU builds of torch, whose hashes no package registry has."""
    assert sorted([*(one.compiled for one in FILES), CPU, CUDA]) == COMPILED
    assert [path for one in FILES for path in one.inputs if not (ROOT / path).exists()] == []


def test_both_builds_of_torch_are_of_the_version_that_the_project_asks_for():
    """A renewed torch fails here until the hashes of its CPU builds are written down, one for each Python and processor."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (asked,) = [line for line in project["dependencies"] if line.startswith("torch==")]
    assert asked == f"torch=={versions(CUDA)['torch']}"
    assert f"{asked}+cpu" == f"torch=={versions(CPU)['torch']}"
    pythons, processors = 3, 2
    assert (ROOT / CPU).read_text(encoding="utf-8").count("--hash=") == pythons * processors


def test_the_images_install_the_versions_that_were_tested():
    """What two environments share has one version in both."""
    host = versions("requirements/host.txt")
    for file in ("requirements/training.txt", "docker/api-server.txt"):
        assert {name: version for name, version in versions(file).items() if host.get(name, version) != version} == {}


@pytest.mark.parametrize("file", ["requirements/host.txt", "requirements/training.txt"])
def test_what_a_pinned_package_needs_is_pinned_too(file: str):
    """By what the packages themselves say where they are installed; an installer would refuse what has no hash."""
    pinned = versions(file) | versions(CPU)
    installed = [one for one in distributions() if canonicalize_name(one.metadata["Name"]) in pinned]
    needs = [need for one in installed for need in map(Requirement, one.requires or [])]
    asked = {canonicalize_name(need.name) for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})}
    assert len(installed) > 100
    assert asked - pinned.keys() == set()


def test_what_the_training_image_asks_for_is_pinned():
    """By name; extras are of the packages that bring them."""
    lines = (ROOT / "requirements/training.in").read_text(encoding="utf-8").splitlines()
    asked = {canonicalize_name(Requirement(line).name) for line in lines if not line.startswith("#")}
    assert asked - versions("requirements/training.txt").keys() == {"torch"}


def test_every_npm_package_is_pinned_to_its_bytes_and_to_no_address():
    """The lock needs no registry of its own: npm asks the one it is set up for."""
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = {path: package for path, package in json.loads(text)["packages"].items() if path}
    assert len(packages) > 5
    assert "://" not in text
    assert [path for path, package in packages.items() if not package.get("integrity", "").startswith("sha512-")] == []
    assert [path for path, package in packages.items() if package.get("hasInstallScript")] == []


def test_the_lock_is_of_the_package_file():
    """`npm ci` would refuse it otherwise, but only where it is run."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"][""]
    declared = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    kinds = ("dependencies", "devDependencies")
    assert {kind: lock[kind] for kind in kinds} == {kind: declared[kind] for kind in kinds}


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
def test_an_image_installs_by_hashes_alone(dockerfile: Path):
    """Every installer in it, uv's own installation included."""
    text = dockerfile.read_text(encoding="utf-8").replace("\\\n", "")
    installations = re.findall(r"pip install(.*?)(?: && |\n)", text)
    assert [words for words in installations if "--require-hashes" not in words] == []
    assert installations or "make synth" in text


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
def test_a_base_image_is_named_by_its_digest(dockerfile: Path):
    """A tag moves; what a build replaces by BASE_IMAGE is the builder's own choice."""
    bases = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", dockerfile.read_text(encoding="utf-8"), re.MULTILINE)
    stages = {name for _, name in bases if name} | {"${BASE_IMAGE}"}
    outside = [image for image, _ in bases if image not in stages]
    assert len(outside) == 1
    assert re.fullmatch(r"python:3\.13-slim-bookworm@sha256:[0-9a-f]{64}", outside[0])


def test_all_images_stand_on_one_base():
    """Two digests would mean that one was forgotten."""
    assert len({re.findall(r"@sha256:[0-9a-f]{64}", path.read_text(encoding="utf-8"))[0] for path in DOCKERFILES}) == 1


def test_the_environments_take_nothing_without_its_hash():
    """Neither a package of another content, nor one that builds itself."""
    assert PINNED == ("--require-hashes", "--only-binary", ":all:")
    commands = (ROOT / "toolchain/environments.py").read_text(encoding="utf-8")
    assert commands.count("*PINNED") == 3
    assert '"npm", "ci", "--ignore-scripts"' in commands.replace('CDK / "bin/npm"', '"npm"')
