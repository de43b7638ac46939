"""How a file is written, told from its first bytes: kind, compression, encoding, separator; and its rows, batch by batch."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from intake.csv_faults import refuse_separator_line, unreadable
from intake.csv_lines import Lines, text_of
from intake.csv_table import DELIMITERS
from intake.description import FileShape
from intake.errors import InputError
from intake.foreign_files import refuse_foreign
from intake.look.findings import Form
from intake.look.time_texts import written_as
from intake.reading import PARQUET_MAGIC
from intake.repeated_headers import repeats_header
from intake.shown import shown
from intake.unpacking import packed_as, unpacked

START_BYTES = 1 << 20
BLOCK_BYTES = 1 << 22
BATCH_ROWS = 1 << 16
DECIMALS = re.compile(r"\d+[.,]\d+")
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
COMMON = {"cp949": "euc_kr", "gb18030": "gb2312"}
ASIAN = {"cp949": ("\uac00", "\ud7a3"), "shift_jis": ("\u3040", "\u30ff"), "gb18030": ("\u4e00", "\u9fff")}


@dataclass(frozen=True)
class Opened:
    """A file that can be looked at: its form, the names of its columns as they stand, and its rows as often as needed.

    `misfits` has the lines of each record that has more or fewer fields than the header, of the pass that came last; such are
    passed over.
    """

    form: Form
    names: tuple[str, ...]
    batches: Callable[[Sequence[int] | None], Iterator[pa.RecordBatch]]
    misfits: list[int] = field(default_factory=list)

    def rows_of(self, places: Sequence[int] | None = None) -> Iterator[pa.RecordBatch]:
        """Batches of the columns at `places`, or of all; their names are `c0`, `c1`, ... by place. InputError for damage."""
        return self.batches(places)


def open_file(path: Path, shape: FileShape | None = None) -> Opened:
    """Tell how `path` is written; what `shape` says other than its default is taken as it says.

    InputError when it is empty, damaged, or no table of text or Parquet.
    """
    compression = packed_as(path) or ""
    with unpacked(path) as stream:
        start = stream.read(START_BYTES)
        other = None if start.startswith(PARQUET_MAGIC) else _no_utf8(start, stream)
    if not start.removeprefix(codecs.BOM_UTF8).strip():
        raise InputError(f"{path} is empty. Give a Parquet or CSV file with at least one row")
    form = Form(kind="CSV", compression=compression, size_bytes=path.stat().st_size)
    if start.startswith(PARQUET_MAGIC) and not compression:
        return _opened_parquet(path, replace(form, kind="Parquet"))
    refuse_foreign(path, start)
    return _opened_csv(path, start, form, shape or FileShape(), other)


def _opened_parquet(path: Path, form: Form) -> Opened:
    try:
        names = tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} cannot be read as Parquet: {error}. Write the file again") from None

    def batches(places: Sequence[int] | None) -> Iterator[pa.RecordBatch]:
        chosen = range(len(names)) if places is None else places
        # A name with a point would be taken for a part of a structure, and of two alike the first would be read twice.
        needed = [names[place] for place in chosen]
        is_simple = len(set(names)) == len(names) and not any("." in name for name in names)
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(BATCH_ROWS, columns=needed if is_simple else None):
                    found = [batch.column(batch.schema.names.index(names[place]) if is_simple else place) for place in chosen]
                    yield pa.RecordBatch.from_arrays(found, [f"c{place}" for place in chosen])
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path} cannot be read as Parquet: {error}. Write the file again") from None

    return Opened(form, names, batches)


def _no_utf8(start: bytes, rest: IO[bytes]) -> bytes | None:
    """The first block that is no UTF-8 of a file that begins as if it were; None where all is, or its start already is not."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    block = start
    while block:
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            return None if block is start else block
        block = rest.read(START_BYTES)
    return None


def _opened_csv(path: Path, start: bytes, form: Form, shape: FileShape, other: bytes | None) -> Opened:
    """`other`: bytes from further on that tell the encoding where the start could be in several."""
    guessed, has_bom = encoding_of(start)
    guessed = encoding_of(other)[0] if other is not None else guessed
    encoding = guessed if shape.encoding == FileShape().encoding else shape.encoding
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(start).lstrip("\ufeff")
    separator = shape.delimiter or separator_of(text)
    try:
        names = tuple(name.strip() for name in next(csv.reader(io.StringIO(text, newline=""), delimiter=separator)))
    except (csv.Error, StopIteration):
        names = ()
    if text.strip() and not text.splitlines()[0].strip():
        raise InputError(f"{path}: the first line is empty, and the names of the columns are to stand there. Take it out")
    if "\0" in text[:4096] or not any(names):
        zeros = f": there are zero bytes in line {1 + text[: text.index(chr(0))].count(chr(10)):,}" if "\0" in text else ""
        raise InputError(f"{path} is neither Parquet nor CSV{zeros}. Give one of them; a spreadsheet can be saved as CSV")
    _refuse_no_header(path, text, names)
    form = replace(form, encoding=encoding, has_bom=has_bom, separator=separator)

    misfits = list[int]()

    def batches(places: Sequence[int] | None) -> Iterator[pa.RecordBatch]:
        return _csv_batches(path, form, names, range(len(names)) if places is None else places, misfits)

    return Opened(form, names, batches, misfits)


