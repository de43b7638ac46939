"""What is wrong with a policy's document: each fault by its line, and what may be meant so."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from greenfraud.policy.lines import Lines, Path


class Fault(NamedTuple):
    """One fault: the line, from 1, what stands there, what is wrong and what mends it; a warning keeps nobody from applying."""

    line: int
    place: str
    reason: str
    is_error: bool = True

    @property
    def words(self) -> str:
        """As a person reads it, without the file."""
        kind = "" if self.is_error else "warning: "
        return f"line {self.line}: {kind}{self.place}{': ' if self.place else ''}{self.reason}"


class Report:
    """Collects the faults of a document; readers say by path where they are, and go on with something harmless."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.faults: list[Fault] = []

    def error(self, path: Path, reason: str) -> None:
        """Keep the document from being applied."""
        self.faults.append(Fault(self._lines.of(path), place_of(path), reason))

    def warn(self, path: Path, reason: str) -> None:
        """Tell what may be meant so."""
        self.faults.append(Fault(self._lines.of(path), place_of(path), reason, is_error=False))

    def line(self, path: Path) -> int:
        """Return the line of a path."""
        return self._lines.of(path)

    def check_keys(self, path: Path, body: Mapping[str, Any], known: set[str]) -> None:
        """Refuse keys that nobody reads: a guardrail with a typing error must not silently be none."""
        for key in body.keys() - known:
            found = get_close_matches(key, sorted(known), n=1, cutoff=0.5)
            self.error((*path, key), f"is unknown; did you mean {found[0]}?" if found else f"is unknown; choose {_listed(known)}")

    def tables(self, body: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
        """Return the tables of an array, none where it is something else."""
        found = body.get(kind, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.error((kind,), f"must be tables: begin each with [[{kind}]]")
            return []
        return found

    def text(self, path: Path, body: Mapping[str, Any], key: str, longest: int) -> str:
        """Return a text that must be there."""
        value = body.get(key)
        if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
            self.error((*path, key), f"must be a text of 1 to {longest} printable characters")
            return ""
        return value

    def one_of(self, path: Path, body: Mapping[str, Any], key: str, known: tuple[str, ...], default: str | None = None) -> Any:
        """Return one of the known words; the first of them where it is at fault."""
        value = body.get(key, default)
        if value in known:
            return value
        self.error((*path, key), f"must be one of {_listed(known)}")
        return known[0]

    def number(  # noqa: PLR0913
        self, path: Path, body: Mapping[str, Any], key: str, least: float, most: float, *, default: Any = None
    ) -> Any:
        """Return a number within bounds; `default` where it is not given, and may be left out."""
        value = body.get(key, default)
        if value is default and default is not None:
            return value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and least <= value <= most:
            return value
        self.error((*path, key), f"must be a number from {least:g} to {most:g}")
        return least

    def whole(  # noqa: PLR0913
        self, path: Path, body: Mapping[str, Any], key: str, least: int, most: int, *, default: int | None = None
    ) -> int:
        """Return a whole number within bounds: half a priority or half a review would be cut off, or be none."""
        value = body.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.error((*path, key), f"must be a whole number from {least:,} to {most:,}")
        return least

    def minor(self, path: Path, body: Mapping[str, Any], key: str, least: int, *, default: int | None = None) -> int:
        """Return a whole number of minor units."""
        value = body.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= MOST_MINOR:
            return value
        words = "leave the decimals out: 5.00 is 500" if isinstance(value, float) else f"from {least} on"
        self.error((*path, key), f"must be a whole number of minor units ({words})")
        return least


MOST_MINOR = 10**12


def place_of(path: Path) -> str:
    """Return a path as a person reads it, counting from 1.

    >>> place_of(("lists", 0, "entries", 2, "until"))
    'lists[1].entries[3].until'
    """
    told = ""
    for part in path:
        told += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if told else ''}{part}"
    return told


def _listed(known: set[str] | tuple[str, ...]) -> str:
    return ", ".join(sorted(known) if isinstance(known, set) else known)
