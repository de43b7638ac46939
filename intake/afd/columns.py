"""Variables as columns that become features: the line of feature_repo/columns.toml for each, by its type."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from intake.afd.definitions import Definitions, Variable
from intake.afd.events import Events
from intake.afd.naming import column_name
from intake.afd.told import Telling
from intake.look.declaring import USUAL_PAYMENTS
from intake.shown import shown

TRUE_WORDS = ("true", "True", "TRUE", "1")
ALONE = "declare it yourself, where you want it (docs/columns.md)"
TABLES = {
    "number": 'kind = "number"',
    "flag": 'kind = "category", values = ["{word}"]',
    "plain": f'kind = "entity", is_personal = false, prior_reports = 1, prior_payments = {USUAL_PAYMENTS}',
    "personal": f'kind = "entity", prior_reports = 1, prior_payments = {USUAL_PAYMENTS}',
}


@dataclass(frozen=True)
class Proposed:
    """A variable as a column. `shape` is number, flag, plain (a text that names nobody) or personal; `word` stands for true."""

    variable: Variable
    shape: str
    word: str = TRUE_WORDS[0]

    @property
    def name(self) -> str:
        """The column's name."""
        return column_name(self.variable.name)

    @property
    def line(self) -> str:
        """The line that declares it."""
        kind = self.variable.type or self.variable.data_type
        table = TABLES[self.shape].replace("{word}", self.word)
        return f"{self.name} = {{ {table} }}  # {shown(self.variable.name)}, {shown(kind)}"


def shape_of(variable: Variable) -> str | None:
    """What a variable would be as a column, None where it would say nothing."""
    if variable.type in _types()["left_out"] or variable.data_type == "DATETIME":
        return None
    if variable.data_type == "BOOLEAN":
        return "flag"
    by_type = next((shape for shape in ("number", "plain", "personal") if variable.type in _types()[shape]["types"].split()), None)
    return by_type or ("number" if variable.data_type in {"INTEGER", "FLOAT"} else "personal")


def columns_of(events: Events, found: Definitions, used: set[str], telling: Telling) -> list[Proposed]:
    """Return a column for each variable that the file has and no field takes (`used` are theirs); the others are told."""
    proposed: dict[str, Proposed] = {}
    for variable in found.variables.values():
        column = events.column(variable.name)
        if variable.source != "EVENT" or column in used:
            continue
        if column is None:
            telling.leave(
                "variable", variable.name, "the file has no column of it", "export the events with it, if a rule needs it"
            )
            continue
        shape = shape_of(variable)
        if shape is None:
            telling.leave("variable", variable.name, _why_none(variable), ALONE)
        elif (one := Proposed(variable, shape, _true_word(events, column))).name in proposed:
            telling.leave(
                "variable", variable.name, f"it would be called {one.name}, as another one", "rename its column in the file"
            )
        else:
            proposed[one.name] = one
            _tell_added(variable, telling)
    return list(proposed.values())


def _true_word(events: Events, column: str) -> str:
    """The word for true that the file uses most."""
    counts = next((one.counts for one in events.glance.sampled if one.name == column), {})
    return max(TRUE_WORDS, key=lambda word: counts.get(word, 0))


def _why_none(variable: Variable) -> str:
    return str(_types()["left_out"].get(variable.type, "no feature is made of a second moment"))


def _tell_added(variable: Variable, telling: Telling) -> None:
    if added := _types()["added"].get(variable.type):
        telling.leave(
            "enrichment",
            variable.name,
            f"the service looked up {added}; nothing is looked up here",
            "look it up yourself, in history and requests alike, and send it as a column of its own",
        )


@cache
def _types() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("variable_types.toml").read_text(encoding="utf-8"))
