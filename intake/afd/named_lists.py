"""Texts that rules look values up in, as lists of a policy: those of the account, and those that stand in a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from greenfraud.policy.read_lists import LONGEST_ID, MOST_ENTRIES
from greenfraud.policy.read_rules import LONGEST_NAME
from intake.afd.meant import UntranslatableError

ANOTHER = "send another text in its place"


@dataclass(frozen=True)
class Listed:
    """A list of a policy that decides nothing by itself: its name, its column, who stands on it."""

    name: str
    column: str
    entries: tuple[str, ...]


@dataclass
class NamedLists:
    """The lists that rules ask for, each once; `elements` are those of the account."""

    elements: Mapping[str, tuple[str, ...]]
    kept: dict[tuple[str, frozenset[str]], Listed] = field(default_factory=dict)

    def of_account(self, name: str, column: str) -> frozenset[str]:
        """Return the elements of a list of the account, kept under its name. Raises UntranslatableError."""
        if name not in self.elements:
            raise UntranslatableError(
                f"nothing is told of what stands on @{name}", f"keep the answer of get-list-elements as {name}.json"
            )
        entries = frozenset(self.elements[name])
        self.name_of(entries, column, wanted=name)
        return entries

    def name_of(self, entries: frozenset[str], column: str, *, wanted: str) -> str:
        """Return the name of the list of a column with these entries. Raises UntranslatableError for what no list can hold."""
        refuse_strange(entries)
        if len(entries) > MOST_ENTRIES:
            raise UntranslatableError(f"its list has {len(entries):,} entries, more than {MOST_ENTRIES:,}", "split it by hand")
        if (column, entries) not in self.kept:
            name = free_name(wanted, [one.name for one in self.kept.values()])
            self.kept[column, entries] = Listed(name, column, tuple(sorted(entries)))
        return self.kept[column, entries].name


def refuse_strange(texts: Iterable[str]) -> None:
    """Raise UntranslatableError for a text that no policy could hold."""
    for text in texts:
        if not (1 <= len(text) <= LONGEST_ID and text.isprintable() and '"' not in text and text.strip()):
            raise UntranslatableError(
                "it names a text that no policy can hold: too long, or with quotes or control characters", ANOTHER
            )


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name as policies have them that nobody has yet.

    >>> free_name("Bad_emails!", []), free_name("bad-emails", ["bad-emails"]), free_name("___", [])
    ('bad-emails', 'bad-emails-2', 'rule')
    """
    known = {*taken}
    plain = re.sub(r"[^a-z0-9]+", "-", wanted.lower())[: LONGEST_NAME - 4].strip("-") or "rule"
    return next(name for number in range(1, len(known) + 2) if (name := plain if number == 1 else f"{plain}-{number}") not in known)
