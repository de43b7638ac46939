"""`import --declare`: what a person took the mark off becomes features, and nobody types it again."""

from __future__ import annotations

import io
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli.data import declaring
from cli.data.importing import ImportOptions
from cli.errors import InputError
from cli.main import app
from cli.screen import Screen
from greenfraud.features.columns import read_columns
from intake.description_file import FILE_NAME, load_description
from tests.intake.looked_files import OWN, own_rows, text_of

HEADER = (*OWN, "Geräte-ID", "Kanal", "km", "flagged")
COMPILER = """
import tomllib
from pathlib import Path
from greenfraud.features.columns import read_columns
declared = read_columns(tomllib.loads(Path("feature_repo/columns.toml").read_text(encoding="utf-8")))
Path("compiled").write_text(" ".join(one.column for one in declared))
"""


def rows_of() -> list[list[str]]:
    """Payments with a device, a channel, a distance, and what somebody noted afterwards."""
    rows = own_rows(30, frauds_a_day=2)
    return [
        [*row, f"d{at % 40}", ("web", "till", "app")[at % 3], "n/a" if at == 5 else f"{at % 90}.5", row[-1]]
        for at, row in enumerate(rows)
    ]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clone of the project as far as declaring sees it; its compiler checks what is declared, and writes the names."""
    folder = tmp_path / "project"
    for name, text in (
        ("feature_repo/columns.toml", "# mine\n"),
        ("toolchain/__init__.py", ""),
        ("toolchain/compile_features.py", COMPILER),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A person's file in a folder of its own."""
    path = tmp_path / "data" / "f.csv"
    path.parent.mkdir()
    path.write_text(text_of(HEADER, rows_of()), encoding="utf-8")
    return path


def declare(file: Path, project: Path, description: str | None = None) -> str:
    """What is said where a file is declared by a description, or by the one beside it."""
    kept = file.with_name(FILE_NAME)
    if description is not None:
        kept.write_text(description, encoding="utf-8")
    given = ImportOptions(description=load_description(kept)) if kept.exists() else ImportOptions()
    console = Console(record=True, width=200, file=io.StringIO())
    declaring.declare(file, given, Screen(console), None, project)
    return console.export_text()


def unmarked(kept: Path, *names: str) -> None:
    """What a person does in an editor."""
    wanted = tuple(f"# {name} = " for name in names)
    lines = kept.read_text(encoding="utf-8").splitlines()
    kept.write_text("\n".join(line.removeprefix("# ") if line.startswith(wanted) else line for line in lines), encoding="utf-8")


def test_a_proposal_is_kept_and_what_loses_its_mark_is_declared_and_compiled(file: Path, project: Path):
    """Once: run again, it changes nothing."""
    told = declare(file, project)
    assert "take the mark off" in told
    line = int(told.split("From line ")[1].split()[0])
    with pytest.raises(InputError, match=r"nothing is declared yet. From line \d+ of .*dataset\.toml on"):
        declare(file, project)
    kept = file.with_name(FILE_NAME)
    assert "geraete_id" in "".join(kept.read_text(encoding="utf-8").splitlines()[line - 1 : line + 1])
    unmarked(kept, "geraete_id", "kanal", "km")
    said = declare(file, project)
    columns = project / "feature_repo/columns.toml"
    found = {one.column: one for one in read_columns(tomllib.loads(columns.read_text(encoding="utf-8")))}
    assert {name: one.kind for name, one in found.items()} == {"geraete_id": "entity", "kanal": "category", "km": "number"}
    assert found["kanal"].values == ("app", "till", "web")
    assert (found["geraete_id"].prior_reports, found["geraete_id"].prior_payments) == (1, 5)
    assert (project / "compiled").read_text() == "geraete_id kanal km"
    assert "13 features; requests name it `geraete_id`" in said
    assert "make run DATA=" in said
    before = columns.read_bytes()
    assert "declared before" in declare(file, project)
    assert columns.read_bytes() == before
    assert before.startswith(b"# mine")


def test_a_description_of_a_persons_own_is_told_the_lines_to_add(file: Path, project: Path):
    """And stays as it is."""
    with pytest.raises(InputError, match=r"Add to .*dataset\.toml") as refused:
        declare(file, project, "[rows]\nskip_bad = true\n")
    assert '\n  # kanal = {column = "Kanal", kind = "category"' in str(refused.value)
    assert file.with_name(FILE_NAME).read_text() == "[rows]\nskip_bad = true\n"


