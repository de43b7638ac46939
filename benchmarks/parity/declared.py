"""The same replay in a copy of the project whose columns.toml is another one: the tree itself stays as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import FOLDER

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "benchmarks",
    "cdk",
    "cli",
    "feature_repo",
    "functions",
    "intake",
    "layers",
    "local",
    "reporting",
    "requirements",
    "toolchain",
    "training",
)
FILES = ("cdk.json", "package-lock.json", "package.json", "pyproject.toml")
TOOLS = (".venv", ".venv-cdk", "node_modules", ".local/cache/layers")  # which no declaration changes


def replay_with(columns: Path, arguments: Sequence[str]) -> int:
    """Copy, declare, compile, replay; returns the exit status. Its results land where those of other runs do."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        tree = copied(Path(folder) / "tree")
        shutil.copy(columns, tree / "feature_repo/columns.toml")
        if code := _run(tree, "toolchain.compile_features"):
            return code
        code = _run(tree, "benchmarks.parity", *arguments)
        for result in (tree / FOLDER.relative_to(ROOT)).glob("*.json"):
            shutil.copy(result, FOLDER / result.name)
        return code


def copied(tree: Path) -> Path:
    """Copy the sources and nothing else that may lie beside them; tools come along as links."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    for name in FILES:
        shutil.copy(ROOT / name, tree / name)
    for name in TOOLS:
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).symlink_to(ROOT / name)
    return tree


def _run(tree: Path, module: str, *arguments: str) -> int:
    """Run a module of the copy, which every Python finds there before the installed project; returns the exit status."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (tree, tree / "layers/greenfraud/python")))}
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=tree, env=environ, check=False).returncode
