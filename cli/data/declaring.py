"""From a column of a person's file to features: what `dataset.toml` declares is written into feature_repo, and compiled."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.data.looking import asked_of, keep
from cli.errors import InputError
from greenfraud.errors import ContractError
from greenfraud.features.column_features import features_of
from greenfraud.features.columns import ColumnDeclaration, read_columns
from greenfraud.features.manifest import load_manifest
from intake.checks import numbers, without_words
from intake.description_file import FILE_NAME
from intake.look.counting import counted
from intake.look.glance import Glance, glance_at
from intake.look.leaking import gives_away
from intake.look.looking import look_through
from intake.look.written import suggested_lines
from intake.reading import Column
from intake.shown import shown

if TYPE_CHECKING:
    from cli.data.importing import ImportOptions
    from cli.screen import Screen
    from intake.description import DeclaredColumn

PROJECT = Path(__file__).resolve().parents[2]
COLUMNS = "feature_repo/columns.toml"
COMPILE_SECONDS = 300


def declare(file: Path, options: ImportOptions, screen: Screen, description_path: Path | None, project: Path = PROJECT) -> None:
    """Declare what the description of `file` makes features of, and compile it. InputError where it says nothing of that yet.

    Then a description is proposed where there is none; somebody's own is never written over.
    """
    path = description_path or file.parent / FILE_NAME
    glance = glance_at(file, asked_of(options))
    if not options.description.features:
        is_new = not path.exists()
        told = _proposed(path, glance, file)
        if is_new:
            screen.line(told)
            return
        raise InputError(f"nothing is declared yet. {told}")
    columns = project / COLUMNS
    if not columns.is_file():
        raise InputError(f"{columns} is not there: declare columns in a clone of the project, with its own `.venv/bin/greenfraud`")
    for name, one in options.description.features.items():
        _check(name, one, glance, screen)
    declared = {name: one.declaration(name) for name, one in options.description.features.items()}
    new = _new(columns, declared)
    if new:
        with screen.step("features", f"declaring {', '.join(new)} in {COLUMNS}, and compiling the features"):
            _write(columns, {name: options.description.features[name].table() for name in new}, project)
    elif set(declared) - set(load_manifest().extra_columns):  # written by hand, or by a command that was killed
        with screen.step("features", f"compiling the features of {COLUMNS}"):
            _compile(project)
    for name, declaration in declared.items():
        known = "" if name in new else ", declared before"
        screen.line(
            f"  {name}: {declaration.kind}, {counted(len(features_of([declaration])), 'feature')}{known}; requests name it `{name}`"
        )
    screen.line(f"next: `make run DATA={file}` here; with a platform in AWS `make deploy`, then `greenfraud import {file} --aws`")


def _proposed(path: Path, glance: Glance, file: Path) -> str:
    """What is to be done first; the proposal is kept where there is none. InputError where no column is left."""
    again = f"then run this again: greenfraud import {file} --declare"
    if not glance.suggested:
        raise InputError(
            f"{shown(file.name)}: no column is left that could become features. docs/columns.md says what can be declared by hand"
        )
    lines = suggested_lines(glance.suggested)
    if not path.exists():
        keep(path, look_through(glance))
    kept = path.read_text(encoding="utf-8").split("\n")
    if lines[-1] in kept:
        at = kept.index(lines[0]) + 1 if lines[0] in kept else 1
        return f"From line {at} of {path} on, take the mark off what is to become features; {again}"
    told = "\n  ".join(["[features]", *lines])
    return f"Add to {path} what is to become features, without its mark; {again}\n  {told}"


def _check(name: str, one: DeclaredColumn, glance: Glance, screen: Screen) -> None:
    """Warn of what gives frauds away. InputError where a number is none, in the first rows."""
    column = next(seen for seen in glance.sampled if (seen.name,) == glance.asked.given.placed()[name])
    if glance.told is not None and gives_away(column, glance.told):
        told = "alone tells nearly every fraud. If it is filled in afterwards, the model will know nothing of a live payment"
        screen.line(f"  mind: `{shown(column.name)}` {told}", style="yellow")
    if one.kind == "number":
        values = without_words(Column(column.name, column.texts, None, glance.path.name), one.empty)
        numbers(values, one.marks)


def _new(columns: Path, declared: Mapping[str, ColumnDeclaration]) -> list[str]:
    """The columns that are not declared yet. InputError where one is, otherwise."""
    try:
        there = {one.column: one for one in read_columns(tomllib.loads(columns.read_text(encoding="utf-8")))}
    except (ContractError, ValueError) as error:
        raise InputError(f"{columns}: {shown(str(error))}") from None
    for name, one in declared.items():
        if name in there and there[name] != one:
            raise InputError(
                f"{COLUMNS} declares `{name}` in another way. Say the same in both; a column whose meaning changed needs "
                "another name once it was deployed"
            )
    return [name for name in declared if name not in there]


def _write(columns: Path, tables: Mapping[str, Mapping[str, Any]], project: Path) -> None:
    """Add the tables and compile. InputError where that cannot be, and then nothing has changed."""
    import tomlkit

    before, whole = columns.read_text(encoding="utf-8"), columns.with_suffix(".new")
    is_done = False
    try:
        whole.write_text(f"{before.rstrip()}\n\n{tomlkit.dumps(tables)}", encoding="utf-8")
        whole.replace(columns)
        _compile(project)
        is_done = True
    except OSError as error:
        raise InputError(f"nothing was declared: {columns} cannot be written: {error.strerror}") from None
    finally:
        whole.unlink(missing_ok=True)
        if not is_done:
            with suppress(OSError):
                columns.write_text(before, encoding="utf-8")


def _compile(project: Path) -> None:
    """What `make features` runs. InputError with its own words."""
    command = [sys.executable, "-m", "toolchain.compile_features"]
    try:
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=COMPILE_SECONDS)
    except subprocess.TimeoutExpired:
        raise InputError(f"nothing was declared: the features were not compiled within {COMPILE_SECONDS} s") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise InputError(f"nothing was declared: {said[-1].rpartition('Error: ')[2]}")
