"""Where in a document something stands. tomllib tells lines of syntax alone, so tables and keys are looked up in the text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from typing import NamedTuple

Path = tuple[str | int, ...]

_HIDDEN = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
_HEADER = re.compile(r"^[ \t]*(\[\[?)[ \t]*([\w.-]+)[ \t]*\]", re.MULTILINE)
_KEY = re.compile(r"^[ \t]*([\w-]+)[ \t]*=", re.MULTILINE)
_ENTRIES = re.compile(r"[{}\[\]]")


class Table(NamedTuple):
    """A table's path and the part of the text under its header."""

    path: Path
    start: int
    end: int


class Lines:
    """The line, from 1, of every table, key and list entry of a document."""

    def __init__(self, text: str) -> None:
        # Texts and comments say nothing of the structure; blanked, everything else keeps its place.
        self._text = _HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        self._ends = [match.start() for match in re.finditer("\n", self._text)]
        self._of: dict[Path, int] = {(): 1}
        for table in self._tables():
            self._read(table)

    def of(self, path: Path) -> int:
        """Return the line of a path, or of the nearest thing around it that has one."""
        while path not in self._of:
            path = path[:-1]
        return self._of[path]

    def _tables(self) -> list[Table]:
        headers = list(_HEADER.finditer(self._text))
        ends = [*(header.start() for header in headers[1:]), len(self._text)]
        tables = [Table((), 0, headers[0].start() if headers else len(self._text))]
        seen: Counter[Path] = Counter()
        for header, end in zip(headers, ends[: len(headers)], strict=True):
            path = self._within(header[2].split("."), seen)
            if header[1] == "[[":
                seen[path] += 1
                self._of.setdefault(path, self._line(header.start(2)))
                path = (*path, seen[path] - 1)
            self._of[path] = self._line(header.start(2))
            tables.append(Table(path, header.end(), end))
        return tables

    @staticmethod
    def _within(names: list[str], seen: Counter[Path]) -> Path:
        """The path of a dotted header: where a part before the last is an array, its newest element is meant."""
        path: Path = ()
        for name in names[:-1]:
            path = (*path, name)
            path = (*path, seen[path] - 1) if seen[path] else path
        return (*path, names[-1])

    def _read(self, table: Table) -> None:
        for key in _KEY.finditer(self._text, table.start, table.end):
            path = (*table.path, key[1])
            self._of.setdefault(path, self._line(key.start(1)))
            self._read_entries(path, key.end(), table.end)

    def _read_entries(self, path: Path, start: int, end: int) -> None:
        """The inline tables of an array, where a key has one."""
        depth, number = 0, 0
        if not self._text[start:end].lstrip().startswith("["):
            return
        for mark in _ENTRIES.finditer(self._text, start, end):
            if mark[0] == "{" and depth == 1:
                self._of[(*path, number)] = self._line(mark.start())
                number += 1
            depth += 1 if mark[0] in "{[" else -1
            if depth == 0:
                return

    def _line(self, position: int) -> int:
        return bisect_left(self._ends, position) + 1
