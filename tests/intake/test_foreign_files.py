"""What is no table of text or Parquet is told by what it is, with the way to one, and a table with a fault in it by its line."""

from __future__ import annotations

import bz2
import io
import json
import lzma
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather, orc

from intake.errors import InputError
from intake.layout import resolve_layout
from intake.reading import read_source
from tests.intake.looked_files import OWN, looked, own_rows, packed, text_of

TEXT = text_of(OWN, own_rows(4))
TABLE = pa.table({name: list(values) for name, values in zip(OWN, zip(*own_rows(4), strict=True), strict=True)})


def stored(write) -> bytes:
    """What a writer of a table writes."""
    stream = io.BytesIO()
    write(TABLE, stream)
    return stream.getvalue()


def zipped(*names: str) -> bytes:
    """A zip of files of these names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return stream.getvalue()


def archived() -> bytes:
    """A tar of one file."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo("f.csv")
        member.size = len(TEXT)
        archive.addfile(member, io.BytesIO(TEXT.encode()))
    return stream.getvalue()


FOREIGN = {
    "f.feather": (
        stored(feather.write_feather),
        r"an Arrow \(Feather\) file.*pandas.read_feather\(\"f.feather\"\).to_parquet\(\"f.parquet\"\)",
    ),
    "f.orc": (stored(orc.write_table), "an ORC file.*read_orc"),
    "f.json": (json.dumps(TABLE.to_pylist()).encode(), "a list in JSON.*read_json"),
    "f.jsonl": ("".join(f"{json.dumps(row)}\n" for row in TABLE.to_pylist()).encode(), "lines of JSON.*lines=True"),
    "f.xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), "a workbook of a spreadsheet.*save the sheet as CSV UTF-8"),
    "f.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a workbook of Excel.*save the sheet as CSV UTF-8"),
    "f.csv.zst": (b"\x28\xb5\x2f\xfd" + bytes(range(256)), "packed by zstd.*zstd -d"),
    "f.csv.bz2": (bz2.compress(TEXT.encode()), "packed by bzip2.*bzip2 -d"),
    "f.csv.xz": (lzma.compress(TEXT.encode()), "packed by xz.*xz -d"),
    "f.tar": (archived(), "an archive of files.*tar -xf"),
    "f.tar.gz": (archived(), "an archive of files.*tar -xf"),
    "f.parquet.gz": (stored(pq.write_table), "Parquet that lies packed.*unpack it"),
    "f.db": (b"SQLite format 3\0" + bytes(99), "a database of SQLite.*sqlite3 -header -csv"),
    "f.pdf": (b"%PDF-1.7\n", "a PDF"),
    "f.csv": (b"<!DOCTYPE html>\n<html>403, forbidden</html>", "a page of HTML"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_table_in_another_form_is_told_with_the_way_to_one_that_is_read(tmp_path, name):
    """Whatever its name says, by a look and by a reading alike."""
    content, said = FOREIGN[name]
    path = packed(tmp_path / name, content)
    with pytest.raises(InputError, match=said):
        looked(path)
    if path.suffix not in {".gz", ".xlsx"}:  # which are read as they lie where nothing may be packed
        with pytest.raises(InputError, match=said):
            read_source(path, {}, resolve=resolve_layout)


@pytest.mark.parametrize("header", ["<TICKER>,<DATE>", "[id],[date]", '"{id}",date'])
def test_names_in_brackets_are_names(tmp_path, header):
    """As some programs write them."""
    look = looked(packed(tmp_path / "f.csv", f"{header}\n1,2026-03-01T09:30:00Z\n".encode()))
    assert look.rows == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (",".join(OWN).encode(), "has columns but no rows"),
        (TEXT.replace("c1", "c\0").encode(), "there are zero bytes in line 3"),
        (f"{TEXT}t,{'x' * 20_000_000}\n".encode(), "line 42 is longer than a line of a table can be"),
        (f'{TEXT}t,"{TEXT * 12_000}'.encode(), "on line 42 a text in quotes begins that does not end"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_by_the_line_at_fault(tmp_path, content, said):
    """And never by a word of the reader's own."""
    with pytest.raises(InputError, match=said) as caught:
        looked(packed(tmp_path / "f.csv", content))
    assert "straddling" not in str(caught.value)


def test_rows_behind_a_quote_that_nothing_closes_are_counted_one_by_one(tmp_path):
    """They are many, not one line that is left out."""
    look = looked(packed(tmp_path / "f.csv", f'{TEXT}t,"{TEXT}'.encode()))
    assert "41 lines of other lengths" in look.warnings[0]
