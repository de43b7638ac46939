"""A glance at the first rows of a file: what it is, which column is which field, and whether anything is to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from greenfraud.features.manifest import load_manifest
from greenfraud.money import EURO
from intake.csv_lines import Lines
from intake.description import Description
from intake.errors import InputError
from intake.layout import parts_of, refuse_unknown
from intake.look.candidates import candidates
from intake.look.choosing import Choice, choose
from intake.look.columns import Sampled, sample_of
from intake.look.declaring import suggestions
from intake.look.declined import DECLINED
from intake.look.draft import Draft, Seen
from intake.look.findings import ColumnSeen, LabelForm, MoneyForm, Question, Suggestion, TimeForm
from intake.look.forms import label_form, money_form, time_form
from intake.look.label_words import FILLED, filled_form
from intake.look.leaking import Told, told_by
from intake.look.nobody import nobody_questions
from intake.look.opening import Opened, open_file
from intake.look.proposal import propose
from intake.look.refunds import REFUNDS
from intake.shown import shown

MATURITY_DAYS = 7
ABOVE = ", as where something stands above the names: take that out"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How a look is to be done: what is told already, by a description and by --map (`mapping`); the platform's currency; today."""

    given: Description = field(default_factory=Description)
    mapping: Mapping[str, str] = field(default_factory=dict)
    currency: str = EURO
    maturity_days: int = MATURITY_DAYS
    today: date | None = None

    def named(self, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The columns that are told, those of options first; `names` are the file's."""
        return {**self.given.columns, **{of: parts_of(column, names) for of, column in self.mapping.items()}}

    def settled(self, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The columns that are told, and those of declared features; none for a field that is elsewhere, made or unknown."""
        rows = self.given.rows
        declared = {name: (name,) for name in load_manifest().extra_columns if name in names} | self.given.placed()
        elsewhere = {
            "transaction_id": rows.generate_ids,
            "customer_id": rows.no_customer,
            "is_fraud": self.given.labels.file is not None,
        }
        return {**{of: () for of, is_elsewhere in elsewhere.items() if is_elsewhere}, **declared, **self.named(names)}


@dataclass(frozen=True, kw_only=True)
class Forms:
    """How times, money and labels are written, where a column has them."""

    time: TimeForm | None
    money: MoneyForm | None
    labels: LabelForm | None
    reports: TimeForm | None = None


@dataclass(frozen=True, kw_only=True)
class Glance:
    """What the first rows tell. `is_whole`: there are no others."""

    path: Path
    asked: Asked
    opened: Opened
    sampled: Sequence[Sampled]
    is_whole: bool
    choice: Choice
    forms: Forms

    @property
    def draft(self) -> Draft:
        """What is proposed, assumed and asked so far."""
        return self.draft_with(self.forms)

    def draft_with(self, forms: Forms) -> Draft:
        """What is proposed, assumed and asked where times, money and labels are written so."""
        return propose(
            Seen(
                names=self.opened.names,
                choice=self.choice,
                form=self.opened.form,
                time=forms.time,
                money=forms.money,
                labels=forms.labels,
                currency=self.asked.currency,
                given=self.asked.given,
                given_columns=self.asked.settled(self.opened.names),
                unused=[column.seen for column in self.unused],
                customers=self._seen_of("customer_id"),
                reported=self._seen_of("observed_at"),
                reports=forms.reports,
                further=() if self.asked.given.rows.kind else tuple(REFUNDS.questions(self.unused)),
                words=self._words,
            )
        )

    @property
    def _words(self) -> tuple[Question, ...]:
        told, columns = self.asked.given.rows, self.choice.columns
        customers = next((one for one in self.sampled if (one.name,) == columns.get("customer_id")), None)
        nobody = nobody_questions(customers) if customers and told.nobody is None else ()
        is_told = told.declined is not None or "decision" in columns
        return (*nobody, *(() if is_told else DECLINED.questions(self.unused)))

    def _seen_of(self, of: str) -> ColumnSeen | None:
        return next((column.seen for column in self.sampled if (column.name,) == self.choice.columns.get(of)), None)

    @property
    def suggested(self) -> tuple[Suggestion, ...]:
        """How the columns that no field takes could become features."""
        known_in_time = [one for one in self.unused if not DECLINED.of(one)]  # what became of a payment is no feature
        return suggestions(known_in_time, self.told, self.forms.labels)

    @property
    def unused(self) -> list[Sampled]:
        """The columns that no field takes, each of a name of its own."""
        used = {name for names in self.choice.columns.values() for name in names}
        return [column for column in self.sampled if column.name not in used and self.opened.names.count(column.name) == 1]

    @property
    def told(self) -> Told | None:
        """Which rows of the sample are frauds, where a column says so."""
        labels = self.forms.labels
        if labels is None or labels.fraud == (FILLED,):
            return None
        return told_by(next(one for one in self.sampled if one.name == labels.column), labels)

    @property
    def is_plain(self) -> bool:
        """Tell whether the file can be read as it was told, without a guess and without a question."""
        draft = self.draft
        return not draft.sections and not draft.questions


def glance_at(path: Path, asked: Asked) -> Glance:
    """Look at the first rows of `path`. InputError when it cannot be read, has none, or lacks a column that was named."""
    opened = open_file(path, asked.given.file)
    _refuse_strangers(path, opened.names, asked.given)
    refuse_unknown(opened.names, asked.named(opened.names))
    sampled, is_whole = sample_of(opened)
    if not sampled or len(sampled[0].texts) <= len(opened.misfits):
        raise _headless(path, opened)
    choice = choose(candidates(sampled), asked.settled(opened.names), sampled)
    return Glance(
        path=path,
        asked=asked,
        opened=opened,
        sampled=sampled,
        is_whole=is_whole,
        choice=choice,
        forms=_forms(choice, sampled, asked.given),
    )


def _headless(path: Path, opened: Opened) -> InputError:
    """What to say of a file without rows, or of which most lines have other fields than the first names."""
    form, width = opened.form, len(opened.names)
    misfit = Lines(path, form.encoding, form.separator, width).first_misfit() if opened.misfits else None
    if misfit is None:
        return InputError(
            f"{path} has columns but no rows. Give a file with at least one row, and the names of all columns in the first line"
        )
    line, fields, _ = misfit
    numbered = ", as where rows are numbered and the numbers have no name" if fields == width + 1 else ABOVE
    return InputError(
        f"{path}: {sum(opened.misfits):,} of its lines have more or fewer fields than the first: line {line:,} has {fields:,}, "
        f"the first {width:,}{numbered}. Write the names of all columns in the first line, and as many fields in each other"
    )


def _refuse_strangers(path: Path, names: Sequence[str], given: Description) -> None:
    """Raise InputError for a described column that is not there: the description may be another file's of that folder."""
    for of, columns in given.placed().items():
        for column in columns:
            if column not in names:
                raise InputError(
                    f"{path.name} has no column `{shown(column)}`, which its description says is `{of}`. It has "
                    f"{shown(', '.join(names))}. Edit the description, or name this file's own: --dataset other.toml"
                )


def _forms(choice: Choice, sampled: Sequence[Sampled], given: Description) -> Forms:
    by_name = {column.name: column for column in reversed(sampled)}
    found = {of: [by_name[name] for name in names if name in by_name] for of, names in choice.columns.items()}
    is_filled = bool(found.get("is_fraud")) and choice.columns["is_fraud"] == choice.columns.get("observed_at")
    times, amounts, labels = found.get("occurred_at"), found.get("amount"), found.get("is_fraud")
    reports = [column for column in found.get("observed_at", []) if column.looked_at]
    return Forms(
        time=time_form(times, given) if times else None,
        money=money_form(amounts[0], given) if amounts else None,
        labels=_labels(labels[0], given, is_filled=is_filled) if labels else None,
        reports=time_form(reports[:1], Description()) if reports else None,
    )


def _labels(column: Sampled, given: Description, *, is_filled: bool) -> LabelForm | None:
    seen = column.seen
    if is_filled:
        return filled_form(column.name, seen.rows - seen.absent, seen.absent)
    return label_form(column.name, column.counts, seen.absent, given)
