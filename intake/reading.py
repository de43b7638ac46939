"""Reading a person's file: Parquet or CSV, only the columns that are needed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from intake.csv_lines import Lines
from intake.csv_table import Misfit, header_of, read_columns
from intake.description import Description, FileShape
from intake.errors import InputError
from intake.foreign_files import refuse_foreign
from intake.joining import MARKS, joined
from intake.layout import Layout, resolve_layout
from intake.repeated_headers import repeats_header
from intake.unpacking import unpacked

PARQUET_MAGIC = b"PAR1"
Resolve = Callable[[Sequence[str], Mapping[str, str]], Layout]
Mask: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
RowNumbers: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


@dataclass(frozen=True)
class Column:
    """One column of a file, knowing how to say where in the file a row is.

    `kept` are the file's numbers of its rows where others were left out; `lines` looks up a row's true line.
    """

    name: str
    values: pa.Array
    lines_above: int | None
    file: str = ""
    kept: RowNumbers | None = None
    lines: Lines | None = None

    def number(self, row: int) -> int:
        """The number of a row in the file, counted from 0."""
        return row if self.kept is None else int(self.kept[row])

    def where(self, row: int) -> str:
        """Row `row` (counted from 0) as a person counts: from 1, and for text also the line of the file."""
        number = self.number(row)
        if self.lines is not None:
            line = f" (line {self.lines.of([number])[0]})"
        else:
            line = "" if self.lines_above is None else f" (line {number + 1 + self.lines_above})"
        return f"row {number + 1:,}{line}"

    def fault(self, row: int, what: str, mend: str) -> InputError:
        """The error for this column at `row`."""
        return InputError(self.told(row, what, mend))

    def told(self, row: int, what: str, mend: str) -> str:
        """What is said of this column at `row`."""
        return f"{self.file}{': ' if self.file else ''}column `{self.name}`, {self.where(row)}: {what}. {mend}"

    def only(self, is_kept: Mask) -> Column:
        """The column without some of its rows."""
        kept = np.arange(len(self.values)) if self.kept is None else self.kept
        return replace(self, values=self.values.filter(pa.array(is_kept)), kept=kept[is_kept])


@dataclass(frozen=True)
class SourceFile:
    """The columns of a file by field; `others` are further ones that somebody asked for, by their own names.

    `misfits` are the lines that were no rows; `headers` counts those that repeated the header, and are left out.
    """

    layout: Layout
    columns: Mapping[str, Column]
    ignored: tuple[str, ...]
    others: Mapping[str, Column] = field(default_factory=dict)
    misfits: tuple[Misfit, ...] = ()
    headers: int = 0

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())).values)

    def only(self, is_kept: Mask) -> SourceFile:
        """The file without some of its rows."""
        return replace(
            self,
            columns={name: column.only(is_kept) for name, column in self.columns.items()},
            others={name: column.only(is_kept) for name, column in self.others.items()},
        )


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
    path: Path,
    mapping: Mapping[str, str],
    others: Sequence[str] = (),
    resolve: Resolve = resolve_layout,
    described: Description | None = None,
) -> SourceFile:
    """The needed columns of `path`, and `others`. InputError when it is empty, damaged or lacks one of them.

    `resolve` says which column of those that the file has is which field. A described file may be packed, and its rows are told by
    their true lines; others are plain, as whoever limits their size expects.
    """
    start = _start_of(path, may_be_packed=described is not None)
    if not start.strip():
        raise InputError(f"{path} is empty. Give a Parquet or CSV file with at least one row")

    def layout_of(names: Sequence[str]) -> Layout:
        _require(others, names)
        layout = resolve(names, mapping)
        _refuse_repeated([*layout.needed(), *others], names)
        return layout

    if start.startswith(PARQUET_MAGIC):
        source = _read_parquet(path, layout_of, others, file=path.name if described else "")
    else:
        refuse_foreign(path, start)
        source = _read_csv(path, start, layout_of, others, described)
    if not len(source):
        raise InputError(f"{path} has columns but no rows. Give a file with at least one row")
    return source


def _start_of(path: Path, *, may_be_packed: bool) -> bytes:
    try:
        with unpacked(path, may_be_packed=may_be_packed) as stream:
            return stream.read(1 << 16)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the path and its permissions") from None


def _read_parquet(path: Path, layout_of: Callable[[Sequence[str]], Layout], others: Sequence[str], file: str) -> SourceFile:
    try:
        parquet = pq.ParquetFile(path)
        layout = layout_of(parquet.schema_arrow.names)
        table = parquet.read(columns=list(dict.fromkeys([*layout.needed(), *others])))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} cannot be read as Parquet: {error}. Unpack it if it is packed, or write the file again") from None
    columns = {name: Column(name, _as_text(table[name].combine_chunks()), None, file) for name in table.column_names}
    return _source(layout, columns, parquet.schema_arrow.names, others)


def _read_csv(
    path: Path,
    start: bytes,
    layout_of: Callable[[Sequence[str]], Layout],
    others: Sequence[str],
    described: Description | None,
) -> SourceFile:
    shape = described.file if described else FileShape()
    header = header_of(path, start, shape, may_be_packed=described is not None)
    layout = layout_of(header.names)
    needed = list(dict.fromkeys([*layout.needed(), *others]))
    misfits = list[Misfit]() if described and described.rows.skip_bad else None
    table = read_columns(path, header, [header.names.index(name) for name in needed], shape, misfits)
    lines = Lines(path, shape.encoding, header.delimiter, len(header.names)) if described else None
    file = path.name if described else ""
    columns = {
        name: Column(name, values.combine_chunks(), 1, file, lines=lines)
        for name, values in zip(needed, table.columns, strict=True)
    }
    source = replace(_source(layout, columns, header.names, others), misfits=tuple(misfits or ()))
    return _without_headers(source, list(columns.values())) if described else source


def _without_headers(source: SourceFile, columns: Sequence[Column]) -> SourceFile:
    """The file without lines that say nothing but the columns' names again, as where several were put together."""
    is_header = repeats_header([column.values for column in columns], [column.name for column in columns])
    return replace(source.only(~is_header), headers=int(is_header.sum())) if is_header.any() else source


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


def _source(layout: Layout, columns: Mapping[str, Column], names: Sequence[str], others: Sequence[str]) -> SourceFile:
    """`names`: all that the file has; `others`: those that were asked for besides."""
    used = {*layout.needed(), *others}
    fields = {of: columns[name] for of, name in layout.columns.items() if of not in layout.parts}
    for of, parts in layout.parts.items():
        values = joined([plain(columns[name].values) for name in parts], MARKS[of])
        fields[of] = replace(columns[parts[0]], name=layout.columns[of], values=values)
    return SourceFile(layout, fields, tuple(name for name in names if name not in used), {name: columns[name] for name in others})


def _as_text(values: pa.Array) -> pa.Array:
    """Text that a tool stored as bytes, as text; anything else unchanged."""
    if not (pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type)):
        return values
    try:
        return pc.cast(values, pa.string())
    except pa.ArrowInvalid:
        return values  # is told as bytes by whichever check meets it


def plain(values: pa.Array) -> pa.Array:
    """`values` without dictionary encoding, large or view types."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return values.cast(pa.string()) if is_text(values.type) else values


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a type holds text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
