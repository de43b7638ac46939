"""What a proposal is made of, and the proposal in the making."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intake.description import Description
from intake.look.choosing import Choice
from intake.look.findings import ColumnSeen, Form, LabelForm, MoneyForm, Question, TimeForm

Sections = dict[str, dict[str, Any]]


@dataclass
class Draft:
    """A proposal in the making: sections of dataset.toml, what was assumed, what is open."""

    sections: Sections = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def say(self, section: str, **values: Any) -> None:
        """Add to a section."""
        self.sections.setdefault(section, {}).update(values)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a proposal is made of."""

    names: Sequence[str]
    choice: Choice
    form: Form
    time: TimeForm | None
    money: MoneyForm | None
    labels: LabelForm | None
    currency: str
    given: Description
    given_columns: Mapping[str, tuple[str, ...]]  # of the description and of options
    unused: Sequence[ColumnSeen] = ()
    customers: ColumnSeen | None = None
    reported: ColumnSeen | None = None
    reports: TimeForm | None = None  # of the column that says when frauds were reported
    words: Sequence[Question] = ()  # about those for nobody, and for payments that were declined
    further: Sequence[Question] = ()  # about columns that no field takes
