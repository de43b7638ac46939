"""A copy of the project's sources in a folder of their own: what is changed and run there leaves the tree as it is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
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
TOOLS = (".venv", ".venv-cdk", "node_modules")  # which no change of sources changes
CACHES = shutil.ignore_patterns("__pycache__", ".*_cache")


def copy_tree(into: Path, rooms: Iterable[str] = (), tools: Iterable[str] = ()) -> Path:
    """Copy the sources, `rooms` among them, and nothing else that may lie beside them; `tools` come along as links."""
    for room in (*ROOMS, *rooms):
        shutil.copytree(ROOT / room, into / room, ignore=CACHES)
    for name in FILES:
        shutil.copy(ROOT / name, into / name)
    for name in (*TOOLS, *tools):
        if (ROOT / name).exists():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            (into / name).symlink_to(ROOT / name)
    return into


def environ_of(tree: Path) -> dict[str, str]:
    """Variables under which every Python finds a copy before the installed project."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (tree, tree / "layers/greenfraud/python")))}
