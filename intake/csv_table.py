"""A CSV file as columns of text: its header, then only what is needed of it, in whatever encoding and however packed."""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv

from intake.csv_faults import refuse_separator_line, unreadable
from intake.csv_lines import Lines
from intake.description import FileShape
from intake.errors import InputError
from intake.unpacking import packed_as, unpacked

DELIMITERS = ",;\t|"
QUOTED = re.compile(r'"[^"]*"')
NO_UTF8 = re.compile("invalid UTF-?8", re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """The names of a file's columns, what stands between two of them, how many lines they take, and whether they lay packed.

    A file that may be packed is one that a person describes, by options too.
    """

    names: list[str]
    delimiter: str
    lines: int
    may_be_packed: bool


@dataclass(frozen=True)
class Misfit:
    """A line with more or fewer fields than the header: its record, counted with the header from 1, and why it is none."""

    record: int
    text: str
    reason: str


def header_of(path: Path, start: bytes, shape: FileShape, *, may_be_packed: bool) -> Header:
    """The header in a file's first bytes. The delimiter is the description's, else what stands most often outside of quotes.

    Where a file may not be packed, the rows below are read as they lie there, whatever they begin with.
    """
    text = _text_of(start, path, shape, has_options=may_be_packed)
    line = text.splitlines()[0] if text.strip() else ""
    if not line.strip() or "\0" in line:
        raise InputError(
            f"{path} is neither Parquet nor CSV in UTF-8. Convert it to one of them{_if_utf16(start) if may_be_packed else ''}"
        )
    refuse_separator_line(path, line)
    outside = QUOTED.sub("", line)
    delimiter: str = shape.delimiter or max(DELIMITERS, key=outside.count)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return Header([name.strip() for name in next(records)], delimiter, records.line_num, may_be_packed)


def _text_of(start: bytes, path: Path, shape: FileShape, *, has_options: bool) -> str:
    known = codecs.lookup(shape.encoding).name
    decoder = codecs.getincrementaldecoder("utf-8-sig" if known == "utf-8" else known)
    try:
        return decoder().decode(start)
    except UnicodeError as error:  # of no mark where one must be, without a place
        # The header may be sound, and the message is better told by its line.
        text = decoder().decode(start[: getattr(error, "start", 0)])
        if "\n" not in text:
            advice = (has_options and _if_utf16(start).removeprefix(". ")) or _encoding_advice(shape, has_options=has_options)
            raise InputError(f"{path} is neither Parquet nor CSV in {shape.encoding}. {advice}") from None
        return text


def _if_utf16(start: bytes) -> str:
    """The remedy for a file in UTF-16, which spreadsheets write, by its mark or by the zeros between its letters."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ". It is utf-16: --encoding utf-16"
    return ". It looks like utf-16-le: --encoding utf-16-le" if start[1:40:2].count(0) > 15 else ""


def read_columns(
    path: Path, header: Header, positions: Sequence[int], shape: FileShape, misfits: list[Misfit] | None = None
) -> pa.Table:
    """The columns at some positions, as text, named by them. `misfits`, if given, takes the lines that are no rows.

    InputError for a wrong encoding, by its line and remedy, and for lines of other lengths.
    """
    names = [str(position) for position in range(len(header.names))]
    chosen = [names[position] for position in dict.fromkeys(positions)]
    try:
        with _rows_of(path, header) as stream, _handler_faults_raised():
            return arrow_csv.read_csv(
                stream,
                read_options=arrow_csv.ReadOptions(
                    column_names=names, skip_rows=header.lines, encoding=_arrow_encoding(shape), use_threads=misfits is None
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=header.delimiter, newlines_in_values=True, invalid_row_handler=_misfit_handler(misfits)
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=chosen,
                    column_types=dict.fromkeys(chosen, pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
    except (pa.ArrowException, UnicodeError) as error:
        if isinstance(error, UnicodeError) or NO_UTF8.search(str(error)):
            raise _wrong_encoding(path, header, shape) from None
        lines = Lines(path, shape.encoding, header.delimiter, len(header.names), may_be_packed=header.may_be_packed)
        raise unreadable(lines, error, has_options=header.may_be_packed) from None


def _rows_of(path: Path, header: Header) -> AbstractContextManager[Any]:
    """A stream of the file; Arrow reads one of its own faster than one of Python's, and unpacks nothing by itself then."""
    is_plain = not header.may_be_packed or packed_as(path) is None
    return pa.OSFile(str(path)) if is_plain else unpacked(path)


def _arrow_encoding(shape: FileShape) -> str:
    known = codecs.lookup(shape.encoding).name
    return "utf8" if known in {"utf-8", "utf-8-sig"} else known


@contextmanager
def _handler_faults_raised() -> Iterator[None]:
    """Raise UnicodeError for a line of another length that is no text: Arrow cannot hand it on, and would leave it out unseen."""
    seen, before = list[BaseException | None](), sys.unraisablehook
    sys.unraisablehook = lambda fault: seen.append(fault.exc_value) if _is_unicode(fault) else before(fault)
    try:
        yield
    finally:
        sys.unraisablehook = before
        if seen:
            raise UnicodeError("a line that is no text")


def _is_unicode(fault: Any) -> bool:
    return isinstance(fault.exc_value, UnicodeError)


def _misfit_handler(misfits: list[Misfit] | None) -> Callable[[arrow_csv.InvalidRow], str] | None:
    if misfits is None:
        return None

    def leave_out(row: arrow_csv.InvalidRow) -> str:
        reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
        misfits.append(Misfit(row.number or 0, row.text, reason))
        return "skip"

    return leave_out


def _wrong_encoding(path: Path, header: Header, shape: FileShape) -> InputError:
    lines = Lines(path, shape.encoding, header.delimiter, len(header.names), may_be_packed=header.may_be_packed)
    line = lines.first_undecodable()
    where = f"line {line:,}" if line else "a line"
    return InputError(f"{path}: {where} is not {shape.encoding}. {_encoding_advice(shape, has_options=header.may_be_packed)}")


def _encoding_advice(shape: FileShape, *, has_options: bool) -> str:
    if not has_options:
        return "Save it as UTF-8: CSV UTF-8, as Excel calls it"
    others = [name for name in ("cp1252", "utf-8", "utf-16") if name != shape.encoding]
    return (
        f"Say how it is written, for example --encoding {others[0]} (as Excel writes in Western Europe) or --encoding {others[1]}"
    )
