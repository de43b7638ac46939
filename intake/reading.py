"""Reading a person's file: Parquet or CSV, only the columns that are needed."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from intake.errors import InputError
from intake.layout import Layout, resolve_layout

PARQUET_MAGIC = b"PAR1"
Resolve = Callable[[Sequence[str], Mapping[str, str]], Layout]


@dataclass(frozen=True)
class Column:
    """One column of a file, knowing how to say where in the file a row is."""

    name: str
    values: pa.Array
    lines_above: int | None

    def where(self, row: int) -> str:
        """Row `row` (counted from 0) as a person counts: from 1, and for text also the line of the file."""
        line = "" if self.lines_above is None else f" (line {row + 1 + self.lines_above})"
        return f"row {row + 1:,}{line}"

    def fault(self, row: int, what: str, mend: str) -> InputError:
        """The error for this column at `row`."""
        return InputError(f"column `{self.name}`, {self.where(row)}: {what}. {mend}")


@dataclass(frozen=True)
class SourceFile:
    """The columns of a file by field; `others` are further ones that somebody asked for, by their own names."""

    layout: Layout
    columns: Mapping[str, Column]
    ignored: tuple[str, ...]
    others: Mapping[str, Column] = field(default_factory=dict)


def file_sha256(path: Path) -> str:
    """sha256 of the file's bytes. InputError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the path and its permissions") from None


def content_of(path: Path) -> bytes:
    """Return a small file's bytes. InputError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the path and its permissions") from None


def read_source(
    path: Path, mapping: Mapping[str, str], others: Sequence[str] = (), resolve: Resolve = resolve_layout
) -> SourceFile:
    """The needed columns of `path`, and `others`. InputError when it is empty, damaged or lacks one of them.

    `resolve` says which column of those that the file has is which field.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(1 << 16)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the path and its permissions") from None
    if not start.strip():
        raise InputError(f"{path} is empty. Give a Parquet or CSV file with at least one row")
    is_parquet = start.startswith(PARQUET_MAGIC)

    def layout_of(names: Sequence[str]) -> Layout:
        _require(others, names)
        layout = resolve(names, mapping)
        _refuse_repeated([*layout.columns.values(), *others], names)
        return layout

    source = _read_parquet(path, layout_of, others) if is_parquet else _read_csv(path, start, layout_of, others)
    if not len(next(iter(source.columns.values())).values):
        raise InputError(f"{path} has columns but no rows. Give a file with at least one row")
    return source


def _read_parquet(path: Path, layout_of: Callable[[Sequence[str]], Layout], others: Sequence[str]) -> SourceFile:
    try:
        file = pq.ParquetFile(path)
        layout = layout_of(file.schema_arrow.names)
        table = file.read(columns=list(dict.fromkeys([*layout.columns.values(), *others])))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} cannot be read as Parquet: {error}. Write the file again") from None
    return _source(layout, table, (file.schema_arrow.names, others), None)


def _read_csv(path: Path, start: bytes, layout_of: Callable[[Sequence[str]], Layout], others: Sequence[str]) -> SourceFile:
    header, delimiter = _header(path, start)
    layout = layout_of(header)
    needed = list(dict.fromkeys([*layout.columns.values(), *others]))
    try:
        table = arrow_csv.read_csv(
            path,
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=needed,
                column_types=dict.fromkeys(needed, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowException as error:
        raise InputError(f"{path} cannot be read as CSV: {error}. Each line needs as many fields as the header") from None
    return _source(layout, table, (header, others), 1)


def _require(others: Sequence[str], names: Sequence[str]) -> None:
    for name in others:
        if name not in names:
            raise InputError(f"the file has no column `{name}`. It has {', '.join(names)}")


def _refuse_repeated(needed: Sequence[str], names: Sequence[str]) -> None:
    for name in needed:
        if (count := names.count(name)) > 1:
            raise InputError(
                f"the file has {count} columns `{name}`, and nobody can tell which is meant. Give the others another name"
            )


def _header(path: Path, start: bytes) -> tuple[list[str], str]:
    """Column names and delimiter, which is whichever of , ; and tab stands most often in the first line."""
    try:
        line = start.decode("utf-8-sig", errors="strict" if b"\n" in start else "ignore").splitlines()[0]
    except UnicodeDecodeError as error:
        line = start[: error.start].decode("utf-8-sig").partition("\n")[0]
    if not line.strip() or "\0" in line:
        raise InputError(f"{path} is neither Parquet nor CSV in UTF-8. Convert it to one of them")
    delimiter = max(",;\t", key=line.count)
    return next(csv.reader([line], delimiter=delimiter)), delimiter


def _source(layout: Layout, table: pa.Table, names: tuple[Sequence[str], Sequence[str]], lines_above: int | None) -> SourceFile:
    """`names`: all that the file has, and those that were asked for besides."""
    columns = {name: Column(name, table[name].combine_chunks(), lines_above) for name in table.column_names}
    fields, used = {of: columns[name] for of, name in layout.columns.items()}, {*layout.columns.values(), *names[1]}
    return SourceFile(
        layout, fields, tuple(name for name in names[0] if name not in used), {name: columns[name] for name in names[1]}
    )


def plain(values: pa.Array) -> pa.Array:
    """`values` without dictionary encoding, large or view types."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return values.cast(pa.string()) if is_text(values.type) else values


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a type holds text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
