"""Where a row of a CSV stands: a quoted line break or an empty line moves all below, so lines are counted when asked for."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from intake.unpacking import unpacked

AT_ONCE = 1 << 20
HEADER = -1  # the row before the first


@dataclass(frozen=True)
class Lines:
    """The lines of a file's rows; `width` is the header's number of fields, for rows of another are no rows."""

    path: Path
    encoding: str
    delimiter: str
    width: int

    def of(self, rows: Sequence[int]) -> list[int]:
        """The line, counted from 1, on which each of some ascending rows begins; 0 for a row that is not there."""
        found, wanted = list[int](), list(rows)
        with unpacked(self.path) as stream:
            records = csv.reader(text_of(stream, self.encoding), delimiter=self.delimiter)
            row, above = HEADER, 0
            for record in records:
                if len(found) == len(wanted):
                    break
                if record and (row == HEADER or len(record) == self.width):
                    while len(found) < len(wanted) and wanted[len(found)] == row:
                        found.append(above + 1)
                    row += 1
                above = records.line_num
        return found + [0] * (len(wanted) - len(found))

    def first_undecodable(self) -> int | None:
        """The first line whose bytes are no text in this encoding."""
        decoder, lines = codecs.getincrementaldecoder(self.encoding)(), 1
        with unpacked(self.path) as stream:
            while True:
                block = stream.read(AT_ONCE)
                try:
                    lines += decoder.decode(block, final=not block).count("\n")
                except UnicodeError as error:  # of no mark where one must be, without a place
                    return lines + block[: getattr(error, "start", 0)].count(b"\n")
                if not block:
                    return None


def text_of(stream: IO[bytes], encoding: str) -> io.TextIOWrapper:
    """The stream as text, without its byte order mark; line breaks stay as they are, as `csv` wants them."""
    known = codecs.lookup(encoding).name
    return io.TextIOWrapper(stream, encoding="utf-8-sig" if known == "utf-8" else known, errors="replace", newline="")
