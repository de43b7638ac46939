"""Whether what the project's folder is made ready with is there and not stale, as its own tools tell; and the states it keeps."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cli.doctor.finding import Finding, State

PART = "project"
MENDED_BY = {".venv": "make install", ".venv-cdk": "make install", "node": "make install", "cdk.out": "make synth"}
SECONDS = 60
STATES = Path(".local/state")


def ready(folder: Path) -> Iterator[Finding]:
    """What `toolchain.state` says of environments, Node and the template. Raises ValueError where it says nothing."""
    if not (folder / "toolchain/state.py").exists():
        found = f"{folder.resolve()} is not the project's: environments and template were not looked at"
        yield Finding(PART, "folder", "note", found)
        return
    command = [sys.executable, "-m", "toolchain.state"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS)
    for place, found in json.loads(done.stdout).items():
        state: State = "wrong" if found in {"missing", "stale"} else "well"
        yield Finding(PART, place, state, found, MENDED_BY.get(place, "make install") if state == "wrong" else "")


def states(folder: Path) -> Iterator[Finding]:
    """Data sets that earlier runs have saved, and how large they are."""
    kept = [path for path in sorted((folder / STATES).glob("*")) if path.is_dir()]
    size_gb = sum(path.stat().st_size for one in kept for path in one.rglob("*") if path.is_file()) / 1e9
    if kept:
        names = ", ".join(one.name for one in kept)
        yield Finding(PART, "states", "well", f"{len(kept)} kept in {STATES}, {size_gb:.2f} GB: {names}")
