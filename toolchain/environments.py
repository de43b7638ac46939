"""Makes the two virtual environments and the CDK command line: `python3 -m toolchain.environments`.

Two, because feast needs typeguard 4 or newer while jsii, under the CDK, pins typeguard 2. Each is made once per content of its
requirements; Node comes from a Python package, so the machine needs none.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from toolchain.content import content_key

ROOT = Path(__file__).resolve().parents[1]
HOST, CDK = ROOT / ".venv", ROOT / ".venv-cdk"
REQUIREMENTS = "requirements/host.txt", "requirements/torch-cpu.txt", "requirements/torch-cu130.txt", "requirements/uv.txt"
CDK_REQUIREMENTS = "requirements/cdk.txt", "requirements/uv.txt", "package.json", "package-lock.json", ".npmrc"
# What is installed is what was pinned, byte for byte, and nothing runs a program of its own to be installed.
PINNED = "--require-hashes", "--only-binary", ":all:"
SUPPORTED = ((3, 11), (3, 12), (3, 13))


class SetupError(Exception):
    """An environment could not be made; the message says how to mend it."""


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run `command` in the repository; SetupError with the end of its output when it fails."""
    finished = subprocess.run([str(part) for part in command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if finished.returncode:
        shown = " ".join(str(part) for part in command[:4])
        tail = (finished.stderr or finished.stdout)[-3000:]
        raise SetupError(f"{shown} … ended with {finished.returncode}:\n{tail}")


def uv_settings() -> dict[str, str]:
    """The environment for uv, which does not read pip's settings: pip's wheel folder is handed over."""
    env = dict(os.environ)
    if "PIP_FIND_LINKS" in env:
        env.setdefault("UV_FIND_LINKS", env["PIP_FIND_LINKS"])
    return env


def offered_torch(folders: str) -> bool:
    """Whether one of the wheel folders holds a torch for this Python, so that no index has to be asked for one."""
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}-"
    return any(tag in wheel.name for folder in folders.split() for wheel in Path(folder).glob("torch-*.whl"))


def current(environment: Path, key: str) -> bool:
    """Whether `environment` was completed for this `key`."""
    stamp = environment / "greenfraud.key"
    return stamp.exists() and stamp.read_text(encoding="ascii") == key


def new_environment(folder: Path) -> Path:
    """An empty virtual environment with uv in it; returns the path of its Python."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        run(sys.executable, "-m", "venv", folder)
    except SetupError as error:
        raise SetupError(f"{error}\nThis Python cannot make environments; on Debian: apt-get install python3-venv") from None
    run(folder / "bin/python", "-m", "pip", "install", "--quiet", *PINNED, "--requirement", "requirements/uv.txt")
    return folder / "bin/python"


def install(python: Path, *what: str, env: dict[str, str]) -> None:
    """Install `what` into the environment of `python` with the uv beside it."""
    run(python.with_name("uv"), "pip", "install", "--quiet", "--python", python, *what, env=env)


def make_host() -> None:
    """Everything but the CDK: models, platform, embedded AWS, tests."""
    python, env = new_environment(HOST), uv_settings()
    packages = (*PINNED, "--requirement", "requirements/host.txt", "--requirement")
    index = () if offered_torch(env.get("UV_FIND_LINKS", "")) else ("--torch-backend=cpu",)
    try:
        install(python, *packages, "requirements/torch-cpu.txt", *index, env=env)
    except SetupError:
        if not index:
            raise
        print("  no index of CPU builds of torch is reachable: taking the default build, which is several GB", flush=True)
        install(python, *packages, "requirements/torch-cu130.txt", env=env)
    install(python, "--no-deps", "--no-build-isolation", "--editable", ".", env=env)


def make_cdk() -> None:
    """The CDK library, Node and the CDK command line."""
    python = new_environment(CDK)
    install(python, *PINNED, "--requirement", "requirements/cdk.txt", env=uv_settings())
    path = {**os.environ, "PATH": f"{CDK / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    run(CDK / "bin/npm", "ci", "--ignore-scripts", env=path)


def declared() -> str:
    """The project table of pyproject.toml: what is installed depends on it, and not on the settings of the linters."""
    return json.dumps(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"], sort_keys=True)


def host_key() -> str:
    """What the environment of everything but the CDK is made for."""
    return content_key(ROOT, REQUIREMENTS, sys.version, declared())


def cdk_key() -> str:
    """What the CDK's environment is made for."""
    return content_key(ROOT, CDK_REQUIREMENTS, sys.version)


def ensure(title: str, folder: Path, key: str, make: Callable[[], None]) -> bool:
    """Make one environment unless it is current; returns whether it was made."""
    if current(folder, key):
        return False
    print(f"  making {folder.name} ({title}) …", flush=True)
    make()
    (folder / "greenfraud.key").write_text(key, encoding="ascii")
    return True


def main() -> int:
    """Make what is missing or out of date; returns the exit code."""
    if sys.version_info[:2] not in SUPPORTED:
        print(
            f"Python {sys.version.split()[0]} is not supported: run `make PYTHON=python3.11 …` (3.11, 3.12 or 3.13)",
            file=sys.stderr,
        )
        return 2
    started = time.monotonic()
    try:
        made = [
            ensure("models, platform, embedded AWS: some minutes, about 2 GB on disk", HOST, host_key(), make_host),
            ensure("AWS CDK and Node: a minute or two, about 0.6 GB", CDK, cdk_key(), make_cdk),
        ]
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    if any(made):
        seconds = round(time.monotonic() - started, 1)
        (ROOT / ".local").mkdir(exist_ok=True)
        (ROOT / ".local/install.json").write_text(json.dumps({"seconds": seconds}), encoding="utf-8")
        print(f"  environments ready in {seconds} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
