"""A release is one file with a digest; the workflow's own commands deploy it, and neither they nor the CDK build anything."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from deploy_steps import BOOTSTRAP
from deploy_story import NODE, ROOT, Checkout, Transcript, link, missing_tool

from tests.local.workbench import Embedded, start
from toolchain import release, sbom

pytestmark = [pytest.mark.xdist_group("deploy")]

WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text(encoding="utf-8"))
COMMANDS = [step["run"] for step in WORKFLOW["jobs"]["deploy"]["steps"] if "run" in step]
DOCKER = """#!/bin/sh
echo "$*" >> "$(dirname "$0")/docker.notes"
case "$1" in
  save) echo "the images" > "$3" ;;
  inspect) echo sha256:0123 ;;
esac
"""
NPM = f"""#!/bin/sh
echo "$*" >> "$(dirname "$0")/npm.notes"
ln -s {ROOT}/node_modules node_modules
"""


class Machine:
    """The programs of a runner that are not there in a test; what they were told is noted."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder
        self.bin.mkdir()
        for name, script in (("docker", DOCKER), ("npm", NPM)):
            (self.bin / name).write_text(script)
            (self.bin / name).chmod(0o755)

    @property
    def path(self) -> str:
        """The PATH that finds these programs first."""
        return os.pathsep.join([str(self.bin), str(NODE.parent), os.environ["PATH"]])

    def told(self, program: str) -> list[str]:
        """The words of each call of a program."""
        notes = self.bin / f"{program}.notes"
        return notes.read_text().splitlines() if notes.exists() else []


@dataclass(frozen=True)
class Released:
    """What `make release` made in a folder of its own."""

    folder: Path
    machine: Machine
    digest: str

    @property
    def file(self) -> Path:
        """The file that is deployed."""
        return self.folder / release.RELEASE / release.FILE


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    """A release of the synthesised assembly, by a Docker that notes what it is told."""
    if not (ROOT / "cdk.out/manifest.json").exists():
        pytest.skip("cdk.out is missing: run `make synth`")
    folder = tmp_path_factory.mktemp("release") / "greenfraud"
    shutil.copytree(ROOT / "cdk.out", folder / "cdk.out", copy_function=link, ignore=shutil.ignore_patterns(".cache"))
    for name in release.LOCK:
        shutil.copy(ROOT / name, folder / name)
    machine, output = Machine(folder.parent / "bin"), folder.parent / "output"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release, "ROOT", folder)
        patch.setattr(sbom, "OUTPUT", folder / ".local/sbom")
        patch.setenv("PATH", machine.path)
        patch.setenv("GITHUB_OUTPUT", str(output))
        patch.setenv("GITHUB_SHA", "c0ffee")
        assert release.main() == 0
    yield Released(folder, machine, output.read_text().removeprefix("digest=").strip())
    shutil.rmtree(folder)


def held(file: Path) -> dict[str, int]:
    """Size by name of all that a release holds."""
    with tarfile.open(file) as archive:
        return {entry.name: entry.size for entry in archive.getmembers()}


def test_the_images_are_built_as_the_cdk_would_and_named_as_it_looks_for_them(released: Released):
    """Flavour, file, machine and folder are the assembly's."""
    assets = json.loads((ROOT / "cdk.out/GreenFraud-Training.assets.json").read_text())["dockerImages"]
    ((asset, image),) = assets.items()
    folder = released.folder / "cdk.out" / image["source"]["directory"]
    build, save, inspect = released.machine.told("docker")[:3]
    told = f"--build-arg TORCH_BACKEND=cpu --file {folder}/training/Dockerfile --platform linux/amd64"
    assert build == f"build --tag cdkasset-{asset} {told} {folder}"
    assert save.endswith(f"images.tar cdkasset-{asset}")
    assert inspect.endswith(f"cdkasset-{asset}")


