"""Builds the runtime layer for Lambda's platform on any machine with uv; no container engine is needed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import BundlingOptions, ILocalBundling

PYTHON_VERSION = "3.13"
# Names what the layer was built from, so that a deployer for another platform can build the same pins.
MARKER = "greenfraud-layer.json"


class LayerBuildError(RuntimeError):
    """The runtime layer cannot be built here."""


@jsii.implements(ILocalBundling)
class LayerBuild:
    """Installs hashed wheels of one platform into the staged asset."""

    def __init__(self, requirements: Path, platform: str) -> None:
        self.requirements = requirements
        self.platform = platform

    def try_bundle(self, output_dir: str, *_: BundlingOptions, **__: Any) -> bool:
        """Fills `output_dir` with `python/`, the requirements and the marker; LayerBuildError when uv is missing."""
        output = Path(output_dir)
        self._install(output / "python")
        shutil.copyfile(self.requirements, output / "requirements.txt")
        marker = {"requirements": "requirements.txt", "platform": self.platform, "python": PYTHON_VERSION}
        (output / MARKER).write_text(json.dumps(marker, indent=2) + "\n")
        return True

    def _install(self, target: Path) -> None:
        command = [
            find_uv(), "pip", "install", "--quiet", "--target", str(target), "--link-mode", "copy",
            "--python-platform", self.platform, "--python-version", PYTHON_VERSION,
            "--only-binary", ":all:", "--require-hashes", "-r", str(self.requirements),
        ]  # fmt: skip
        subprocess.run(command, check=True, env=_environment())
        # Console scripts name the building machine's interpreter and are never run in a layer.
        shutil.rmtree(target / "bin", ignore_errors=True)
        (target / ".lock").unlink(missing_ok=True)


def find_uv() -> str:
    """The uv to build with: `UV` or the first on PATH; LayerBuildError names both when there is none."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise LayerBuildError("uv builds the runtime layer and was not found: put it on PATH or name it in UV")
    return uv


def _environment() -> dict[str, str]:
    """The variables uv needs; it does not read pip's configuration: hand it the folder of wheels this machine offers, if any."""
    found = os.environ.get("PIP_FIND_LINKS")
    return {**os.environ, **({"UV_FIND_LINKS": found} if found else {})}
