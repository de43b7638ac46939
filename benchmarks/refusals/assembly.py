"""A synthesised cloud assembly, read, and written anew with one template changed."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.refusals.grants import Template

SUFFIX = ".template.json"


class NoAssemblyError(Exception):
    """Nothing is synthesised."""


def read_templates(assembly: Path) -> dict[str, Template]:
    """The templates by stack. Raises NoAssemblyError."""
    files = sorted(assembly.glob(f"*{SUFFIX}"))
    if not files:
        raise NoAssemblyError(f"{assembly} holds no template: run `make synth` first")
    return {file.name.removesuffix(SUFFIX): json.loads(file.read_text(encoding="utf-8")) for file in files}


def write_changed(assembly: Path, folder: Path, stack: str, template: Template) -> Path:
    """A new folder with the whole assembly, by links but for one stack's template; returns it."""
    folder.mkdir(parents=True)
    for entry in assembly.iterdir():
        if entry.name != f"{stack}{SUFFIX}":
            (folder / entry.name).symlink_to(entry.resolve())
    (folder / f"{stack}{SUFFIX}").write_text(json.dumps(template), encoding="utf-8")
    return folder
