"""A look at a whole file: one pass over the columns that matter, and what it adds to a glance at the first rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
from pydantic import ValidationError

from intake.described_values import STEPS
from intake.description import Description
from intake.errors import InputError
from intake.look.cautions import cautions
from intake.look.columns import Sampled, texts_of
from intake.look.dated import calendar_of, is_datable
from intake.look.draft import Draft
from intake.look.findings import Entities, LabelForm, Look, TimeForm
from intake.look.forms import label_form, money_form, time_form, with_units
from intake.look.glance import Forms, Glance
from intake.look.label_words import FILLED, FRAUD, filled_form
from intake.look.numbered_times import numbers_of
from intake.look.readiness import readiness_of
from intake.look.tally import Tally, Wanted, tallied

COUNTED = ("occurred_at", "amount", "amount_minor", "is_fraud", "customer_id", "terminal_id", "currency")


def look_through(glance: Glance, note: Callable[[int], None] = lambda _: None) -> Look:
    """Count every row, and tell all that was found; `note` is told how many rows were counted so far."""
    asked = glance.asked
    time = _with_range(glance)
    tally = tallied(glance.opened.rows_of, _wanted(glance, time), note)
    forms = _forms_of_all(glance, time, tally)
    draft = glance.draft_with(forms)
    today = asked.today or datetime.now(UTC).date()
    readiness, left_out = None, Counter(undated=tally.undated)
    if time is not None and is_datable(forms.time) and is_datable(time):
        start = asked.given.times.start
        calendar, left_out = calendar_of(tally, forms.time or time, asked.maturity_days, start.date() if start else None, today)
        has_labels = forms.labels is not None and not forms.labels.unknown
        readiness = readiness_of(calendar, asked.maturity_days, today) if has_labels else None
    by_name = {column.name: column for column in glance.sampled}
    ids = [by_name[name] for of in ("customer_id", "terminal_id") for name in glance.choice.columns.get(of, ()) if name in by_name]
    return Look(
        name=glance.path.name,
        form=glance.opened.form,
        rows=tally.rows,
        sampled=len(glance.sampled[0].texts),
        columns=tuple(column.seen for column in glance.sampled),
        chosen={of: names for of, names in glance.choice.columns.items() if names},
        reasons=glance.choice.reasons,
        doubts=glance.choice.doubts,
        time=forms.time,
        money=forms.money and replace(forms.money, negative=tally.negative),
        labels=forms.labels,
        currencies=dict(tally.currencies),
        customers=_entities(tally, "customer_id", glance),
        terminals=_entities(tally, "terminal_id", glance),
        readiness=readiness,
        proposal=described(asked.given, asked.named(glance.opened.names), draft),
        questions=tuple(draft.questions),
        assumed=tuple(draft.assumed),
        warnings=tuple(cautions(tally, left_out, forms.labels, sum(glance.opened.misfits), ids)),
        is_plain=not draft.sections and not draft.questions,
        suggested=glance.suggested,
    )


def described(given: Description, named: Mapping[str, tuple[str, ...]], draft: Draft) -> Description:
    """Return what is given and named with what is proposed. InputError where both contradict each other."""
    sections = {name: dict(values) for name, values in draft.sections.items()}
    sections["columns"] = {**given.columns, **named, **sections.get("columns", {})}
    try:
        return given.changed(sections)
    except ValidationError as error:
        raise InputError(f"dataset.toml cannot say all of this: {error.errors()[0]['msg']}") from None


def _with_range(glance: Glance) -> TimeForm | None:
    """How times are written; of steps, with the units that the range of the whole file allows."""
    form = glance.forms.time
    if form is None or form.style != STEPS or glance.asked.given.times.format is not None:
        return form
    place = _places(glance)["occurred_at"][0]
    least, most = float("inf"), float("-inf")
    for batch in glance.opened.rows_of([place]):
        numbers = numbers_of(texts_of(batch.column(0)).drop_null().to_pylist())
        least, most = min([least, *numbers]), max([most, *numbers])
    return with_units(form, least, most) if most >= least else form


def _places(glance: Glance) -> dict[str, tuple[int, ...]]:
    names = list(glance.opened.names)
    chosen = {of: glance.choice.columns.get(of, ()) for of in COUNTED}
    return {of: tuple(names.index(name) for name in columns) for of, columns in chosen.items() if columns}


def _wanted(glance: Glance, time: TimeForm | None) -> Wanted:
    labels = glance.forms.labels
    words = {word.strip().lower() for word in (labels.fraud if labels else ())}
    usual = set() if glance.asked.given.labels.fraud else FRAUD - {word.lower() for word in (labels.unknown if labels else ())}
    never = {
        word.strip().lower() for word in (*glance.asked.given.labels.not_investigated, *(labels.uninvestigated if labels else ()))
    }
    return Wanted(places=_places(glance), time=time, fraud_words=frozenset(words | usual), unknown_words=frozenset(never))


def _forms_of_all(glance: Glance, time: TimeForm | None, tally: Tally) -> Forms:
    """How times, money and labels are written by rows from all of the file; what only the first ones showed may be more."""
    given, forms = glance.asked.given, glance.forms
    if time is not None and time.style == "written" and len(time.columns) == 1 and tally.times:
        time = time_form([Sampled(time.columns[0], 0, pa.array(tally.times, pa.string()), pa.string())], given)
    money = forms.money
    if money is not None and tally.amounts:
        place = _places(glance)["amount"][0]
        money = money_form(Sampled(money.column, 0, pa.array(tally.amounts, pa.string()), glance.sampled[place].kind), given)
    return Forms(time=time, money=money or forms.money, labels=_labels_of_all(forms.labels, tally, given), reports=forms.reports)


def _labels_of_all(labels: LabelForm | None, tally: Tally, given: Description) -> LabelForm | None:
    if labels is None:
        return None
    if labels.fraud == (FILLED,):
        return filled_form(labels.column, tally.labels[FILLED], tally.unlabelled)
    return label_form(labels.column, tally.labels, tally.unlabelled, given) or labels


def _entities(tally: Tally, of: str, glance: Glance) -> Entities | None:
    counts = tally.entities.get(of)
    if not counts:
        return None
    return Entities(
        column=" + ".join(glance.choice.columns[of]),
        distinct=len(counts),
        mean=sum(counts.values()) / len(counts),
        most=max(counts.values()),
        is_at_least=tally.is_cut.get(of, False),
    )
