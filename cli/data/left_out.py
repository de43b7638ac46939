"""Rows of a file that do not become transactions: counted by reason, and written beside the file for whoever wants to know."""

from __future__ import annotations

import csv
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pyarrow as pa

from cli.errors import InputError
from intake.reading import Mask, RowNumbers, SourceFile
from intake.refusals import escaped, written

ENDING = ".left-out.csv"
OBEYED = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?[0-9.,]+(e[+-]?[0-9]+)?", re.IGNORECASE)


@dataclass(frozen=True)
class _Part:
    """Rows left out for one reason: their numbers in the file, and the values of every column that was read."""

    numbers: RowNumbers
    reason: str
    column: str
    values: tuple[pa.Array, ...]

    def line(self, row: int) -> list[str]:
        """Reason, column and values of one of them."""
        return [self.reason, self.column, *(written(one[row]) if one[row].is_valid else "" for one in self.values)]


@dataclass
class LeftOut:
    """What was left out of a file: rows with a fault, refunds, and rows that are too old, which are counted only."""

    path: Path
    faults: Counter[str] = field(default_factory=Counter)
    meant: Counter[str] = field(default_factory=Counter)
    first_fault: str = ""
    _parts: list[_Part] = field(default_factory=list)

    def leave(self, source: SourceFile, is_out: Mask, reason: str, *, column: str, fault: str = "") -> SourceFile:
        """The source without those rows, which are kept to be written; `fault` says what is wrong with the first."""
        columns = [one.only(is_out) for one in (*source.columns.values(), *source.others.values())]
        numbers = columns[0].kept if columns[0].kept is not None else np.empty(0, np.int64)
        (self.faults if fault else self.meant)[reason] += len(numbers)
        self.first_fault = self.first_fault or fault
        self._parts.append(_Part(numbers, reason, column, tuple(one.values for one in columns)))
        return source.only(~is_out)

    def count(self, source: SourceFile, is_out: Mask, reason: str) -> SourceFile:
        """The source without those rows, which are counted and no more."""
        self.meant[reason] += int(is_out.sum())
        return source.only(~is_out)

    def settle(self, source: SourceFile, most_bad_share: float) -> list[str]:
        """Write what was left out, and return what is to be said of it. InputError above the share that may be bad."""
        for misfit in source.misfits:
            self.faults[misfit.reason] += misfit.text.count("\n") + 1  # an open quote takes in whole rows
        if not self.faults and not self.meant:
            return []
        written = self._written(source)
        bad = self.faults.total()
        told = [f"left out: {_counted(self.faults + self.meant)}{written}"]
        if is_too_many(bad, bad + len(source), most_bad_share):
            share = bad / (bad + len(source))
            raise InputError(
                f"{self.path.name}: {bad:,} rows cannot be used, {share:.1%} of all, where {most_bad_share:.1%} may be left out "
                f"({_counted(self.faults)}{written}). The first: {self.first_fault or source.misfits[0].reason}. "
                "More likely the description is wrong than so many rows; --most-bad allows more"
            )
        return told

    def _written(self, source: SourceFile) -> str:
        if not self._parts and not source.misfits:
            return ""
        target = self.path.with_name(self.path.name + ENDING)
        columns = [*source.columns.values(), *source.others.values()]
        try:
            with _replacing(target) as stream:
                writer = csv.writer(stream)
                writer.writerow(["line", "reason", "column", *(_cell(column.name) for column in columns)])
                writer.writerows([line, *map(_cell, texts)] for line, *texts in self._lines(source))
        except OSError as error:
            raise InputError(
                f"{target}, the list of what is left out, cannot be written: {error.strerror}. Copy the file to a folder of yours"
            ) from None
        return f"; which, and why, is in {target}"

    def _lines(self, source: SourceFile) -> Iterator[list[Any]]:
        lines = next(iter(source.columns.values())).lines
        numbers = np.concatenate([np.empty(0, np.int64), *(part.numbers for part in self._parts)])
        owner = np.repeat(np.arange(len(self._parts)), [len(part.numbers) for part in self._parts])
        within = np.concatenate([np.empty(0, np.int64), *(np.arange(len(part.numbers)) for part in self._parts)])
        order = np.argsort(numbers, kind="stable")
        places = lines.of(numbers[order].tolist()) if lines else (numbers[order] + 1).tolist()
        for place, row in zip(places, order.tolist(), strict=True):
            yield [place, *self._parts[owner[row]].line(int(within[row]))]
        for misfit in source.misfits:
            yield [misfit.record, misfit.reason, "", misfit.text]


@contextmanager
def _replacing(target: Path) -> Iterator[TextIO]:
    """A stream for its owner's eyes alone; `target` holds all that was written, or what it held, and is no link to elsewhere."""
    # The values are payments of people, whoever may read the folder.
    handle, name = tempfile.mkstemp(prefix=".left-out-", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _cell(text: str) -> str:
    r"""A text that neither a terminal nor a spreadsheet obeys.

    >>> _cell("=1+1"), _cell("-12.50"), _cell("a\x1b[2J")
    ("'=1+1", '-12.50', 'a\\x1b[2J')
    """
    one_line = "\t".join(map(escaped, text.split("\t")))
    return f"'{one_line}" if text.startswith(OBEYED) and not NUMBER.fullmatch(text) else one_line


def _counted(reasons: Counter[str]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())


def is_too_many(bad: int, rows: int, most_bad_share: float) -> bool:
    """Tell whether so many bad rows are more than may be left out; a single one may always."""
    return bad > max(1, most_bad_share * rows)


def is_older(occurred_us: pa.Array, since_us: int) -> Mask:
    """Tell which moments are before another."""
    found: Mask = occurred_us.to_numpy() < since_us
    return found
