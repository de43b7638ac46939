"""What each column of a sample holds: its kind, how many values it has, how often they repeat, a few of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.look.findings import ColumnSeen
from intake.look.label_words import FRAUD, LEGITIMATE
from intake.look.money_texts import amounts_as
from intake.look.opening import Opened
from intake.look.time_texts import Written, written_as
from intake.shown import shown

HEAD_ROWS, MOST_VALUES = 100_000, 4_000_000  # of the sample; a file of many columns is told from fewer rows
MOST_COUNTS = 500
SEED = 1
LOOKED_AT = 2_000  # values of a column whose writing is looked at, spread over the sample
MOST_CATEGORIES = 50
EXAMPLES, EXAMPLE_LENGTH = 3, 28
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
WHOLE = re.compile(r"[+-]?\d+(\.0+)?")


@dataclass(frozen=True)
class Sampled:
    """One column of the sample: `texts` as a person would see them, null where nothing is; `kind` the type that Parquet stored."""

    name: str
    place: int
    texts: pa.Array
    kind: pa.DataType

    @cached_property
    def looked_at(self) -> list[str]:
        """Values spread over the sample, those that are there, without blanks around them."""
        return [text.strip() for text in some_of(self.texts.drop_null(), LOOKED_AT).to_pylist() if text.strip()]

    @cached_property
    def distinct(self) -> int:
        """How many different values it has."""
        return int(pc.count_distinct(self.texts).as_py())

    @cached_property
    def counts(self) -> dict[str, int]:
        """How often each value stands there; nothing of a column with more different ones than words or codes would have."""
        if self.distinct > MOST_COUNTS:
            return {}
        return {one["values"].as_py(): one["counts"].as_py() for one in pc.value_counts(self.texts.drop_null())}

    @cached_property
    def written(self) -> Written | None:
        """How its times are written, if it holds any."""
        return None if pa.types.is_timestamp(self.kind) or pa.types.is_duration(self.kind) else written_as(self.looked_at)

    @cached_property
    def seen(self) -> ColumnSeen:
        """What is told of it."""
        return ColumnSeen(
            name=self.name,
            place=self.place,
            kind=self._kind(),
            examples=tuple(_short(text) for text in self.texts.drop_null()[:LOOKED_AT].unique()[:EXAMPLES].to_pylist()),
            distinct=self.distinct,
            absent=self.texts.null_count,
            rows=len(self.texts),
        )

    def _kind(self) -> str:
        """Its kind: of many that fit, the one that says most."""
        texts = self.looked_at
        if not texts:
            return "empty"
        if pa.types.is_boolean(self.kind) or (self.distinct <= 3 and _are_flags(self.counts)):
            return "flag"
        if pa.types.is_temporal(self.kind) or (self.written and not self.written.is_number):
            return "time"
        if all(NUMBER.fullmatch(text) for text in texts):
            return "time" if self.written else "whole number" if all(map(WHOLE.fullmatch, texts)) else "number"
        if amounts_as(texts):
            return "amount"
        return "category" if self.distinct <= min(MOST_CATEGORIES, max(2, len(self.texts) // 2)) else "text"


def sample_of(opened: Opened) -> tuple[list[Sampled], bool]:
    """Return the columns of the first rows, and whether these are all rows there are."""
    batches, rows, is_whole = list[pa.RecordBatch](), 0, True
    most = min(HEAD_ROWS, MOST_VALUES // len(opened.names))
    for batch in opened.rows_of():
        if rows >= most:
            is_whole = False
            break
        batches.append(batch.slice(0, most - rows))
        rows += len(batches[-1])
        is_whole = len(batches[-1]) == len(batch)
    return list(_columns(opened.names, batches)), is_whole


def _columns(names: Sequence[str], batches: Sequence[pa.RecordBatch]) -> Iterator[Sampled]:
    table = pa.Table.from_batches(batches) if batches else None
    for place, name in enumerate(names):
        values = pa.array([], pa.string()) if table is None else table.column(place).combine_chunks()
        yield Sampled(name, place, texts_of(values), values.type)


def texts_of(values: pa.Array) -> pa.Array:
    """Return values of any type as a person would read them; blanks alone are nothing."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    try:
        texts = pc.cast(values, pa.string())
    except pa.ArrowException:  # bytes, lists and structures: shown, never a field
        texts = pa.array([None if one is None else str(one) for one in values.to_pylist()], pa.string())
    is_blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(texts), ""), fill_value=True)
    return pc.if_else(is_blank, pa.scalar(None, pa.string()), texts)


def some_of(texts: pa.Array, most: int) -> pa.Array:
    """Return all of a few, else so many by a fixed chance: every n-th row of a file may be all of one kind."""
    if len(texts) <= most:
        return texts
    return texts.take(pa.array(np.sort(np.random.default_rng(SEED).choice(len(texts), most, replace=False))))


def _are_flags(counts: dict[str, int]) -> bool:
    words = {word.strip().lower() for word in counts}
    return len(words) > 1 and words <= FRAUD | LEGITIMATE


def _short(text: str) -> str:
    one = shown(text)
    return one if len(one) <= EXAMPLE_LENGTH else f"{one[: EXAMPLE_LENGTH - 1]}…"
