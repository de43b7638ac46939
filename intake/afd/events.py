"""The description of a file of events: which column is which field, by the names and types that the service prescribes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc
from pydantic import ValidationError

from intake.afd.definitions import Definitions
from intake.afd.labels import label_sections
from intake.afd.naming import column_name
from intake.afd.told import Telling
from intake.description import Description
from intake.description_file import faults_told
from intake.errors import InputError
from intake.fields import fields
from intake.look.glance import Glance
from intake.shown import shown

TIME, ID, ENTITY, ENTITY_KIND = "EVENT_TIMESTAMP", "EVENT_ID", "ENTITY_ID", "ENTITY_TYPE"
LABEL, LABEL_TIME = "EVENT_LABEL", "LABEL_TIMESTAMP"
METADATA = {TIME: "occurred_at", ID: "transaction_id", ENTITY: "customer_id", LABEL: "is_fraud", LABEL_TIME: "observed_at"}
UNKNOWN = "unknown"  # stands for an entity that nobody knew


@dataclass(frozen=True)
class Events:
    """A file of events at a glance; `column` tells its column of a variable or of metadata, whatever the case."""

    glance: Glance

    @property
    def names(self) -> tuple[str, ...]:
        """The header."""
        return tuple(self.glance.opened.names)

    def column(self, name: str) -> str | None:
        """The file's column of that name: as it is written, or else in another case."""
        if name in self.names:
            return name
        return next((one for one in self.names if one.casefold() == name.casefold()), None)

    def counts(self, name: str) -> Mapping[str, int]:
        """How often each value stands in a column of few values."""
        column = self.column(name)
        return next((one.counts for one in self.glance.sampled if one.name == column), {})

    def rows_of(self, name: str, word: str) -> int:
        """How many rows of the sample say a word in a column."""
        column = self.column(name)
        texts = next((one.texts for one in self.glance.sampled if one.name == column), None)
        return 0 if texts is None else int(pc.sum(pc.equal(texts, word)).as_py() or 0)

    def taken(self) -> dict[str, str]:
        """The field that each column was said to be, by a description or by --map."""
        told = self.glance.asked.named(self.names)
        return {column: of for of, columns in told.items() for column in columns}


def described(events: Events, found: Definitions, telling: Telling) -> Description:
    """The description of the file. What is given already stands. InputError where definitions contradict, or a choice is open."""
    given = events.glance.asked.given
    columns = {**_metadata(events, telling), **_money(events, found), **_declared(events, found)}
    free = {of: (column,) for of, column in columns.items() if _is_free(of, column, events)}
    sections: dict[str, dict[str, Any]] = {"columns": {**given.columns, **free}, "times": _times(events)}
    if "is_fraud" in sections["columns"] and not (given.labels.fraud or given.labels.legitimate or given.labels.not_investigated):
        sections["labels"] = label_sections(found, events.counts(LABEL), telling)
    if columns.get("customer_id") in free.get("customer_id", ()) and set(events.counts(ENTITY)) == {UNKNOWN}:
        del sections["columns"]["customer_id"]
        sections["rows"] = {"no_customer": True}
    try:
        return given.changed(sections)
    except ValidationError as error:
        raise InputError(f"--from-afd: what is told of the labels contradicts itself: {faults_told(error)}") from None


def _metadata(events: Events, telling: Telling) -> dict[str, str]:
    found = {of: column for name, of in METADATA.items() if (column := events.column(name)) is not None}
    if _is_reported_at_once(events):
        telling.note(
            f"{LABEL_TIME} is {TIME} itself: no fraud is known when it happens. Leave that column out of the file, and say by "
            "--maturity-days how long a report takes"
        )
    if not {"occurred_at", "is_fraud"} & set(found):
        raise InputError(
            f"{events.glance.path.name} has neither {TIME} nor {LABEL}: it is no file of events. "
            f"It has {shown(', '.join(events.names))}"
        )
    kinds, unknown = events.counts(ENTITY_KIND), events.rows_of(ENTITY, UNKNOWN)
    if len(kinds) > 1:
        telling.note(
            f"{ENTITY_KIND} has {len(kinds)} kinds ({', '.join(shown(one) for one in sorted(kinds)[:5])}): {ENTITY} is taken for "
            "the customer in all of them. Where one is a merchant, give it a column of its own, and name that as terminal_id"
        )
    if unknown and set(events.counts(ENTITY)) != {UNKNOWN}:
        telling.note(
            f"{ENTITY} is `{UNKNOWN}` in at least {unknown:,} rows: they would be one customer. Leave them out, or name others"
        )
    return found


def _is_reported_at_once(events: Events) -> bool:
    """Tell whether every label has the very moment of its event, which was written to please the service."""
    times, labels = (
        next((one.texts for one in events.glance.sampled if one.name == events.column(name)), None) for name in (TIME, LABEL_TIME)
    )
    return (
        times is not None
        and labels is not None
        and labels.null_count < len(labels)
        and pc.all(pc.equal(times, labels)).as_py() is True
    )


def _money(events: Events, found: Definitions) -> dict[str, str]:
    """The amount and its currency. InputError where several variables are prices, and nobody said which is paid."""
    taken = events.taken()
    prices, currencies = ([*_of_type(events, found, kind)] for kind in ("PRICE", "CURRENCY_CODE"))
    if len(prices) > 1 and not {"amount", "amount_minor"} & set(taken.values()):
        raise InputError(
            f"{len(prices)} variables are a PRICE, and one is what was paid: say which, "
            + " or ".join(f"--map amount={shown(one)}" for one in prices)
        )
    return {of: one[0] for of, one in (("amount", prices), ("currency", currencies)) if len(one) == 1}


def _of_type(events: Events, found: Definitions, kind: str) -> Iterable[str]:
    columns = (events.column(one.name) for one in found.variables.values() if one.type == kind and one.source == "EVENT")
    return (column for column in columns if column is not None)


def _declared(events: Events, found: Definitions) -> dict[str, str]:
    """Columns that are declared under another name than the file gives them."""
    extras = set(fields())
    named = ((column_name(one.name), events.column(one.name)) for one in found.variables.values())
    return {of: column for of, column in named if column is not None and of in extras and of != column}


def _is_free(of: str, column: str, events: Events) -> bool:
    """Tell whether nobody said otherwise, and the description would not say what everybody knows."""
    given, taken = events.glance.asked.given, events.taken()
    made = {"transaction_id": given.rows.generate_ids, "customer_id": given.rows.no_customer}
    is_elsewhere = made.get(of, False) or (of == "is_fraud" and given.labels.file is not None)
    is_paid = of == "amount" and "amount_minor" in taken.values()
    return of not in taken.values() and column not in taken and not is_elsewhere and not is_paid


def _times(events: Events) -> dict[str, Any]:
    """The month comes first wherever the service reads a day and a month."""
    form, given = events.glance.forms.time, events.glance.asked.given.times
    if form is None or form.style != "written" or form.is_iso or given.format is not None:
        return {}
    formats = [one for one in (form.format, *form.other_formats) if one and _is_month_first(one)]
    return {"format": formats[0]} if formats else {}


def _is_month_first(pattern: str) -> bool:
    """Tell whether a pattern of time has the month before the day.

    >>> _is_month_first("%m/%d/%Y %H:%M"), _is_month_first("%d/%m/%Y")
    (True, False)
    """
    return "%m" in pattern and "%d" in pattern and pattern.index("%m") < pattern.index("%d")
