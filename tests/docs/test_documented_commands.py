"""Every command the documentation shows is run by a test, and `commands.toml` says by which.

A command that is new in README.md or docs/ fails here until it is listed with the test that runs it; an entry whose command is
no longer shown, whose test is gone, or whose test no longer holds the proof fails as well.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from command_line import options_of
from pages import ROOT, Page, normal, pages

LISTED: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "commands.toml").read_text(encoding="utf-8"))["covered"]
SHOWN = sorted({(command, page.name) for page in pages() for command in page.commands})
PYTEST = re.compile(r"(?:\.venv/bin/|\.venv-cdk/bin/)?pytest ")


def command_words(program: str) -> list[list[str]]:
    """Words of the shown commands that start with `program`, without leading assignments."""
    words = [shlex.split(command) for command in sorted({command for command, _ in SHOWN})]
    return [found for found in words if found and found[0] == program]


def is_test_run(command: str) -> bool:
    """Whether a command only names tests that exist: the whole suite runs them anyway."""
    paths = [word for word in shlex.split(command)[1:] if not word.startswith("-")]
    return bool(PYTEST.match(command)) and all((ROOT / path.split("::")[0]).exists() for path in paths)


@pytest.mark.parametrize(("command", "page"), SHOWN)
def test_every_documented_command_is_run_by_a_test(command: str, page: str):
    """Nobody pastes a line that was never tried."""
    covered = {normal(entry["command"]) for entry in LISTED}
    assert command in covered or is_test_run(command), f"{page} shows `{command}`: add it to tests/docs/commands.toml with its test"


@pytest.mark.parametrize("entry", [entry for entry in LISTED if "test" in entry], ids=lambda entry: entry["command"][:60])
def test_every_listed_test_is_there_and_runs_it(entry: dict[str, Any]):
    """The list cannot outlive the tests: the named file exists and still holds the piece that runs the command."""
    path, _, name = entry["test"].partition("::")
    assert (ROOT / path).is_file(), f"{path} is not there"
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not name or re.search(rf"^(async )?def {name}\b", text, re.MULTILINE), f"{path} has no {name}"
    assert entry["proof"] in text, f"{path} no longer holds {entry['proof']!r}"


def test_what_no_test_can_run_says_why():
    """An entry names a test and its proof, or, seldom, the reason why there can be none."""
    assert [entry for entry in LISTED if set(entry) not in ({"command", "test", "proof"}, {"command", "unproved"})] == []
    assert len([entry for entry in LISTED if "unproved" in entry]) <= len(LISTED) // 10


def test_nothing_is_listed_that_no_page_shows():
    """The list is as short as the documentation."""
    shown = {command for command, _ in SHOWN}
    assert [entry["command"] for entry in LISTED if normal(entry["command"]) not in shown] == []
    assert len(LISTED) == len({normal(entry["command"]) for entry in LISTED})


def test_an_uncovered_command_would_be_found(tmp_path: Path):
    """Commands are found in shell blocks, over continued lines, behind assignments and in running text."""
    page = Page(tmp_path / "page.md")
    page.path.write_text(
        "Run `make moon` or `AWS_REGION=x cdk destroy --all`; `cdk/` is a folder, `file.parquet` a file.\n"
        "```\nmake sun   # shines\n\nfrobnicate --now\ncurl -s \\\n  http://localhost\naws x --input '{\n\"a\": 1}'\n```\n"
        '```json\n{"make": "nothing"}\n```\n```\na picture -> of boxes\n```\n```sh\nunheard-of\n```\n',
        encoding="utf-8",
    )
    assert page.commands == [
        "make sun",
        "frobnicate --now",
        "curl -s http://localhost",
        "aws x --input '{ \"a\": 1}'",
        "unheard-of",
        "make moon",
        "AWS_REGION=x cdk destroy --all",
    ]


@pytest.mark.parametrize("words", [*command_words(".venv/bin/greenfraud"), *command_words("greenfraud")], ids=" ".join)
def test_the_command_line_understands_every_documented_option(words: list[str]):
    """A renamed option or command fails here, whatever the platform does with it."""
    name, *rest = words[1:]
    if name not in {"--help", "--install-completion"}:
        assert options_of(name, rest)