def test_a_release_holds_all_that_a_deployment_needs_and_nothing_to_build_from(released: Released):
    """Templates, assets, images, lock and bills; no Dockerfile, no source of an image."""
    names = held(released.file)
    assert {
        "cdk.out/manifest.json",
        "images.tar",
        "origin.json",
        "package-lock.json",
        ".npmrc",
        "sbom/functions.cdx.json",
    } <= names.keys()
    manifests = [json.loads(path.read_text()) for path in (released.folder / "cdk.out").glob("*.assets.json")]
    files = {asset["source"]["path"] for manifest in manifests for asset in manifest["files"].values()}
    assert [path for path in files if not any(f"{name}/".startswith(f"cdk.out/{path}/") for name in names)] == []
    assert [name for name in names if "Dockerfile" in name] == []
    folders = {name.split("/")[1] for name in names if name.startswith("cdk.out/asset.")}
    assert folders == {path for path in files if path.startswith("asset.")}


def test_the_digest_is_of_the_file_and_the_same_contents_have_the_same(released: Released, monkeypatch: pytest.MonkeyPatch):
    """Packed again, an hour later or by another user, it is the same file."""
    assert released.digest == hashlib.sha256(released.file.read_bytes()).hexdigest()
    monkeypatch.setattr(release, "ROOT", released.folder)
    (released.folder / "package.json").touch()
    assert release.pack(released.folder) == released.digest


def test_a_release_tells_its_origin(released: Released):
    """Commit and images; what was not made by a run of the workflow says so by null."""
    with tarfile.open(released.file) as archive:
        file = archive.extractfile("origin.json")
        assert file is not None
        origin = json.load(file)
    assert origin["commit"] == "c0ffee"
    assert list(origin["images"].values()) == ["sha256:0123"]


def test_without_docker_there_is_no_release(
    released: Released, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """The message says what is missing."""
    monkeypatch.setattr(release, "ROOT", released.folder)
    monkeypatch.setenv("PATH", "/nowhere")
    assert release.main() == 1
    assert capsys.readouterr().err == "a release needs Docker to build the training image, and there is none on PATH\n"


def test_an_option_that_the_cdk_knows_and_we_do_not_is_refused(tmp_path: Path):
    """An image built in another way than the template says would be deployed unseen."""
    source = {"directory": "asset.1", "dockerFile": "Dockerfile", "platform": "linux/amd64", "dockerBuildTarget": "packages"}
    with pytest.raises(release.ReleaseError, match="cdkasset-1 is built with dockerBuildTarget"):
        release.build_command("cdkasset-1", source, tmp_path)


def test_a_file_of_another_content_is_not_even_unpacked(released: Released, tmp_path: Path):
    """The first command of the job fails."""
    with released.file.open("rb") as original:
        (tmp_path / "release.tar").write_bytes(original.read(10_240))
    done = subprocess.run(
        ["bash", "-e", "-c", COMMANDS[0]],
        cwd=tmp_path,
        env={**os.environ, "DIGEST": released.digest},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"release.tar: FAILED" in done.stdout


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """An embedded AWS of its own that checks signatures."""
    if reason := missing_tool():
        pytest.skip(reason)
    aws = start(tmp_path_factory.mktemp("aws") / "state", "--auth", "on")
    yield aws
    aws.stop()


def test_the_workflows_own_commands_deploy_it_and_build_nothing(released: Released, account: Embedded, tmp_path: Path):
    """In an empty folder, one after the other, as the job runs them; the CDK pushes the image that was loaded."""
    runner = Checkout(
        tmp_path / "work", Transcript(tmp_path / "transcript.txt"), account.endpoint.replace("127.0.0.1", "localhost")
    )
    runner.folder.mkdir()
    machine = Machine(tmp_path / "bin")
    os.link(released.file, runner.folder / release.FILE)
    (runner.folder / "cdk.out").symlink_to(released.folder / "cdk.out")
    runner.cdk(*BOOTSTRAP)
    (runner.folder / "cdk.out").unlink()
    said = [runner.paste(command, DIGEST=released.digest, PATH=machine.path) for command in COMMANDS]
    assert said[0] == "release.tar: OK\n"
    assert machine.told("npm") == ["ci --omit=dev --ignore-scripts"]
    assert said[-1].count("✅  GreenFraud-") == 4
    docker = [words.split()[0] for words in machine.told("docker")]
    assert docker[0] == "load"
    assert "push" in docker
    assert "build" not in docker