def test_what_gives_frauds_away_is_warned_of_twice(file: Path, project: Path):
    """In the proposal, and where it is declared all the same."""
    declare(file, project)
    lines = file.with_name(FILE_NAME).read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("# flagged = "))
    assert "this alone tells nearly every fraud" in lines[at - 1]
    unmarked(file.with_name(FILE_NAME), "flagged")
    assert "mind: `flagged` alone tells nearly every fraud" in declare(file, project)


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ('km = { kind = "number" }', "column `km`, row 6: `n/a` is no number"),
        ('absent = { kind = "number" }', "f.csv has no column `absent`, which its description says is `absent`"),
        ('km = { kind = "category", values = ["1", "1"] }', "values are texts in quotes, each once"),
        ('amount = { kind = "number" }', "cannot be called amount"),
        ('Kanal = { kind = "entity" }', "map it to a name of small letters"),
        ('km = { kind = "numbr" }', "features.km.kind = `numbr` cannot be used"),
        (
            'km = { kind = "number", empti = ["n/a"] }',
            "there is no key `features.km.empti`. The keys there are column, empty, decimal, thousands, kind",
        ),
    ],
)
def test_what_cannot_be_declared_is_refused_by_its_name_and_nothing_is_written(file: Path, project: Path, features: str, said: str):
    """Before anything is compiled."""
    with pytest.raises(InputError) as refused:
        declare(file, project, f"[features]\n{features}\n")
    assert said in str(refused.value)
    assert (project / "feature_repo/columns.toml").read_text() == "# mine\n"


def test_a_declaration_that_is_there_in_another_way_is_never_written_over(file: Path, project: Path):
    """Old rows and decisions have its old meaning."""
    columns = project / "feature_repo/columns.toml"
    columns.write_text('[kanal]\nkind = "first_time"\n', encoding="utf-8")
    with pytest.raises(InputError, match="declares `kanal` in another way"):
        declare(file, project, '[features]\nkanal = { column = "Kanal", kind = "entity" }\n')


def test_declarations_that_nobody_can_read_are_told(file: Path, project: Path):
    """Somebody edited them by hand."""
    columns = project / "feature_repo/columns.toml"
    for text, said in (("[x", "columns.toml: Expected"), ("[x]\n", "columns.toml: column x: its kind is missing")):
        columns.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=re.escape(said)):
            declare(file, project, '[features]\nkm = { kind = "number", empty = "n/a" }\n')
        assert columns.read_text(encoding="utf-8") == text


def test_what_does_not_compile_leaves_the_declarations_as_they_were(file: Path, project: Path):
    """With the compiler's own words."""
    (project / "toolchain/compile_features.py").write_text("raise ValueError('two features are called km')", encoding="utf-8")
    with pytest.raises(InputError, match="nothing was declared: two features are called km"):
        declare(file, project, '[features]\nkm = { kind = "number", empty = "n/a" }\n')
    assert (project / "feature_repo/columns.toml").read_text() == "# mine\n"


def test_an_interrupted_declaration_leaves_them_too(file: Path, project: Path, monkeypatch: pytest.MonkeyPatch):
    """Ctrl-C while it compiles."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        declare(file, project, '[features]\nkm = { kind = "number", empty = "n/a" }\n')
    assert (project / "feature_repo/columns.toml").read_text() == "# mine\n"


@pytest.mark.parametrize("other", ["--append", "--check", "--look", "--json", "--yes", "--aws"])
def test_no_option_is_ignored_beside_it(file: Path, other: str):
    """It is refused."""
    result = CliRunner().invoke(app, ["import", str(file), "--declare", other])
    assert result.exit_code == 2
    assert "leave out" in result.stderr


def test_what_stands_in_the_columns_and_was_never_compiled_is_compiled(file: Path, project: Path):
    """By whoever wrote it there, or by a command that was killed in between."""
    declare(file, project, '[features]\nkm = { kind = "number", empty = "n/a" }\n')
    (project / "compiled").unlink()
    assert "declared before" in declare(file, project)
    assert (project / "compiled").read_text() == "km"


def test_a_name_with_a_line_separator_is_proposed_as_toml(file: Path, project: Path):
    """Only a line feed ends a line there."""
    text = file.read_text(encoding="utf-8").replace("Kanal", "Ka\u2028nal", 1)
    file.write_text(text, encoding="utf-8")
    declare(file, project)
    tomllib.loads(file.with_name(FILE_NAME).read_text(encoding="utf-8"))
