"""A file of labels, such as a bank's chargebacks, checked from its first row to its last before anything is told."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from greenfraud.errors import InvalidInput
from greenfraud.extras import identity_of
from greenfraud.records import Label
from intake import checks
from intake.description import Description, Labels
from intake.errors import InputError
from intake.label_words import FALSE, is_of_two_meanings
from intake.layout import Layout, missing_told, refuse_unknown
from intake.reading import Column, SourceFile, read_source
from intake.refusals import refuse, refuse_absent
from intake.reports import reported_moments

FIELDS = ("transaction_id", "label", "reported_at", "source", "reason_code")
ALSO = {"label": ("is_fraud",), "reported_at": ("observed_at",)}  # names that our own files have for them
FRAUD = ["fraud", "fraudulent", "true", "t", "yes", "y", "1", "unauthorised", "unauthorized", "stolen"]
FIRST_PARTY = ["first_party", "first-party", "friendly_fraud"]  # the customer paid, and disputes it
LEGITIMATE = [*["legitimate", "legit", "genuine", "false", "f", "no", "n", "0", "ok"], *FIRST_PARTY]
UNREADABLE = (pa.ArrowException, KeyError, OverflowError)
IN_ORDER = [("transaction_id", "ascending"), ("observed_us", "ascending"), ("row", "ascending")]


@dataclass(frozen=True)
class Row:
    """One label, and the number of its row, counted from 0."""

    number: int
    label: Label


@dataclass(frozen=True)
class Asked:
    """How a file is to be read; `all_fraud`, `source` and `now_us` speak for rows of which the file itself says nothing.

    `now_us`, in event time, is one moment for the whole file, and for a dropped one the same at every try.
    """

    mapping: Mapping[str, str]
    timezone: str | None = None
    all_fraud: bool = False
    may_say_otherwise: bool = False  # a column of the file goes before `all_fraud`, where that is only what is usual
    source: str = "bank"
    now_us: int = field(default_factory=lambda: time.time_ns() // 1000)
    time_format: str | None = None  # of moments that are not written as RFC 3339 has them


@dataclass(frozen=True)
class LabelFile:
    """The labels as columns: payment by payment, and of each in the order in which they were reported; `ids` knows the lines."""

    table: pa.Table
    ids: Column

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @property
    def frauds(self) -> int:
        """How many rows say fraud."""
        return int(pc.sum(self.table["is_fraud"]).as_py() or 0)

    def parts(self, size: int) -> Iterator[list[Row]]:
        """All rows, about `size` at once, those of one payment together."""
        names = self.table["transaction_id"].combine_chunks()
        is_next = pc.not_equal(names.slice(1), names.slice(0, len(names) - 1))
        changes = np.flatnonzero(is_next.to_numpy(zero_copy_only=False)) + 1
        start = 0
        while start < len(self):
            later = changes[np.searchsorted(changes, start + size) :]
            stop = int(later[0]) if len(later) else len(self)
            yield rows_of(self.table.slice(start, stop - start))
            start = stop

    def in_file_order(self, size: int) -> Iterator[list[Row]]:
        """All rows as they stand in the file, `size` at once."""
        order = np.argsort(self.table["row"].to_numpy())
        for start in range(0, len(self), size):
            yield rows_of(self.table.take(pa.array(order[start : start + size])))


def rows_of(table: pa.Table) -> list[Row]:
    """Rows of the columns."""
    return [Row(values.pop("row"), Label(**values)) for values in table.to_pylist()]


def resolve(names: Sequence[str], mapping: Mapping[str, str]) -> Layout:
    """The layout of a file with columns `names`. InputError naming the field that has no column."""
    refuse_unknown(names, mapping)
    choices = {field: (mapping.get(field), field, *ALSO.get(field, ())) for field in FIELDS}
    columns = {field: next((name for name in of if name in names), None) for field, of in choices.items()}
    if columns["transaction_id"] is None:
        raise InputError(missing_told(["transaction_id"], names))
    return Layout({field: name for field, name in columns.items() if name is not None}, is_handbook=False)


def read_labels(path: Path, asked: Asked) -> LabelFile:
    """Return the labels of a file. InputError names column, row and remedy."""
    source = read_source(path, asked.mapping, resolve=resolve)
    ids = source.columns["transaction_id"]
    for column in source.columns.values():
        with _naming(column):
            column.values.validate(full=True)  # Parquet may hold bytes that are no text
    words, count = _words(source, asked), len(ids.values)
    first_party = pc.if_else(pc.is_in(words, pa.array(FIRST_PARTY)), FIRST_PARTY[0], pa.scalar(None, pa.string()))
    with _naming(ids):
        names = checks.identifiers(ids)
    values = {
        "transaction_id": names,
        "is_fraud": pc.is_in(words, pa.array(FRAUD)),
        "observed_us": _reported(source, asked, count),
        "source": pc.coalesce(_texts(source, "source", count), _source_told(asked)),
        "reason_code": pc.coalesce(_texts(source, "reason_code", count), first_party),
        "row": pa.array(np.arange(count)),
    }
    return LabelFile(pa.table(values).sort_by(IN_ORDER), ids)


@contextmanager
def _naming(column: Column) -> Iterator[None]:
    """Raise InputError with the column's name where its values are such as no check knows."""
    try:
        yield
    except UNREADABLE as error:
        raise InputError(f"column `{column.name}` cannot be read: {type(error).__name__}. Write it as text") from None


