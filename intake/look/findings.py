"""What was found in a file: plain records with what is counted from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from greenfraud.weekly_frauds import Victim
from intake.description import Description


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the file is written. `encoding`, `separator` and `has_bom` are of text; Parquet has none."""

    kind: str  # "CSV" or "Parquet"
    compression: str = ""  # "gzip" or "zip"
    encoding: str = ""
    separator: str = ""
    has_bom: bool = False
    size_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class ColumnSeen:
    """One column of the sample. `distinct` and `absent` are counts among its rows; `examples` are shown as they stand."""

    name: str
    place: int  # from 0, for a header may name two columns alike
    kind: str  # empty, flag, time, whole number, number, category, text
    examples: tuple[str, ...]
    distinct: int
    absent: int
    rows: int

    @property
    def is_unique(self) -> bool:
        """Tell whether no value repeats and none is absent."""
        return self.rows > 0 and self.distinct == self.rows and not self.absent

    @property
    def payments_each(self) -> float:
        """How many rows share one value, in the mean."""
        return (self.rows - self.absent) / self.distinct if self.distinct else 0.0


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A column that could be a field. `points`: 4 for the field's own name, 3 to 1 for a known one, 0 for content alone.

    `is_weak`: what speaks for it could as well mean something else.
    """

    field: str
    column: str
    points: int
    reasons: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    is_weak: bool = False

    @property
    def rank(self) -> tuple[int, bool, int]:
        """Where it stands among those of its field; the least is the likeliest."""
        return -self.points, self.is_weak, len(self.doubts)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer to a question: the lines of dataset.toml that say it, by key as TOML writes the value, and what it would mean."""

    lines: Mapping[str, str]
    meaning: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What only a person can decide, and in which section of dataset.toml; without replies it is mended in the file itself."""

    section: str
    what: str
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TimeForm:
    """How moments are written, in one column or several.

    `style`: `written` (by `format`, a pattern of strptime), `stored` (Parquet's own), an epoch of dataset.toml, or `steps`.
    """

    columns: tuple[str, ...]
    style: str
    format: str = ""
    date_format: str = ""
    other_formats: tuple[str, ...] = ()  # with day, month or year elsewhere, where nothing tells which it is
    units: tuple[str, ...] = ()  # of steps, those that are possible, the likeliest first
    is_serial: bool = False  # steps that may be a spreadsheet's days since 1899-12-30
    is_iso: bool = False  # read without being told
    has_offset: bool = False
    has_clock: bool = True
    examples: tuple[str, ...] = ()  # of what nobody can read, one of each shape


@dataclass(frozen=True, kw_only=True)
class MoneyForm:
    """How amounts are written. `decimals` is the most that any has; `marks` what stands beside the digits."""

    column: str
    decimal: str = "."
    thousands: str = ""
    marks: tuple[str, ...] = ()
    decimals: int = 0
    negative: int = 0
    unreadable: int = 0
    rows: int = 0
    is_ambiguous: bool = False  # `1,250` or `1.250` alone may be a thousand or one and a quarter
    is_whole: bool = False  # no amount has decimals: they may be of the currency, or of its cents


@dataclass(frozen=True, kw_only=True)
class LabelForm:
    """The words of a label column and what each means; `unknown` are words that a person must explain."""

    column: str
    counts: Mapping[str, int]
    fraud: tuple[str, ...] = ()
    legitimate: tuple[str, ...] = ()
    uninvestigated: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    absent: int = 0
    rows: int = 0


@dataclass(frozen=True, kw_only=True)
class Entities:
    """How many customers or terminals there are, and payments of each. `is_at_least`: there were more than could be counted."""

    column: str
    distinct: int
    mean: float
    most: int
    is_at_least: bool = False


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Payments and frauds by UTC day. `customers` is None where nobody is known, and then no victim can be told.

    Of `uninvestigated` payments, and of those that never went through, nothing is known. `most_of_one` customer are payments.
    """

    payments: Mapping[date, int]
    frauds: Mapping[date, int]
    uninvestigated: Mapping[date, int] = field(default_factory=dict)
    victims: tuple[Victim, ...] = ()
    customers: int | None = None
    most_of_one: int = 0
    newest_us: int | None = None  # of the newest payment, where it is known to the microsecond


@dataclass(frozen=True, kw_only=True)
class Week:
    """The days of one chunk, as training counts them: how many have payments, and what lies on them."""

    chunk: str
    first_day: date
    days: int
    payments: int
    frauds: int


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """Whether a first model can be trained and judged, what stands in the way, and from when on it could be.

    `state`: `ready`, `pooled` (weeks are judged together), or `not yet`. `judged` are the weeks of the holdout, the newest last;
    `judged_frauds` what is left of their frauds without customers known to be compromised.
    """

    state: str
    weeks: tuple[Week, ...]
    learned: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()
    judged_frauds: int = 0
    reasons: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    possible_on: date | None = None
    warnings: tuple[str, ...] = ()

    @property
    def is_trainable(self) -> bool:
        """Tell whether a first model can be trained and judged."""
        return self.state != "not yet"

    @property
    def fullest(self) -> Week | None:
        """The week with most payments."""
        return max(self.weeks, key=lambda week: week.payments, default=None)


@dataclass(frozen=True)
class Suggestion:
    """How an unused `column` would be declared under `name`, as dataset.toml says it, and what to know before."""

    column: str
    name: str
    table: Mapping[str, Any]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Look:
    """All that a look at a file found.

    `columns` were told from the first `sampled` of `rows` rows, all else from every row. `chosen` has the columns of each field,
    `reasons` and `doubts` why. `assumed` is what was taken for granted and is said. `proposal` is the description so far:
    `is_plain` where it says no more than was given, and no question is open. `suggested` are columns that could become features.
    """

    name: str
    form: Form
    rows: int
    sampled: int
    columns: tuple[ColumnSeen, ...]
    chosen: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, tuple[str, ...]]
    doubts: Mapping[str, tuple[str, ...]]
    time: TimeForm | None
    money: MoneyForm | None
    labels: LabelForm | None
    currencies: Mapping[str, int]
    customers: Entities | None
    terminals: Entities | None
    readiness: Readiness | None
    proposal: Description
    questions: tuple[Question, ...]
    assumed: tuple[str, ...]
    warnings: tuple[str, ...]
    is_plain: bool
    suggested: tuple[Suggestion, ...] = ()

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that no field takes."""
        used = {name for names in self.chosen.values() for name in names}
        return tuple(column.name for column in self.columns if column.name not in used)
