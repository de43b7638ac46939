"""`make pins`: renews every file of pinned, hashed requirements: `.venv/bin/python -m toolchain.pins [--upgrade | PACKAGE ...]`.

Without a word it changes only what the inputs ask to be changed; a package's name renews that package, `--upgrade` everything.
npm's lock is written from package.json. torch is kept apart, because its builds have versions and hashes of their own:
`torch-cu130.txt` is the build of PyPI with what it alone needs; `torch-cpu.txt` is written by hand, from the hashes that PyTorch's
index of CPU builds shows.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = ROOT / ".venv/bin/uv"
OPTIONS = ("--quiet", "--universal", "--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url")
LOWEST_PYTHON = "3.11"
WITH_CUDA = re.compile(r"(torch|triton|cuda-.+|nvidia-(?!ml-py=).+)==")


@dataclass(frozen=True)
class Pins:
    """One compiled file: what it answers, whose versions it must share, and uv's options for it alone."""

    compiled: str
    inputs: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


HOST, CUDA = "requirements/host.txt", "requirements/torch-cu130.txt"
# In this order: the later ones take their versions from the earlier.
FILES = (
    Pins("requirements/uv.txt", ("requirements/uv.in",)),
    Pins(HOST, ("pyproject.toml", "requirements/build.in")),
    Pins("requirements/training.txt", ("requirements/training.in",), (HOST,)),
    Pins("requirements/cdk.txt", ("requirements/cdk.in",)),
    Pins("requirements/benchmarks.txt", ("requirements/benchmarks.in",), options=("--no-deps",)),
    Pins("requirements/nannyml.txt", ("requirements/nannyml.in",)),
    Pins("requirements/docs.txt", ("requirements/docs.in",)),
    Pins("layers/runtime/requirements.txt", ("layers/runtime/requirements.in",)),
    Pins("docker/api-server.txt", ("docker/api-server.in",), (HOST, "layers/runtime/requirements.txt")),
)


def blocks(text: str) -> list[str]:
    """The requirements of a compiled file, each with the lines of its hashes."""
    return re.findall(r"^[a-z0-9].*\n(?: .*\n)*", text, re.MULTILINE)


def compiled(pins: Pins, wanted: Sequence[str]) -> str:
    """What uv makes of the inputs, starting from the versions that are pinned already."""
    known = [ROOT / pins.compiled, *([ROOT / CUDA] if pins.compiled == HOST else [])]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "requirements.txt"
        output.write_text("".join(path.read_text(encoding="utf-8") for path in known if path.exists()), encoding="utf-8")
        constraints = [word for path in pins.constraints for word in ("--constraint", path)]
        command = [str(UV), "pip", "compile", *OPTIONS, *pins.options, *wanted, "--python-version", LOWEST_PYTHON, *constraints]
        # No folder of wheels: what is pinned is what everybody can get.
        env = {name: value for name, value in os.environ.items() if name != "UV_FIND_LINKS"}
        subprocess.run(
            [*command, *pins.inputs, "--output-file", str(output)], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL
        )
        return output.read_text(encoding="utf-8")


def renew(pins: Pins, wanted: Sequence[str]) -> None:
    """Write one compiled file without torch; torch's beside it, once, for all that install it."""
    found = blocks(compiled(pins, wanted))
    with_cuda = [block for block in found if WITH_CUDA.match(block)]
    (ROOT / pins.compiled).write_text("".join(block for block in found if block not in with_cuda), encoding="utf-8")
    if pins.compiled == HOST:
        (ROOT / CUDA).write_text("".join(with_cuda), encoding="utf-8")


def lock_node() -> int:
    """Write package-lock.json from package.json, without the addresses of those who ask for money; returns its packages' number."""
    env = {**os.environ, "PATH": f"{ROOT / '.venv-cdk/bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = ["npm", "install", "--package-lock-only", "--ignore-scripts"]
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")
    return len(lock["packages"]) - 1


def main(arguments: Sequence[str]) -> int:
    """Renew every file; returns the exit code."""
    wanted = [word for one in arguments for word in ([one] if one == "--upgrade" else ["--upgrade-package", one])]
    for pins in FILES:
        renew(pins, wanted)
        print(f"{pins.compiled}: {len(blocks((ROOT / pins.compiled).read_text(encoding='utf-8')))} packages")
    print(f"package-lock.json: {lock_node()} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