def _words(source: SourceFile, asked: Asked) -> pa.Array:
    """Return the verdicts as words that are known."""
    if "label" not in source.columns:
        if asked.all_fraud:
            return pa.array([FRAUD[0]] * len(source.columns["transaction_id"].values))
        raise InputError(
            "no column for `label`. Name it, --map label=<column>, or say --all-fraud where every row is a reported fraud"
        )
    column = source.columns["label"]
    if asked.all_fraud and not asked.may_say_otherwise:
        raise InputError(
            f"--all-fraud: the file has a column `{column.name}`, which says of each row what it is. Leave one of them out"
        )
    is_flag = pa.types.is_boolean(column.values.type)
    with _naming(column):
        texts = pc.cast(column.values, pa.string()) if is_flag else checks.identifiers(column, required=False)
    words = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    refuse_absent(column, pc.or_(words.is_null(), pc.fill_null(pc.equal(words, ""), fill_value=True)))
    is_known = pc.is_in(words, pa.array([*FRAUD, *LEGITIMATE]))
    refuse(
        column, pc.invert(is_known), "neither fraud nor legitimate", "Write fraud, legitimate or first_party; 1 or 0; true or false"
    )
    if is_of_two_meanings(words.unique().to_pylist()):
        refuse(column, pc.equal(words, FALSE), "fraud, or false: nothing there says true", "Write fraud or legitimate in its place")
    return words


def _reported(source: SourceFile, asked: Asked, count: int) -> pa.Array:
    """Return when each was reported, as `asked` where the file does not say. InputError for a moment that is yet to come."""
    if "reported_at" not in source.columns:
        return pa.array([asked.now_us] * count)
    column = source.columns["reported_at"]
    with _naming(column):
        reported = reported_moments(
            column, timezone=asked.timezone, described=_described(asked), refuse_ahead=_refuse_future, option="--time-format"
        )
    refuse_absent(column, reported.is_null())
    # A day alone counts from its end, and today's is yet to come.
    is_today = pc.greater(reported, time.time_ns() // 1000)
    return reported if asked.now_us < 0 else pc.if_else(is_today, asked.now_us, reported)


def _described(asked: Asked) -> Description:
    try:
        return Description(labels=Labels(format=asked.time_format))
    except ValidationError as error:
        raise InputError(f"--time-format: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None


def _refuse_future(column: Column, reported: pa.Array) -> pa.Array:
    refuse(column, pc.greater(reported, time.time_ns() // 1000), "in the future", "Check the time zone")
    return reported


def _source_told(asked: Asked) -> str:
    """Return who speaks for rows that do not say it. InputError for what the API refuses too."""
    try:
        return identity_of("--source", asked.source)
    except InvalidInput as error:
        raise InputError(str(error)) from None


def _texts(source: SourceFile, field: str, count: int) -> pa.Array:
    column = source.columns.get(field)
    if column is None:
        return pa.nulls(count, pa.string())
    with _naming(column):
        return checks.identifiers(column, required=False)
