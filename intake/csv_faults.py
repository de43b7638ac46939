"""What is said of a CSV file that cannot be read to its end: the line at fault, and what mends it."""

from __future__ import annotations

import re
from pathlib import Path

from intake.csv_lines import Lines
from intake.errors import InputError
from intake.shown import shown

ADVICE = "Each line needs as many fields as the header"
OPTIONS = "; --skip-bad leaves the others out, --delimiter says what separates fields"
SEPARATOR_LINE = re.compile(r"""["']?sep=.?["']?[,;]*""", re.IGNORECASE)  # what spreadsheets put above the names
LONG = "straddling object"  # as Arrow calls what is longer than it reads at once


def unreadable(lines: Lines, error: Exception, *, has_options: bool = True) -> InputError:
    """The error for a file of which Arrow says `error`: by its line where it can be found, and never over several lines.

    Where whoever reads it has no options that say how a file is written, none is named.
    """
    advice = f"{ADVICE}{OPTIONS if has_options else ''}"
    head = f"{lines.path} cannot be read as CSV"
    if LONG in str(error):
        line, is_open = lines.first_endless()
        if is_open:
            return InputError(
                f"{head}: on line {line:,} a text in quotes begins that does not end. Close the quote, or take it out"
            )
        return InputError(f"{head}: line {line:,} is longer than a line of a table can be. Check that its lines are lines")
    try:
        misfit = lines.first_misfit()
    except InputError as fault:
        return fault
    if misfit is None:
        return InputError(f"{head}: {shown(str(error))}. {advice}")
    line, fields, breaks = misfit
    quoted = (
        f", and a text in quotes that goes on over {breaks + 1:,} lines, as after a quote that nothing closes" if breaks else ""
    )
    return InputError(f"{head}: line {line:,} has {fields:,} fields where the header has {lines.width:,}{quoted}. {advice}")


def refuse_separator_line(path: Path, line: str) -> None:
    """InputError for a first line that tells a spreadsheet what stands between the fields, where the names are to stand."""
    if SEPARATOR_LINE.fullmatch(line.strip("\r\n ")):
        raise InputError(
            f"{path}: the first line, `{shown(line.strip())}`, is meant for spreadsheets, and the names of the columns "
            "are to stand there. Take it out: what stands between the fields is seen without it"
        )
