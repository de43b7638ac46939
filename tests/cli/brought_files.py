"""A file as somebody brings it to `greenfraud import`, who agrees to what is proposed and uncomments an answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cli.data.importing import load_file
from cli.main import app
from cli.reading_options import ReadingOptions


@dataclass(frozen=True)
class Outcome:
    """What came of it: the exit code, what was said, and the data set's description where there is one."""

    code: int
    said: str
    path: Path

    @property
    def document(self) -> dict[str, Any]:
        """The last line, as JSON."""
        found: dict[str, Any] = json.loads(self.said.splitlines()[-1])
        return found

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The payments, as the description that was kept has them."""
        options = ReadingOptions().import_options(self.path, maturity_days=7)
        found: list[dict[str, Any]] = load_file(self.path, options).table.to_pylist()
        return found


def bring(path: Path, *typed: str) -> Outcome:
    """Check a file; whatever is wrong with it, no traceback is shown and the exit code is 0 or 2."""
    shown = CliRunner().invoke(app, ["import", str(path), "--check", "--yes", *typed])
    assert shown.exception is None or isinstance(shown.exception, SystemExit), shown.exception
    assert shown.exit_code in {0, 2}, shown.output
    return Outcome(shown.exit_code, shown.output, path)


def look_at(path: Path) -> str:
    """What a look says, and that it wrote nothing."""
    before = sorted(path.parent.iterdir())
    shown = CliRunner().invoke(app, ["import", str(path), "--look"])
    assert shown.exit_code == 0, shown.output
    assert sorted(path.parent.iterdir()) == before
    return shown.output


def decide(path: Path, *lines: str) -> None:
    """Take the mark off lines of the dataset.toml that was kept, whatever is explained behind them; each must stand there."""
    kept = path.with_name("dataset.toml")
    text = kept.read_text(encoding="utf-8")
    for line in lines:
        assert f"\n# {line}" in text, text
        text = text.replace(f"\n# {line}", f"\n{line}", 1)
    kept.write_text(text, encoding="utf-8")
