"""Grants that stay although nothing used them or they allow more than was used, each with its reason: cdk/permissions.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from benchmarks.permissions.lines import Line

KINDS = ("unused", "broader")


class AcknowledgementError(ValueError):
    """An entry of the file cannot be read; the message names it."""


@dataclass(frozen=True)
class Acknowledgement:
    """Accepts lines of a kind; role, action and resource are patterns."""

    kind: str
    role: str
    action: str
    resource: str
    reason: str

    def accepts(self, line: Line) -> bool:
        """Whether it is this line that is accepted."""
        fits = {"unused": line.is_unused, "broader": line.is_broader}[self.kind]
        patterns = ((self.role, line.role), (self.action, line.action), (self.resource, line.resource))
        # What a resource has of wildcards is text here: `[*]` stands for a star.
        return fits and all(fnmatchcase(value, pattern) for pattern, value in patterns)


def read(path: Path) -> list[Acknowledgement]:
    """The entries of the file. Raises AcknowledgementError for one that is incomplete or says no reason."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("acknowledged", [])
    return [entry_of(number, entry) for number, entry in enumerate(entries, 1)]


def entry_of(number: int, entry: dict[str, str]) -> Acknowledgement:
    """One entry."""
    expected = {"kind", "role", "action", "resource", "reason"}
    if set(entry) != expected or entry["kind"] not in KINDS or len(entry["reason"]) < 10:
        needed = ", ".join(sorted(expected))
        raise AcknowledgementError(f"entry {number} of the acknowledgements: it needs {needed}; kind is one of {', '.join(KINDS)}")
    return Acknowledgement(**entry)


def idle(entries: Iterable[Acknowledgement], lines: list[Line]) -> list[Acknowledgement]:
    """Entries that accept nothing any more."""
    return [entry for entry in entries if not any(entry.accepts(line) for line in lines)]
