"""Processes seen from outside: who runs what, from which folder, for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Running:
    """A process as the kernel describes it; `output` is where its standard output goes."""

    pid: int
    parent: int
    command: list[str]
    folder: Path
    output: Path


def running() -> Iterator[Running]:
    """Every process this user may look into."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            yield Running(
                pid=int(entry.name),
                parent=int(re.findall(r"^PPid:\s+(\d+)$", (entry / "status").read_text(), re.MULTILINE)[0]),
                command=(entry / "cmdline").read_bytes().decode().rstrip("\0").split("\0"),
                folder=(entry / "cwd").readlink(),
                output=(entry / "fd/1").readlink(),
            )
        except OSError:  # not ours to look at, or gone meanwhile
            continue
