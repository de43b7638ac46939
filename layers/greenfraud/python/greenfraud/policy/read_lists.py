"""The lists of a document. Faults name the line of an entry, never the id that stands there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from unicodedata import normalize

from greenfraud.instants import DAY_US, LAST_US, start_of_day_us, to_datetime
from greenfraud.policy.decisions import DECISIONS
from greenfraud.policy.faults import Report
from greenfraud.policy.grammar import IDS, Vocabulary
from greenfraud.policy.lines import Path
from greenfraud.policy.named_list import EFFECTS, ListEntry, NamedList
from greenfraud.policy.read_rules import LONGEST_REASON, check_unique, read_name

Naming = Callable[[str, str], str]  # column and id to what is stored of the id
LONGEST_ID = 256
MOST_ENTRIES = 50_000
KEYS = {"name", "column", "effect", "outcome", "needs_end", "entries"}
OUTCOMES = {"force": DECISIONS[1:], "suppress": DECISIONS[:-1], "mark": ("allow",)}
OUTCOME = {"force": "block", "suppress": "allow", "mark": "allow"}


NOT_AS_IT_LOOKS = (
    "has a space at an end, or a character with a twin that looks like it (composed, full-width): ids are compared byte by byte, "
    "so make sure that payments spell it so"
)


def as_named(_: str, identity: str) -> str:
    """Store ids as they are, where ids are no tokens."""
    return identity


def column_by_list(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the column of each list that has a name, for the rules that ask for it."""
    lists = body.get("lists", [])
    found = [one for one in lists if isinstance(one, dict)] if isinstance(lists, list) else []
    return {
        one["name"]: IDS.get(str(one.get("column")), str(one.get("column"))) for one in found if isinstance(one.get("name"), str)
    }


@dataclass(frozen=True)
class ListReader:
    """Reads the lists with their entries as they are stored; what is over at `now_us` is left out, and told."""

    report: Report
    vocabulary: Vocabulary
    now_us: int
    naming: Naming = as_named

    def read(self, body: Mapping[str, Any]) -> tuple[NamedList, ...]:
        """Return the lists in the order of the document."""
        names: dict[str, Path] = {}
        lists = []
        for number, table in enumerate(self.report.tables(body, "lists")):
            path = ("lists", number)
            lists.append(self._list(table, path))
            check_unique(lists[-1].name, path, names, self.report)
        self._warn_of_both(lists, body)
        return tuple(lists)

    def _warn_of_both(self, lists: list[NamedList], body: Mapping[str, Any]) -> None:
        """Tell of whoever is let pass by one list and stopped by another: the one that forces wins."""
        forcing = {(one.column, stored): one.name for one in lists if one.effect == "force" for stored in one.entries}
        for number, one in enumerate(lists):
            if one.effect != "suppress" or not forcing:
                continue
            for entry, told in enumerate(body["lists"][number].get("entries", []) if one.entries else []):
                stored = self.naming(one.column, str(told.get("id")))
                if stored in one.entries and (name := forcing.get((one.column, stored))):
                    self.report.warn(("lists", number, "entries", entry), f'stands on "{name}" too, which wins: it forces')

    def _list(self, table: Mapping[str, Any], path: Path) -> NamedList:
        report = self.report
        report.check_keys(path, table, KEYS)
        name = read_name(table, path, report)
        effect = report.one_of(path, table, "effect", EFFECTS)
        told = {**table, "column": IDS.get(str(table.get("column")), table.get("column"))}
        column = report.one_of(path, told, "column", self.vocabulary.columns)
        outcome = report.one_of(path, table, "outcome", OUTCOMES[effect], OUTCOME[effect])
        # Whoever is let pass for ever is forgotten about: a list that suppresses has ends unless it says otherwise.
        needs_end = table.get("needs_end", effect == "suppress")
        if not isinstance(needs_end, bool):
            report.error((*path, "needs_end"), "must be true or false")
        entries = self._entries(table, (*path, "entries"), needs_end=bool(needs_end))
        stored = {self.naming(column, identity): entry for identity, entry in entries.items()}
        return NamedList(name, column, effect, outcome, stored)

    def _entries(self, table: Mapping[str, Any], path: Path, *, needs_end: bool) -> dict[str, ListEntry]:
        report, found = self.report, table.get("entries", [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            report.error(path, 'must be tables: entries = [ { id = "C1", until = 2027-01-31, reason = "...", author = "..." } ]')
            return {}
        if len(found) > MOST_ENTRIES:
            report.error(path, f"are {len(found):,}: {MOST_ENTRIES:,} are the most")
        entries: dict[str, ListEntry] = {}
        first: dict[str, int] = {}
        for number, one in enumerate(found[:MOST_ENTRIES]):
            here = (*path, number)
            identity, entry = _entry(one, here, report, needs_end=needs_end)
            if first.setdefault(identity, number) != number:
                report.error((*here, "id"), f"stands in line {report.line((*path, first[identity]))} already: keep one of the two")
            if entry.until_us is not None and entry.until_us <= self.now_us:
                report.warn((*here, "until"), f"is over since {to_datetime(entry.until_us):%Y-%m-%d %H:%M} UTC: it says nothing")
            else:
                entries[identity] = entry
        return entries


def _entry(one: Mapping[str, Any], path: Path, report: Report, *, needs_end: bool) -> tuple[str, ListEntry]:
    report.check_keys(path, one, {"id", "until", "reason", "author"})
    identity = report.text(path, one, "id", LONGEST_ID)
    if identity != normalize("NFKC", identity).strip():
        report.warn((*path, "id"), NOT_AS_IT_LOOKS)
    if needs_end and "until" not in one:
        report.error(path, "has no end, which this list demands: add until = 2027-01-31, or say needs_end = false for the list")
    until_us = _end_us(one["until"], (*path, "until"), report) if "until" in one else None
    texts = [report.text(path, one, key, LONGEST_REASON) for key in ("reason", "author")]
    return identity, ListEntry(until_us, *texts)


def _end_us(until: object, path: Path, report: Report) -> int | None:
    """A day counts to its end, in UTC; a moment needs its offset."""
    if isinstance(until, datetime) and until.tzinfo is not None:
        until_us = (until - to_datetime(0)) // timedelta(microseconds=1)
    elif isinstance(until, date) and not isinstance(until, datetime):
        until_us = min(start_of_day_us(until) + DAY_US, LAST_US)
    else:
        report.error(path, "must be a day such as 2027-01-31, which counts to its end in UTC, or a moment with an offset")
        return None
    if 0 <= until_us <= LAST_US:
        return until_us
    report.error(path, "must be within the years 1970 to 9999, in UTC")
    return None
