"""A file of labels, such as a bank's chargebacks, checked from its first row to its last before anything is sent."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from cli.data import checks
from cli.data.layout import Layout, missing_told, refuse_unknown
from cli.data.moments import moments
from cli.data.reading import SourceFile, read_source
from cli.data.refusals import refuse, refuse_absent
from cli.errors import InputError
from greenfraud.records import Label

FIELDS = ("transaction_id", "label", "reported_at", "source", "reason_code")
ALSO = {"label": ("is_fraud",), "reported_at": ("observed_at",)}  # names that our own files have for them
FRAUD = ["fraud", "fraudulent", "true", "t", "yes", "y", "1", "unauthorised", "unauthorized", "stolen"]
FIRST_PARTY = ["first_party", "first-party", "friendly_fraud"]  # the customer paid, and disputes it
LEGITIMATE = [*["legitimate", "legit", "genuine", "false", "f", "no", "n", "0", "ok"], *FIRST_PARTY]


@dataclass(frozen=True)
class Row:
    """One label and where in the file it stands."""

    where: str
    label: Label


@dataclass(frozen=True)
class Asked:
    """How a file is to be read; `all_fraud` and `source` speak for rows of which the file itself says nothing."""

    mapping: Mapping[str, str]
    timezone: str | None = None
    all_fraud: bool = False
    source: str = "bank"


def resolve(names: Sequence[str], mapping: Mapping[str, str]) -> Layout:
    """The layout of a file with columns `names`. InputError naming the field that has no column."""
    refuse_unknown(names, mapping)
    choices = {field: (mapping.get(field), field, *ALSO.get(field, ())) for field in FIELDS}
    columns = {field: next((name for name in of if name in names), None) for field, of in choices.items()}
    if columns["transaction_id"] is None:
        raise InputError(missing_told(["transaction_id"], names))
    return Layout({field: name for field, name in columns.items() if name is not None}, is_handbook=False)


def read_labels(path: Path, asked: Asked) -> list[Row]:
    """Return the labels in the order in which they were reported. InputError names column, row and remedy."""
    source = read_source(path, asked.mapping, resolve=resolve)
    ids = source.columns["transaction_id"]
    words, count = _words(source, asked), len(ids.values)
    first_party = pc.if_else(pc.is_in(words, pa.array(FIRST_PARTY)), FIRST_PARTY[0], pa.scalar(None, pa.string()))
    values = {
        "transaction_id": checks.identifiers(ids),
        "is_fraud": pc.is_in(words, pa.array(FRAUD)),
        "observed_us": _reported(source, asked, count),
        "source": pc.coalesce(_texts(source, "source", count), asked.source),
        "reason_code": pc.coalesce(_texts(source, "reason_code", count), first_party),
    }
    rows = [Row(ids.where(number), Label(**row)) for number, row in enumerate(pa.table(values).to_pylist())]
    return sorted(rows, key=lambda row: row.label.observed_us)


def _words(source: SourceFile, asked: Asked) -> pa.Array:
    """Return the verdicts as words that are known."""
    if "label" not in source.columns:
        if asked.all_fraud:
            return pa.array([FRAUD[0]] * len(source.columns["transaction_id"].values))
        raise InputError(
            "no column for `label`. Name it, --map label=<column>, or say --all-fraud where every row is a reported fraud"
        )
    column = source.columns["label"]
    is_flag = pa.types.is_boolean(column.values.type)
    texts = pc.cast(column.values, pa.string()) if is_flag else checks.identifiers(column, required=False)
    words = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    refuse_absent(column, pc.or_(words.is_null(), pc.fill_null(pc.equal(words, ""), fill_value=True)))
    is_known = pc.is_in(words, pa.array([*FRAUD, *LEGITIMATE]))
    refuse(
        column, pc.invert(is_known), "neither fraud nor legitimate", "Write fraud, legitimate or first_party; 1 or 0; true or false"
    )
    return words


def _reported(source: SourceFile, asked: Asked, count: int) -> pa.Array:
    """Return when each was reported: now, where the file does not say. InputError for a moment that is yet to come."""
    now_us = time.time_ns() // 1000
    if "reported_at" not in source.columns:
        return pa.array([now_us] * count)
    column = source.columns["reported_at"]
    reported = moments(column, timezone=asked.timezone)
    refuse(column, pc.greater(reported, now_us), "in the future", "Check the time zone")
    return reported


def _texts(source: SourceFile, field: str, count: int) -> pa.Array:
    column = source.columns.get(field)
    return pa.nulls(count, pa.string()) if column is None else checks.identifiers(column, required=False)
