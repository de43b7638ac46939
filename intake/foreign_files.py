"""Tables in other forms, handed in by mistake: each is told by its first bytes, with the way to one that is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from intake.errors import InputError

FRAME = 'a line of Python makes Parquet of it: pandas.{reader}("{name}").to_parquet("{stem}.parquet")'
SAVE = "open it and save the sheet as CSV UTF-8"
UNPACK = "unpack it ({command}) and give what is in it"
# What a file begins with, what it is, and what to do.
BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (rb"ARROW1|FEA1", "an Arrow (Feather) file", FRAME.replace("{reader}", "read_feather")),
    (rb"\xff\xff\xff\xff.{4}\x10\0", "a stream of Arrow", "write it as Parquet: pyarrow.parquet.write_table"),
    (rb"ORC", "an ORC file", FRAME.replace("{reader}", "read_orc")),
    (rb"Obj\x01", "an Avro file", "write it as Parquet or CSV"),
    (rb"\xd0\xcf\x11\xe0", "a workbook of Excel", SAVE),
    (rb"PK\x03\x04", "a workbook of Excel, or a zip", SAVE),
    (rb"SQLite format 3", "a database of SQLite", 'export the table: sqlite3 -header -csv "{name}" "select * from payments"'),
    (rb"PAR1", "Parquet that lies packed", "unpack it: Parquet is packed inside"),
    (rb"\x1f\x8b", "packed twice", "unpack it once"),
    (rb"\x28\xb5\x2f\xfd", "packed by zstd", UNPACK.replace("{command}", "zstd -d")),
    (rb"BZh[1-9]1AY&SY", "packed by bzip2", UNPACK.replace("{command}", "bzip2 -d")),
    (rb"\xfd7zXZ", "packed by xz", UNPACK.replace("{command}", "xz -d")),
    (rb"7z\xbc\xaf", "packed by 7-Zip", UNPACK.replace("{command}", "7z x")),
    (rb"Rar!", "packed by RAR", UNPACK.replace("{command}", "unrar x")),
    (rb".{257}ustar", "an archive of files", UNPACK.replace("{command}", "tar -xf")),
    (rb"%PDF", "a PDF", "ask whoever made it for the data as CSV"),
    (rb"\s*\[\s*\{", "a list in JSON", FRAME.replace("{reader}", "read_json")),
    (rb'\s*\{\s*"[^\n]*\}\s*\n\s*\{', "lines of JSON", FRAME.replace('{reader}("{name}")', 'read_json("{name}", lines=True)')),
    (rb'\s*\{\s*"', "JSON", FRAME.replace("{reader}", "read_json")),
    (rb"\s*<(\?xml|!doctype|html)", "a page of HTML or XML", "a download may have ended at a page: ask for the data as CSV"),
)
SHEETS = {"xl/workbook.xml", "xl/workbook.bin", "[Content_Types].xml", "content.xml"}


def refuse_foreign(path: Path, start: bytes) -> None:
    """Raise InputError for a file whose first bytes say that it is something else than a table of text, and what to do."""
    for pattern, what, remedy in BEGINNINGS:
        if re.match(pattern, start.removeprefix(b"\xef\xbb\xbf"), re.DOTALL | re.IGNORECASE):
            told = remedy.replace("{name}", path.name).replace("{stem}", path.stem)
            raise InputError(f"{path} is {what}. Give Parquet or CSV: {told}")


def refuse_sheets(path: Path, members: Sequence[str]) -> None:
    """Raise InputError for a zip that is a workbook of a spreadsheet."""
    if SHEETS & set(members):
        raise InputError(f"{path} is a workbook of a spreadsheet. Give Parquet or CSV: {SAVE}")