def _refuse_no_header(path: Path, text: str, names: Sequence[str]) -> None:
    """Raise InputError where the first line names no columns: one of a title, for a spreadsheet, or of a payment."""
    line = text.splitlines()[0]
    refuse_separator_line(path, line)
    first = shown(line, 60)
    if len(names) == 1 or sum(map(bool, names)) == 1 < len(names) - 1:
        raise InputError(
            f"{path}: the first line, `{first}`, is one column alone, and the names of all stand there, with , ; | or a tab "
            "between them. Take out what stands above the names, or write another mark between the fields"
        )
    for name in names:
        written = written_as([name])
        if (written and written.has_date) or DECIMALS.fullmatch(name):
            raise InputError(
                f"{path}: the first line holds `{shown(name, 60)}`, a value and no name of a column. "
                "Write a line above it with the names of the columns"
            )


def _csv_batches(
    path: Path, form: Form, header: Sequence[str], places: Sequence[int], misfits: list[int]
) -> Iterator[pa.RecordBatch]:
    """Rows as texts; a row with too few or too many fields is passed over: reading names it, looking does not need it."""
    names, width = [f"c{place}" for place in places], len(header)
    misfits.clear()

    def pass_over(row: arrow_csv.InvalidRow) -> str:
        misfits.append(row.text.count("\n") + 1)
        return "skip"

    try:
        with unpacked(path) as stream:
            reader = arrow_csv.open_csv(
                stream,
                read_options=arrow_csv.ReadOptions(
                    column_names=[f"c{place}" for place in range(width)],
                    skip_rows_after_names=1,
                    encoding="utf-8-sig" if form.has_bom and form.encoding == "utf-8" else form.encoding,
                    block_size=BLOCK_BYTES,
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=form.separator, newlines_in_values=True, invalid_row_handler=pass_over
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=names,
                    column_types=dict.fromkeys(names, pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                    check_utf8=False,
                ),
            )
            for batch in reader:
                is_header = repeats_header(batch.columns[: len(places)], [header[place] for place in places])
                yield batch.filter(pa.array(~is_header)) if is_header.any() else batch
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error) or not _has_second_line(path, form):
            return
        raise unreadable(Lines(path, form.encoding, form.separator, width), error) from None
    except (OSError, UnicodeError) as error:
        raise InputError(
            f"{path} cannot be read to its end: {error}. Copy it again, or say how it is written: --encoding"
        ) from None


def _has_second_line(path: Path, form: Form) -> bool:
    with unpacked(path) as stream:
        text = text_of(stream, form.encoding)
        return bool(text.readline(START_BYTES)) and bool(text.read(1))


def encoding_of(start: bytes) -> tuple[str, bool]:
    """Return the encoding that the first bytes are in, and whether a byte order mark says so.

    >>> encoding_of("Müller".encode()), encoding_of("Müller".encode("cp1252")), encoding_of("김철수 상점".encode("cp949"))
    (('utf-8', False), ('cp1252', False), ('cp949', False))
    """
    for mark, encoding in MARKS.items():
        if start.startswith(mark):
            return encoding, True
    if (zeros := start.count(0)) > len(start) // 4:
        return ("utf-16-le" if start[1::2].count(0) > zeros // 2 else "utf-16-be"), False
    if _decoded(start, "utf-8") is not None:
        return "utf-8", False
    for encoding, (first, last) in ASIAN.items():
        text = _decoded(start, encoding) or ""
        runs = re.findall(f"[{first}-{last}]{{2,}}", text)
        if common := COMMON.get(encoding):  # of two bytes there; others are Japanese, or letters with accents before plain ones
            runs = [run for run in runs if len(run.encode(common, "replace")) == 2 * len(run)]
        if runs and sum(map(len, runs)) > len(re.findall("[^\\x00-\xff]", text)) / 2:
            return encoding, False
    return ("cp1252" if _decoded(start, "cp1252") is not None else "latin-1"), False


def _decoded(start: bytes, encoding: str) -> str | None:
    """The text, None where the bytes cannot be in that encoding; a character that the end cuts is forgiven."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(start, final=False)
    except UnicodeDecodeError:
        return None


def separator_of(text: str) -> str:
    """Return what stands between the fields: which of , ; tab and | the header has most often outside of quotes.

    >>> separator_of('id;"Amount, gross";x')
    ';'
    """
    header = next(iter(text.splitlines()), "")
    outside = "".join(part for number, part in enumerate(header.split('"')) if number % 2 == 0)
    return max(DELIMITERS, key=outside.count)
