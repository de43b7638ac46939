"""Where a row of a CSV stands: a quoted line break or an empty line moves all below, so lines are counted when asked for."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from intake.errors import InputError
from intake.unpacking import unpacked

AT_ONCE = 1 << 20
BLOCK_CHARACTERS, MOST_CHARACTERS = 1 << 16, 1 << 19  # of one text or line, before it cannot be meant
HEADER = -1  # the row before the first
csv.field_size_limit(2**31 - 1)  # what Arrow takes; of itself, 131,072


@dataclass(frozen=True)
class Lines:
    """The lines of a file's rows; `width` is the header's number of fields, for rows of another are no rows."""

    path: Path
    encoding: str
    delimiter: str
    width: int
    may_be_packed: bool = True

    def of(self, rows: Sequence[int]) -> list[int]:
        """The line, counted from 1, on which each of some ascending rows begins; 0 for a row that is not there."""
        found, wanted, row = list[int](), list(rows), HEADER
        with unpacked(self.path, may_be_packed=self.may_be_packed) as stream:
            for line, record in self._records(stream):
                if len(found) == len(wanted):
                    break
                if record and (row == HEADER or len(record) == self.width):
                    while len(found) < len(wanted) and wanted[len(found)] == row:
                        found.append(line)
                    row += 1
        return found + [0] * (len(wanted) - len(found))

    def _records(self, stream: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
        """Every record, and the line on which it begins. InputError for what is none."""
        records, above = csv.reader(text_of(stream, self.encoding), delimiter=self.delimiter), 0
        try:
            for record in records:
                yield above + 1, record
                above = records.line_num
        except csv.Error as error:
            raise InputError(
                f"{self.path}, line {above + 1:,}: {error}. Check the quotes, for the row is read differently"
            ) from None

    def first_misfit(self) -> tuple[int, int, int] | None:
        """The line of the first record of another width, its number of fields, and how many line breaks stand in its texts."""
        with unpacked(self.path, may_be_packed=self.may_be_packed) as stream:
            for line, record in self._records(stream):
                if record and len(record) != self.width:
                    return line, len(record), sum(text.count("\n") for text in record)
        return None

    def first_endless(self) -> tuple[int, bool]:
        """The line where a text in quotes begins that goes on for more than can be meant (True), or of a line that does (False)."""
        line, opened, length = 1, 0, 0
        with unpacked(self.path, may_be_packed=self.may_be_packed) as stream:
            text = text_of(stream, self.encoding)
            while block := text.read(BLOCK_CHARACTERS):
                for place, piece in enumerate(block.split('"')):
                    if place:
                        opened, length = 0 if opened else line, 0
                    line += (breaks := piece.count("\n"))
                    length = len(piece) - piece.rfind("\n") - 1 if breaks and not opened else length + len(piece)
                    if length > MOST_CHARACTERS:
                        return opened or line, bool(opened)
        return opened or line, bool(opened)

    def first_undecodable(self) -> int | None:
        """The first line whose bytes are no text in this encoding."""
        decoder, lines = codecs.getincrementaldecoder(self.encoding)(), 1
        with unpacked(self.path, may_be_packed=self.may_be_packed) as stream:
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
