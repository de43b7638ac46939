"""Looking before importing: what a file is said to be is kept in `dataset.toml`, and whoever brings it agrees, or edits."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from pydantic import ValidationError

from cli.errors import InputError
from intake.description_file import FILE_NAME, dump_description, faults_told
from intake.look.glance import Asked, glance_at
from intake.look.looking import look_through
from intake.look.written import lines_of, proposal_text
from intake.shown import shown

if TYPE_CHECKING:
    from cli.data.importing import ImportOptions
    from cli.screen import Screen
    from intake.description import Description
from intake.look.declaring import line_of
from intake.look.findings import Look

ROWS_A_LINE = 1_000_000  # of progress, where nothing can be replaced


def _confirmed(text: str) -> bool:
    return typer.confirm(text, err=True)  # what a script reads stays clean


def _is_terminal() -> bool:
    return sys.stdin.isatty()


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How a person wants it. `description_path` is the description that was named, None where it lies beside the file.

    `is_told_elsewhere`: definitions said how the file is written, which is proposed and kept like what was found in it.
    """

    is_look_only: bool = False
    is_yes: bool = False
    is_told_elsewhere: bool = False
    description_path: Path | None = None
    show: Callable[[Look], None] = lambda _: None
    ask: Callable[[str], bool] = _confirmed
    is_somebody_here: Callable[[], bool] = _is_terminal


def settle(file: Path, options: ImportOptions, screen: Screen, ways: Ways) -> ImportOptions | None:
    """Look at `file`, and return how it is to be read; None where it is not to be imported now.

    A file that needs no guess is not talked about. InputError where a person must decide first, and for what nobody can read.
    """
    options.exchange()  # a currency that is none, or rates that cannot be used, are told before minutes of looking
    glance = glance_at(file, asked_of(options))
    path = ways.description_path or file.parent / FILE_NAME
    if glance.is_plain and not ways.is_look_only and (path.exists() or not ways.is_told_elsewhere):
        return options
    with screen.live(f"looking at {file}"):
        look = look_through(glance, _teller(file, screen))
    ways.show(look)
    if ways.is_look_only:
        _tell_next(file, look, screen, ways)
        return None
    if not _is_agreed(look, path, screen, ways):
        screen.line("nothing was imported")
        return None
    return replace(options, description=look.proposal, mapping={}, timezone=None)


def _teller(file: Path, screen: Screen) -> Callable[[int], None]:
    """What tells how many rows were counted: all the time on a terminal, a line a million elsewhere."""
    lines = 0

    def tell(rows: int) -> None:
        nonlocal lines
        text = f"looking at {file}: {rows:,} rows"
        screen.doing(text)
        if not screen.console.is_terminal and rows // ROWS_A_LINE > lines:
            lines = rows // ROWS_A_LINE
            screen.line(text)

    return tell


def _tell_next(file: Path, look: Look, screen: Screen, ways: Ways) -> None:
    screen.line()
    for question in look.questions:
        screen.line(f"to decide: {shown(question.what)}")
    is_proposed = ways.is_told_elsewhere or not look.is_plain
    proposes = "proposes how it is read, and keeps that in dataset.toml" if is_proposed else "imports it as it is"
    command = "the same command without --look" if ways.is_told_elsewhere else f"greenfraud import {file}"
    screen.line(f"{command} {proposes}")


def _is_agreed(look: Look, path: Path, screen: Screen, ways: Ways) -> bool:
    """Keep the proposal, and tell whether to go on with it. InputError where that is not ours to say."""
    is_new = not path.exists()
    screen.line()
    if is_new:
        keep(path, look)
        screen.line(f"proposed, and kept in {path}:", style="bold")
        screen.line(path.read_text(encoding="utf-8").rstrip())
    else:
        screen.line(f"{path} says a part. With what it does not say, which may be added there:", style="bold")
        screen.line(dump_description(_relative(look.proposal, path.parent)).rstrip())
    screen.line()
    if look.questions:
        raise InputError(_to_decide(look, path, is_new=is_new))
    if ways.is_yes:
        return True
    if not ways.is_somebody_here():
        raise InputError(
            f"nothing was imported, for nobody is here to agree. Read {path}, edit what is wrong and run this again, or add --yes"
        )
    return ways.ask("Import it like this?")


def asked_of(options: ImportOptions) -> Asked:
    """What a look is told beforehand. InputError for a time zone that is none."""
    given = options.description
    if options.timezone:
        try:
            given = given.changed({"times": {"timezone": options.timezone}})
        except ValidationError as error:
            raise InputError(f"--timezone: {faults_told(error)}") from None
    return Asked(given=given, mapping=options.mapping, currency=options.currency, maturity_days=options.maturity_days)


def keep(path: Path, look: Look) -> None:
    """Write the proposal where there is none. InputError where that cannot be, or nothing in the file speaks of payments."""
    if look.time is None and look.money is None:
        raise InputError(f"{shown(look.name)}: no column holds times, and none amounts, so these are no payments. Nothing was kept")
    text = proposal_text(replace(look, proposal=_relative(look.proposal, path.parent)))
    try:
        stream = path.open("x", encoding="utf-8")
        try:
            with stream:
                stream.write(text)
        except BaseException:
            path.unlink(missing_ok=True)  # half a description would be read as a whole one
            raise
    except OSError as error:
        remedy = "Make room, and run this again" if error.errno == errno.ENOSPC else "Copy the file to a folder of yours"
        raise InputError(f"{path} cannot be written: {error.strerror}. {remedy}") from None


def _relative(description: Description, folder: Path) -> Description:
    """The description with its file of labels named from the folder it is kept in."""
    named = description.labels.file
    return description.changed({"labels": {"file": os.path.relpath(named, folder)}}) if named else description


def _to_decide(look: Look, path: Path, *, is_new: bool) -> str:
    """What must be decided, and on which line; for a description of somebody's own, what its section must say."""
    told = []
    lines = lines_of(look, path.read_text(encoding="utf-8")) if is_new else [(None, one) for one in look.questions]
    for line, question in lines:
        replies = " or ".join(", ".join(f"{key} = {value}" for key, value in reply.lines.items()) for reply in question.replies)
        where = f"{path}, line {line}: " if line else f"{path}, [{question.section}]: " if question.replies else ""
        told.append(f"{where}{shown(question.what)}{f'. Write {replies}' if replies else ''}")
    return "nothing was imported: this is for a person to decide, then run it again.\n  " + "\n  ".join(told)


def look_document(look: Look) -> dict[str, Any]:
    """A look as JSON: dates as YYYY-MM-DD, the proposal as dataset.toml would say it."""
    plain = {**asdict(replace(look, proposal=None)), "unused": look.unused}  # type: ignore[arg-type]
    plain["declarations"] = {one.column: line_of(one) for one in look.suggested}
    plain["proposal"] = look.proposal.model_dump(mode="json", exclude_defaults=True)
    document: dict[str, Any] = json.loads(json.dumps(plain, default=_written))
    return document


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value)
