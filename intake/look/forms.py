"""How the chosen columns write times, money and labels; what a description settles is taken as it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from intake.described_values import EPOCHS, STEPS
from intake.description import Description
from intake.exponents import plain_digits
from intake.look.columns import Sampled
from intake.look.findings import LabelForm, MoneyForm, TimeForm
from intake.look.label_words import MOST_WORDS, meanings
from intake.look.money_texts import amounts_as
from intake.look.names import time_part_of
from intake.look.numbered_times import are_serials, epoch_of, units_possible
from intake.look.time_texts import Written, clock_of_digits, written_as

DIRECTIVES = {"year": "%Y", "month": "%m", "day": "%d", "hour": "%H"}


def time_form(columns: Sequence[Sampled], description: Description) -> TimeForm:
    """Return how the moments in these columns are written; style `unreadable` where nobody can tell."""
    names, told = tuple(column.name for column in columns), description.times.format
    if told is not None:
        return _told(names, told, description)
    if len(columns) > 1:
        return _joined(columns)
    return _of_one(columns[0], names)


def _of_one(column: Sampled, names: tuple[str, ...]) -> TimeForm:
    if pa.types.is_timestamp(column.kind):
        return TimeForm(columns=names, style="stored", is_iso=True, has_offset=bool(column.kind.tz))
    if pa.types.is_date(column.kind):
        return TimeForm(columns=names, style="written", format="%Y-%m-%d", date_format="%Y-%m-%d", has_clock=False)
    if column.written is not None:
        return _written(names, column.written)
    is_number = column.seen.kind in {"whole number", "number"}
    style = (epoch_of(column.looked_at) or STEPS) if is_number else "unreadable"
    return TimeForm(columns=names, style=style, has_offset=True, examples=_shapes(column.looked_at))


def _shapes(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the first of each of two shapes, letters and digits being alike."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(re.sub(r"\w+", "w", text), text)
    return tuple(found.values())[:2]


def _told(names: tuple[str, ...], told: str, description: Description) -> TimeForm:
    if told in EPOCHS:
        return TimeForm(columns=names, style=told, has_offset=True)
    if told == STEPS:
        return TimeForm(columns=names, style=STEPS, units=(str(description.times.step),), has_offset=True)
    date_format = Written(told, has_offset=False).date_pattern
    return TimeForm(
        columns=names,
        style="written",
        format=told,
        date_format=date_format,
        has_offset="%z" in told or "%Z" in told,
        has_clock="%H" in told or "%I" in told,
    )


def _written(names: tuple[str, ...], written: Written) -> TimeForm:
    return TimeForm(
        columns=names,
        style="written",
        format=written.pattern,
        date_format=written.date_pattern,
        other_formats=written.others,
        is_iso=written.is_iso,
        has_offset=written.has_offset,
        has_clock=written.has_clock,
    )


def _joined(columns: Sequence[Sampled]) -> TimeForm:
    """Several columns, which are read as one text with blanks between."""
    names = tuple(column.name for column in columns)
    parts = [time_part_of(name) for name in names]
    if "year" in parts:
        patterns = [DIRECTIVES.get(part, "") or _clock(column) for part, column in zip(parts, columns, strict=True)]
        if patterns[1] == "%m" and not all(text.isdigit() for text in columns[1].looked_at):
            patterns[1] = "%b" if all(len(text) == 3 for text in columns[1].looked_at) else "%B"
        return TimeForm(
            columns=names,
            style="written",
            format=" ".join(patterns),
            date_format=" ".join(patterns[:3]),
            has_clock=len(patterns) > 3,
        )
    texts = [" ".join(pair) for pair in zip(*(column.looked_at for column in columns), strict=False)]
    written = written_as(texts) or _with_clock_of_digits(columns)
    return _written(names, written) if written else TimeForm(columns=names, style="unreadable")


def _with_clock_of_digits(columns: Sequence[Sampled]) -> Written | None:
    day, clock = columns[0].written, clock_of_digits(columns[1].looked_at)
    if day is None or not clock or len(columns) > 2:
        return None
    return replace(
        day, pattern=f"{day.pattern} {clock}", others=tuple(f"{one} {clock}" for one in day.others), has_clock=True, is_padded=False
    )


def _clock(column: Sampled) -> str:
    return column.written.pattern if column.written else "%H"


def with_units(form: TimeForm, least: float, most: float) -> TimeForm:
    """Return the form of steps with the units that their range allows."""
    units = tuple(units_possible(least, most, form.columns[0]))
    return TimeForm(columns=form.columns, style=STEPS, units=units, is_serial=are_serials(least, most), has_offset=True)


def money_form(column: Sampled, description: Description) -> MoneyForm | None:
    """Return how the amounts of a column are written, None where they are none."""
    # All of them: one in thousands may be the only one with a mark between its thousands.
    texts, told = [text.strip() for text in column.texts.drop_null().to_pylist() if text.strip()], description.money
    texts = list(map(plain_digits, texts))
    is_stored = pa.types.is_floating(column.kind) or pa.types.is_decimal(column.kind)  # as a number: its point is a point
    if is_stored:
        texts = [f"{float(text):.6f}".rstrip("0") for text in texts]
    is_told = told.decimal != "." or told.thousands is not None
    found = amounts_as(texts, (told.decimal, told.thousands or "") if is_told and not is_stored else None)
    if found is None:
        return None
    return MoneyForm(
        column=column.name,
        decimal=told.decimal if is_told else found.decimal,
        thousands=(told.thousands or "") if is_told else found.thousands,
        marks=found.marks,
        decimals=found.decimals,
        negative=found.negative,
        unreadable=found.unreadable,
        rows=len(texts),
        is_ambiguous=found.is_ambiguous and not is_stored,
        is_whole=found.is_whole and not pa.types.is_decimal(column.kind),
    )


def label_form(column: str, counts: Mapping[str, int], absent: int, description: Description) -> LabelForm | None:
    """Return what the words of a column mean: as the description says, else as they usually do."""
    told = description.labels
    if not (told.fraud or told.legitimate or told.not_investigated):
        found = meanings(column, counts, absent)
        unknown = tuple(sorted(counts)) if counts and 2 <= len(counts) + bool(absent) <= MOST_WORDS else ()
        rows = sum(counts.values()) + absent
        return found or (
            LabelForm(column=column, counts=dict(counts), unknown=unknown, absent=absent, rows=rows) if unknown else None
        )
    meant = {
        name: tuple(word for word in counts if word.strip().lower() in {one.strip().lower() for one in words})
        for name, words in (("fraud", told.fraud), ("legitimate", told.legitimate), ("not_investigated", told.not_investigated))
    }
    usual = meanings(column, {word: n for word, n in counts.items() if not any(word in words for words in meant.values())}, 0)
    fraud = meant["fraud"] + (usual.fraud if usual and not told.fraud else ())
    legitimate = meant["legitimate"] + (usual.legitimate if usual and not told.legitimate else ())
    known = {*fraud, *legitimate, *meant["not_investigated"]}
    return LabelForm(
        column=column,
        counts=dict(Counter(counts)),
        fraud=fraud,
        legitimate=legitimate,
        uninvestigated=meant["not_investigated"],
        unknown=tuple(sorted(set(counts) - known)),
        absent=absent,
        rows=sum(counts.values()) + absent,
    )
