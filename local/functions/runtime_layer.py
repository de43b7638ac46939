"""The third-party layer for this machine: the same pins as the asset, built for this platform and this Python.

The asset that goes to AWS holds wheels for Lambda's processor and Python. A marker file beside them names the pinned
requirements they come from; wherever the embedded AWS meets the marker it uses a build of those pins instead.
"""

from __future__ import annotations

import functools
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from local.functions.build_cache import CACHE, built_once, fingerprint, python_version

MARKER = "greenfraud-layer.json"
SIZE_FIELD = "unzipped_bytes"  # in the marker that is published: of the layer on AWS, wheels included


class LayerBuildError(Exception):
    """The layer cannot be built for this machine; the message says what is missing or what uv said."""


@functools.cache
def resolved(folder: Path) -> Path:
    """The folder of an unpacked layer, or of this machine's build of it when it carries the marker."""
    requirements = pinned_requirements(folder)
    return folder if requirements is None else build(requirements)


def pinned_requirements(folder: Path) -> Path | None:
    """The requirements a layer's marker names; None for an ordinary layer."""
    marker = folder / MARKER
    if not marker.exists():
        return None
    requirements: str = json.loads(marker.read_text())["requirements"]
    return folder / requirements


def build(requirements: Path) -> Path:
    """Install the pins, hashes required, into `.local/cache/layers/<hash of pins and platform>`, once."""
    target = f"{platform.system()} {platform.machine()} {python_version()}"
    key = fingerprint([requirements.read_text(), target])
    return built_once(CACHE / "layers" / key, lambda draft: install(requirements, draft / "python"))


def install(requirements: Path, target: Path) -> None:
    """Fill `target`; LayerBuildError with uv's own words."""
    options = ["--quiet", "--target", str(target), "--only-binary", ":all:", "--require-hashes"]
    command = [*installer(), *options, "-r", str(requirements)]
    finished = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        message = f"the runtime layer could not be built:\n{finished.stderr.strip()}"
        raise LayerBuildError(message)
    # Console scripts name this machine's interpreter and are never run in a layer.
    shutil.rmtree(target / "bin", ignore_errors=True)


def installer() -> list[str]:
    """uv, named by `UV`, beside the interpreter, or on PATH; else this interpreter's own pip."""
    beside = Path(sys.executable).parent / "uv"
    found = os.environ.get("UV") or (str(beside) if beside.exists() else shutil.which("uv"))
    if found:
        return [found, "pip", "install", "--python", sys.executable]
    has_pip = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if has_pip.returncode == 0:
        return [sys.executable, "-m", "pip", "install"]
    message = "uv builds the runtime layer and was not found: put it on PATH or name it in the variable UV"
    raise LayerBuildError(message)


def environment() -> dict[str, str]:
    """Our own, and for uv, which does not read pip's configuration, the folder of wheels this machine offers."""
    offered = os.environ.get("PIP_FIND_LINKS")
    return {**os.environ, **({"UV_FIND_LINKS": offered} if offered else {})}
