"""The same replay in a copy of the project whose columns.toml is another one: the tree itself stays as it is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import FOLDER
from toolchain.copied_tree import ROOT, copy_tree, environ_of


def replay_with(columns: Path, arguments: Sequence[str]) -> int:
    """Copy, declare, compile, replay; returns the exit status. Its results land where those of other runs do."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        tree = copy_tree(Path(folder) / "tree", rooms=["benchmarks"], tools=[".local/cache/layers"])
        shutil.copy(columns, tree / "feature_repo/columns.toml")
        if code := _run(tree, "toolchain.compile_features"):
            return code
        code = _run(tree, "benchmarks.parity", *arguments)
        for result in (tree / FOLDER.relative_to(ROOT)).glob("*.json"):
            shutil.copy(result, FOLDER / result.name)
        return code


def _run(tree: Path, module: str, *arguments: str) -> int:
    """Run a module of the copy, which every Python finds there before the installed project; returns the exit status."""
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=tree, env=environ_of(tree), check=False).returncode
