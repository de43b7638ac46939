"""How a person's file of transactions is written, as `dataset.toml` says it: what no file tells by itself, and nobody guesses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from greenfraud.errors import ContractError
from greenfraud.extras import check_names
from greenfraud.features.columns import ColumnDeclaration
from greenfraud.features.columns import Kind as ColumnKind
from intake.described_values import STEPS, Columns, Unit, Words, aware, known_encoding, known_format, known_timezone
from intake.fields import FIELDS, fields

MOST_BAD_SHARE = 0.05  # of a file's rows, which `skip_bad` leaves out; beyond it the description is wrong, not the rows


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileShape(_Section):
    """The bytes: their encoding, and what stands between two fields; None is whichever of , ; | and tab the header has most."""

    encoding: Annotated[str, AfterValidator(known_encoding)] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] | None = None


class Times(_Section):
    """How times are written. Without a format RFC 3339 is read, and YYYY/MM/DD in its place."""

    format: Annotated[str, AfterValidator(known_format)] | None = None
    step: Unit | None = None
    start: Annotated[datetime, AfterValidator(aware)] | None = None
    timezone: Annotated[str, AfterValidator(known_timezone)] | None = None

    @model_validator(mode="after")
    def _steps_have_a_start(self) -> Times:
        if (self.format == STEPS) != (self.step is not None) or (self.step is None) != (self.start is None):
            raise ValueError(
                'format = "steps", step (seconds, minutes, hours or days) and start (2024-01-01T00:00:00Z) go together'
            )
        return self


class Money(_Section):
    """How amounts are written; `round` takes more decimals than the currency has, half way to the even one.

    `negative` says what has a minus: refunds in a list of payments, or payments in an account's statement. The others are left out.
    """

    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None
    round: bool = False
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    negative: Literal["refunds", "payments"] | None = None

    @model_validator(mode="after")
    def _marks_differ(self) -> Money:
        if self.decimal == self.thousands:
            raise ValueError(f"decimal and thousands are both `{self.decimal}`: one of them must be another mark")
        return self


class Labels(_Section):
    """Which words mean what, and the file of labels if they stand in another; `not_investigated`: neither learned nor judged.

    `columns` says which column of that file is which field of a label; `format` how moments of reports are written, here or there,
    where not as `times` says: a day alone counts from its end.
    """

    fraud: Words = ()
    legitimate: Words = ()
    not_investigated: Words = ()
    file: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    format: Annotated[str, AfterValidator(known_format)] | None = None

    @model_validator(mode="after")
    def _one_meaning_each(self) -> Labels:
        words = [word.strip().lower() for word in (*self.fraud, *self.legitimate, *self.not_investigated)]
        if twice := sorted({word for word in words if words.count(word) > 1}):
            raise ValueError(f"`{twice[0]}` has two meanings: name it once")
        if self.format == STEPS:
            raise ValueError("format: reports are written as times or epochs, and never as steps")
        return self


class Kind(_Section):
    """The column that tells payments from refunds, and its words for a refund."""

    column: str
    refund: Words


class Declined(_Section):
    """The column that tells payments that were declined, by whomever, from accepted ones, and its words for them."""

    column: str
    words: Words


class Rows(_Section):
    """Which rows are read. `generate_ids`: an id is made of a row's content; `since`: older rows are left out, and counted.

    `no_customer`: nobody is known, and every payment counts as a stranger's; `guests`: those of which nothing is there,
    or one of the words for `nobody`, such as NULL.
    """

    generate_ids: bool = False
    no_customer: bool = False
    guests: bool = False
    nobody: Words | None = None
    since: date | None = None
    skip_bad: bool = False
    most_bad_share: Annotated[float, Field(ge=0, le=1)] = MOST_BAD_SHARE
    kind: Kind | None = None
    declined: Declined | None = None


def _plainly(value: Any) -> Any:
    """A value as a person would write it in TOML: 1 for 1.0."""
    if isinstance(value, tuple):
        return list(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


class DeclaredColumn(_Section):
    """A column of the file that becomes features, `column` its name there; `empty` are words in it that stand for nothing.

    Numbers are written with a point unless `decimal` and `thousands` say so: amounts beside them may have other marks.
    The rest is what feature_repo/columns.toml says of it.
    """

    column: str | None = None
    empty: Words = ()
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None
    kind: ColumnKind
    values: Words = ()
    is_personal: bool | None = None
    prior_reports: float | None = None
    prior_payments: float | None = None
    remembered: str | None = None

    @property
    def marks(self) -> Money:
        """How its numbers are written."""
        return Money(decimal=self.decimal, thousands=self.thousands)

    @model_validator(mode="after")
    def _marks_are_of_numbers(self) -> DeclaredColumn:
        if self.marks != Money() and self.kind != "number":
            raise ValueError("decimal and thousands are of numbers")
        return self

    def declaration(self, name: str) -> ColumnDeclaration:
        """Return it as columns.toml has it. Raises ContractError."""
        return ColumnDeclaration.from_table(name, self.table())

    def table(self) -> dict[str, Any]:
        """What columns.toml says of it."""
        said = self.model_dump(exclude={"column", "empty", "decimal", "thousands"}, exclude_none=True, exclude_defaults=True)
        return {key: _plainly(value) for key, value in said.items()}


class Description(_Section):
    """Everything that `dataset.toml` says of a file; the default is a file that needs none."""

    file: FileShape = FileShape()
    columns: dict[str, Columns] = Field(default_factory=dict)
    times: Times = Times()
    money: Money = Money()
    labels: Labels = Labels()
    rows: Rows = Rows()
    features: dict[str, DeclaredColumn] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> Description:
        if self.rows.generate_ids and "transaction_id" in self.columns:
            raise ValueError("columns.transaction_id and rows.generate_ids are both given: keep one")
        known = FIELDS if set(self.columns) <= set(FIELDS) else (*fields(), *self.features)
        for name, one in self.features.items():
            if one.column is not None and name in self.columns:
                raise ValueError(f"columns.{name} and features.{name}.column are both given: keep one")
            try:
                check_names([one.declaration(name).column])
            except ContractError as error:
                raise ValueError(f"features: {error}") from None
        for field in self.columns:
            if field not in known:
                raise ValueError(f"columns: there is no field `{field}`. The fields are {', '.join(known)}")
        return self

    def changed(self, sections: Mapping[str, Mapping[str, Any]]) -> Description:
        """The same with other values, as `{"rows": {"generate_ids": True}}`, checked anew: ValueError as from the file."""
        found = self.model_dump()
        for name, values in sections.items():
            found[name] = {**found[name], **values}
        return Description.model_validate(found)

    def placed(self) -> dict[str, tuple[str, ...]]:
        """Return the columns of every field that is described, those that become features among them."""
        return {**{name: (name if one.column is None else one.column,) for name, one in self.features.items()}, **self.columns}

    def labels_path(self, beside: Path) -> Path | None:
        """Where the file of labels lies; a relative name counts from the folder `beside`."""
        return None if self.labels.file is None else beside / self.labels.file
