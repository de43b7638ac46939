"""Updates are watched wherever something is pinned."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
UPDATES: list[dict[str, Any]] = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text(encoding="utf-8"))["updates"]
ECOSYSTEMS = {update["package-ecosystem"]: update for update in UPDATES}
# What each ecosystem reads in a folder.
PINNED = {
    "pip": ("pyproject.toml", "*.txt", "*.in"),
    "npm": ("package-lock.json",),
    "docker": ("Dockerfile", "*.Dockerfile"),
    "github-actions": (".github/workflows/*.yml",),
}
SKIPPED = {".venv", ".venv-cdk", ".venv-docs", "node_modules", "cdk.out", ".local", ".git"}


def holding(patterns: tuple[str, ...]) -> set[str]:
    """The folders of the repository that hold such a file, as Dependabot names them."""
    found: set[str] = set()
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name not in SKIPPED]
        files = [Path(folder, name) for name in names if any(fnmatch(name, pattern) for pattern in patterns)]
        if any(holds_pins(file) for file in files):
            found.add(f"/{Path(folder).relative_to(ROOT)}".replace("/.", "/"))
    return found


def holds_pins(path: Path) -> bool:
    """Whether a text file is one of requirements; other names say it by themselves."""
    return path.suffix != ".txt" or "==" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("ecosystem", ["pip", "npm", "docker"])
def test_every_folder_with_something_pinned_is_watched(ecosystem: str):
    """A new Dockerfile or requirements file in another folder fails here."""
    update = ECOSYSTEMS[ecosystem]
    assert set(update.get("directories", [update.get("directory")])) == holding(PINNED[ecosystem])


def test_every_ecosystem_is_watched_each_week_in_one_proposal():
    """Actions, too; a dozen proposals a week would be read by nobody."""
    assert set(ECOSYSTEMS) == set(PINNED)
    assert {update["schedule"]["interval"] for update in UPDATES} == {"weekly"}
    assert [update["package-ecosystem"] for update in UPDATES if [*update["groups"].values()] != [{"patterns": ["*"]}]] == []


def test_the_hosts_pins_are_watched_line_by_line():
    """With an input of the same name Dependabot would look at the input alone, and host.txt answers pyproject.toml."""
    assert not (ROOT / "requirements/host.in").exists()
