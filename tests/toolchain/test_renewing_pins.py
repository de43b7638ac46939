"""`make pins` hands uv what it should and keeps torch's builds apart; played by an uv that notes its words."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from toolchain import pins

ROOT = Path(__file__).resolve().parents[2]
HASH = f"    --hash=sha256:{'0' * 64}\n"
ANSWER = "".join(
    f"{name} \\\n{HASH}"
    for name in ("boto3==1.0", "cuda-toolkit==13.0", "nvidia-ml-py==13.6", "nvidia-nvtx==13.0", "torch==2.13.0")
)
UV = f"""#!/bin/sh
echo "$* find-links=$UV_FIND_LINKS" >> uv.notes
for output; do :; done
cat > "$output" <<'END'
{ANSWER}END
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two files of pins, whose uv always answers the same."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "uv").write_text(UV)
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setattr(pins, "ROOT", tmp_path)
    monkeypatch.setattr(pins, "UV", tmp_path / "uv")
    files = (
        pins.Pins(pins.HOST, ("pyproject.toml",)),
        pins.Pins("requirements/small.txt", ("small.in",), (pins.HOST,), ("--no-deps",)),
    )
    monkeypatch.setattr(pins, "FILES", files)
    monkeypatch.setattr(pins, "lock_node", lambda: 0)
    monkeypatch.setenv("UV_FIND_LINKS", "/a/folder/of/wheels")
    return tmp_path


def test_what_torchs_cuda_build_alone_needs_stands_in_a_file_of_its_own(checkout: Path):
    """The package that reads a GPU's meter is everybody's."""
    assert pins.main([]) == 0
    named = {
        name: [block.split("==")[0] for block in pins.blocks((checkout / name).read_text())] for name in (pins.HOST, pins.CUDA)
    }
    assert named == {pins.HOST: ["boto3", "nvidia-ml-py"], pins.CUDA: ["cuda-toolkit", "nvidia-nvtx", "torch"]}


def test_uv_is_asked_for_hashes_and_for_no_more_than_was_wanted(checkout: Path):
    """For every supported machine; what this machine alone offers is not looked at."""
    assert pins.main(["boto3"]) == 0
    host, small = (checkout / "uv.notes").read_text().splitlines()
    assert host.startswith("pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url ")
    assert " --upgrade-package boto3 --python-version 3.11 pyproject.toml --output-file " in host
    assert f" --no-deps --upgrade-package boto3 --python-version 3.11 --constraint {pins.HOST} small.in " in small
    assert [line for line in (host, small) if not line.endswith("find-links=")] == []


def test_the_lock_is_written_without_anybodys_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Npm leaves the registry's out by .npmrc; it keeps those of who asks for money."""
    (tmp_path / "package-lock.json").write_text('{"packages": {"": {}, "node_modules/a": {"funding": {"url": "https://a"}}}}')
    monkeypatch.setattr(pins, "ROOT", tmp_path)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: command)
    assert pins.lock_node() == 1
    assert json.loads((tmp_path / "package-lock.json").read_text()) == {"packages": {"": {}, "node_modules/a": {}}}


@pytest.mark.parametrize(("words", "handed"), [("make pins", ""), ("make pins PACKAGES='boto3 moto'", "boto3 moto")])
def test_make_hands_on_which_packages_are_renewed(words: str, handed: str):
    """None, some, or all by --upgrade."""
    done = subprocess.run(["sh", "-c", words.replace("make", "make -n", 1)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"-m toolchain.pins {handed}".strip() in done.stdout
