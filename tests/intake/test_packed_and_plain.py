"""What may be packed is unpacked within bounds; what must be plain is read as it lies there, whatever it begins with."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from intake import unpacking
from intake.description import Description
from intake.errors import InputError
from intake.labels.reading import Asked, read_labels
from intake.look.opening import open_file
from intake.reading import read_source
from tests.labelled_platform import LabelledPlatform

LONG = 0x3030  # a length whose two bytes are printable


def disguised(rows: bytes) -> bytes:
    """A zip that begins as a CSV does: nothing in the header before its packed rows is a byte that no text has."""
    name = ",transaction_id,label\n".ljust(LONG, "\n")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), rows, zipfile.ZIP_DEFLATED)
    local = b"PK\x03\x04" + b"0" * 22 + struct.pack("<HH", LONG, LONG) + name.encode() + b"\n" * LONG
    packed = file.getvalue()[30 + LONG :]
    # The directory stands further behind now, by the extra field.
    end = packed.rfind(b"PK\x05\x06") + 16
    at = struct.unpack("<I", packed[end : end + 4])[0] + LONG
    return local + packed[:end] + struct.pack("<I", at) + packed[end + 4 :]


ROWS = b"".join(b",T%d,fraud\n" % number for number in range(30))


def test_a_zip_disguised_as_a_csv_is_never_unpacked_where_a_plain_file_is_meant(tmp_path: Path):
    """Its rows were counted as it lies there."""
    path = tmp_path / "labels.csv"
    path.write_bytes(disguised(b"header\n" + ROWS))
    with zipfile.ZipFile(path) as archive:
        assert archive.read(archive.infolist()[0]).endswith(ROWS)
    with pytest.raises(InputError, match=r"labels\.csv"):
        read_labels(path, Asked({}))


def test_a_disguised_zip_in_the_inbox_tells_nothing(platform: LabelledPlatform, take: Any):
    """However many rows it would unpack to."""
    platform.client("s3").put_object(Bucket="inbox", Key="labels/a.csv", Body=disguised(b"header\n" + ROWS))
    assert take().refused == 1
    assert platform.reports() == []


TABLE = b"transaction_id,occurred_at,customer_id,amount,is_fraud\n"


def zipped(content: bytes, method: int = zipfile.ZIP_DEFLATED, name: str = "f.csv") -> bytes:
    """A zip of one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, zipped])
def test_what_unpacks_to_far_more_than_any_table_is_refused_before_it_fills_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
):
    """A short row a hundred thousand times; as much is taken below what every machine has room for."""
    path = tmp_path / "bomb.csv.packed"
    path.write_bytes(pack(TABLE + b"a,b,c,d,e\n" * 100_000))
    assert len(read_source(path, {}, described=Description())) == 100_000
    monkeypatch.setattr(unpacking, "ALWAYS_TAKEN", 100_000)
    for reading in (lambda: read_source(path, {}, described=Description()), lambda: list(open_file(path).rows_of())):
        with pytest.raises(InputError, match=r"more than 100 times its size.*unpack it and give the file"):
            reading()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("place", [47, 54, 61, 68, 75, 82, 96, 103])
def test_a_damaged_zip_is_told_however_it_was_packed(tmp_path: Path, method: int, place: int):
    """By its name, with what can be done."""
    path = tmp_path / "f.zip"
    body = bytearray(zipped(TABLE + b"".join(b"a%d,b,c,d,e\n" % number for number in range(200)), method))
    body[place] ^= 0xFF
    path.write_bytes(body)
    with pytest.raises(InputError, match=r"f\.zip cannot be unpacked as zip"):
        read_source(path, {}, described=Description())


def test_no_terminal_obeys_the_names_in_a_zip(tmp_path: Path):
    """Whoever made it chose them."""
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a\x1b[2J.csv", "b.csv"):
            archive.writestr(name, TABLE)
    with pytest.raises(InputError, match=r"holds 2 files \(a·\[2J\.csv, b\.csv\)"):
        read_source(path, {}, described=Description())


def test_a_zip_whose_name_within_is_no_text_is_told(tmp_path: Path):
    """It says that it is UTF-8, and is not."""
    path = tmp_path / "f.zip"
    path.write_bytes(zipped(TABLE, name="ü.csv").replace("ü".encode(), b"\xff\xff"))
    with pytest.raises(InputError, match=r"f\.zip cannot be unpacked as zip: .*utf-8"):
        read_source(path, {}, described=Description())
