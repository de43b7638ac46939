"""How columns that no field takes could become features: the line of `dataset.toml` that would declare each, ready-made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from greenfraud.extras import RESERVED
from greenfraud.features.column_checks import TAKEN_KINDS
from greenfraud.features.columns import legal_name
from greenfraud.features.manifest import load_manifest
from intake.description_file import in_one_line
from intake.look.columns import NUMBER, Sampled
from intake.look.findings import LabelForm, Suggestion
from intake.look.leaking import Told, gives_away
from intake.look.money_texts import amounts_as

# Whole numbers that count nothing: what the name of a column ends with where they are names.
CODE = re.compile(r"((^|_)(id|no|nr|number|bin|iin|asn|(card|addr)\d*)|code|mcc|zip|plz|device|deviceid|type|category|class)$")
SHARED = 2.0  # payments that share a value: with fewer, nothing is learned of the next one
FEW, OFTEN = 20, 10.0  # values of a category, and payments of each
MOSTLY, MOST_WORDS = 0.8, 5  # of a column of numbers with a few words for nothing in it
USUAL_PAYMENTS, MOST_PAYMENTS = 200, 10_000  # per report, where nobody knows better


def suggestions(unused: Sequence[Sampled], told: Told | None, labels: LabelForm | None) -> tuple[Suggestion, ...]:
    """Return how each column would be declared; one that never repeats, never changes or is empty says nothing."""
    taken = {*load_manifest().names, *load_manifest().extra_columns}
    found = list[Suggestion]()
    for column in unused:
        if table := _table(column, labels):
            name = declared_name(column.name, taken)
            taken.add(name)
            table = {**({} if name == column.name else {"column": column.name}), **table}
            found.append(Suggestion(column.name, name, table, tuple(_remarks(column, table, told))))
    return tuple(found)


def line_of(one: Suggestion) -> str:
    """Return the line that declares it.

    >>> line_of(Suggestion("Device", "device", {"column": "Device", "kind": "entity"}))
    'device = {column = "Device", kind = "entity"}'
    """
    return f"{one.name} = {in_one_line(one.table).as_string()}"


def declared_name(column: str, taken: frozenset[str] | set[str] = frozenset()) -> str:
    """The name under which a column may be declared: none of the platform's own, and none that is `taken`.

    >>> declared_name("Card Type"), declared_name("2nd"), declared_name("weight"), declared_name("Gerät", {"geraet"})
    ('card_type', 'column_2nd', 'column_weight', 'geraet_2')
    """
    name = legal_name(column)
    is_own = name in RESERVED or name.removesuffix("_id") in TAKEN_KINDS
    stem = name if re.match(r"[a-z]", name) and not is_own else f"column_{name}".rstrip("_")
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name


def _table(column: Sampled, labels: LabelForm | None) -> dict[str, Any] | None:
    """What would be said of a column; None of one that says nothing."""
    seen, words = column.seen, _words_among_numbers(column)
    is_whole = seen.kind == "whole number"
    is_code = is_whole and CODE.search(legal_name(column.name)) is not None
    if seen.kind in {"empty", "time"} or (seen.distinct < SHARED and not seen.absent):
        return None
    if words is not None and not is_code:
        return None if is_whole and seen.is_unique else {"kind": "number", **({"empty": words} if words else {})}
    if seen.kind == "amount":
        return {"kind": "number", **_marks(column)}
    if seen.distinct <= FEW and seen.payments_each >= OFTEN:
        return {"kind": "category", "values": sorted(column.counts, key=lambda value: (-column.counts[value], value))}
    if seen.payments_each >= SHARED:
        return {"kind": "entity", "prior_reports": 1, "prior_payments": _payments_per_report(labels)}
    return None


def _marks(column: Sampled) -> dict[str, str]:
    """How its numbers are written, where that is not with a point alone; nothing where two readings are possible."""
    found = amounts_as([text.strip() for text in column.texts.drop_null().to_pylist() if text.strip()])
    if found is None or found.is_ambiguous:
        return {}
    marks = {"decimal": found.decimal if found.decimal != "." else "", "thousands": found.thousands}
    return {name: mark for name, mark in marks.items() if mark}


def _words_among_numbers(column: Sampled) -> list[str] | None:
    """The few words that stand among the numbers of a column; None where it is no column of numbers."""
    words = {text for text in column.looked_at if not NUMBER.fullmatch(text)}
    numbers = sum(text not in words for text in column.looked_at)
    return sorted(words) if numbers and numbers >= MOSTLY * len(column.looked_at) and len(words) <= MOST_WORDS else None


def _payments_per_report(labels: LabelForm | None) -> int:
    """How many payments there are per fraud, in two digits: so many are the prior of an entity with one report."""
    if labels is None:
        return USUAL_PAYMENTS
    frauds, others = (sum(labels.counts[word] for word in words) for words in (labels.fraud, labels.legitimate))
    each = (frauds + others + labels.absent) / frauds if frauds else USUAL_PAYMENTS
    return max(2, min(MOST_PAYMENTS, int(float(f"{each:.2g}"))))


def _remarks(column: Sampled, table: Mapping[str, Any], told: Told | None) -> Iterator[str]:
    """What a person should know before it is declared."""
    if told is not None and gives_away(column, told):
        yield "mind: this alone tells nearly every fraud. Leave it, unless it is known when the payment is made"
    if table["kind"] == "entity":
        each = f"{column.seen.distinct:,} values, {column.seen.payments_each:.1f} payments each"
        yield f"{each}; they become tokens: add is_personal = false where they name nobody"
