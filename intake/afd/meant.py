"""What a variable of a rule is in a policy: a number, a flag, a text, or somebody's id; or why it can be nothing there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from greenfraud.features.columns import ColumnDeclaration
from greenfraud.features.manifest import Manifest
from greenfraud.policy.payment import CUSTOMER, TERMINAL, TEXTS
from intake.afd.columns import TRUE_WORDS, shape_of
from intake.afd.definitions import Definitions, Variable
from intake.afd.naming import column_name

ONE_WORD = "declare it with the word for true that requests send"
IDS = {"customer_id": CUSTOMER, "terminal_id": TERMINAL}
Value = float | str | bool | None


class UntranslatableError(Exception):
    """Something that a rule says and no policy can: why, and what to do instead."""

    def __init__(self, why: str, instead: str) -> None:
        super().__init__(why)
        self.why, self.instead = why, instead


class ScoreError(UntranslatableError):
    """A rule asks for a model's score, which is on another scale than any probability here."""


@dataclass(frozen=True)
class Meant:
    """A name of the policy. `default` is what the service puts where an event does not say it."""

    name: str
    kind: Literal["number", "flag", "text", "id"]
    default: Value
    is_always_there: bool = False

    @property
    def can_be_listed(self) -> bool:
        """Whether a list may be of it."""
        return self.kind == "id" or (self.kind == "text" and self.name not in TEXTS)


@dataclass(frozen=True)
class Meanings:
    """What each variable is: by the field that its column was chosen for (`fields`, by variable), else as a column of its own.

    A column that is declared is what its declaration says, one that is not yet what is proposed.
    """

    found: Definitions
    fields: Mapping[str, str]
    manifest: Manifest
    words: Mapping[str, str] = field(default_factory=dict)  # for true, by the column that is proposed

    def of(self, name: str) -> Meant:
        """Return what a variable is. Raises UntranslatableError."""
        variable = self.found.variables.get(name)
        if name.endswith("_insightscore") or (variable and variable.source == "MODEL_SCORE"):
            raise ScoreError(f"${name} is the score of a model", "find the threshold again (docs/leaving-amazon-fraud-detector.md)")
        if variable is None:
            raise UntranslatableError(f"nothing is told of ${name}", "add the answer of get-variables to the definitions")
        if variable.source != "EVENT":
            raise UntranslatableError(
                f"${name} is what a model elsewhere says", "send it as a number of its own, declared as a column"
            )
        if (of := self.fields.get(name)) is not None:
            return _field(of, variable)
        return self._column(variable)

    def _column(self, variable: Variable) -> Meant:
        name = column_name(variable.name)
        if any(one.name == name and "column" not in one.params for one in self.manifest.features):
            raise UntranslatableError(f"{name} is what a feature of the platform is called", "rename the column in the file")
        shape = self._shape(variable)
        if shape == "personal":
            raise UntranslatableError(
                f"${variable.name} names somebody: behind the API its values are tokens",
                f"say is_personal = false of {name} in feature_repo/columns.toml where that is not so, and run this again",
            )
        if shape is None:
            raise UntranslatableError(f"${variable.name} is no column here", "decide by what is, or before the API is asked")
        kind: Literal["number", "flag", "text"] = "number" if shape == "number" else "flag" if shape == "flag" else "text"
        return Meant(self._flag(name) if kind == "flag" else name, kind, _default(variable, kind))

    def _flag(self, name: str) -> str:
        """The feature that is 1 where it is true. Raises UntranslatableError."""
        declared = [one for one in self.manifest.features if one.params.get("column") == name]
        word = self.words.get(name, TRUE_WORDS[0])
        if not declared:
            return next(iter(_valued(name, word)))
        if len(declared) > 1:
            raise UntranslatableError(f"{name} is declared with several words for true", ONE_WORD)
        if (value := declared[0].params["values"][0]) not in {word, *TRUE_WORDS}:
            raise UntranslatableError(f"{name} is declared with {value}, which is no word for true", ONE_WORD)
        return declared[0].name

    def _shape(self, variable: Variable) -> str | None:
        name = column_name(variable.name)
        declared = self.manifest.extra_columns.get(name)
        if declared is None:
            return shape_of(variable)
        if declared == "number":
            return "number"
        if name in self.manifest.personal_columns:
            return "personal"
        # A category is a feature per value: no text is left to compare.
        is_flag = declared == "category"
        if is_flag and variable.data_type != "BOOLEAN":
            raise UntranslatableError(
                f"{name} is declared as a category, and no rule can name one of its values", "declare an entity"
            )
        return "flag" if is_flag else "plain"


def _valued(name: str, word: str) -> dict[str, str]:
    return ColumnDeclaration.from_table(name, {"kind": "category", "values": [word]}).valued


def _field(of: str, variable: Variable) -> Meant:
    """A variable that a field of the payment takes."""
    if of == "amount":
        return Meant("amount", "number", _default(variable, "number"), is_always_there=True)
    if of == "currency":
        return Meant("currency", "text", _default(variable, "text"), is_always_there=True)
    if of in IDS:
        return Meant(IDS[of], "id", _default(variable, "text"), is_always_there=of == "customer_id")
    raise UntranslatableError(
        f"${variable.name} is the payment's {of} here, which no rule may ask for", "write the rule without it"
    )


def _default(variable: Variable, kind: str) -> Value:
    """What stands for a missing value: what was defined, or what the service puts for the type. Raises UntranslatableError."""
    if kind == "number":
        try:
            number = float(variable.default or 0.0)
        except ValueError:
            return 0.0
        if not math.isfinite(number):
            raise UntranslatableError(
                f"the default of ${variable.name} is {variable.default}, which no policy can hold", "write the rule by hand"
            )
        return number
    text = variable.default or ""
    return text in TRUE_WORDS if kind == "flag" else text
