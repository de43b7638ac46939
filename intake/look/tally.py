"""One pass over all rows of the chosen columns: exact counts by day, by label, by customer and terminal, in bounded memory."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.described_values import EPOCHS, STEPS
from intake.exponents import expanded
from intake.joining import MARKS, TIME_MARK, joined
from intake.look.columns import LOOKED_AT, some_of, texts_of
from intake.look.findings import TimeForm
from intake.look.label_words import FILLED
from intake.look.numbered_times import EPOCHS as PER_SECOND
from intake.look.numbered_times import SECONDS
from intake.time_marks import plain_times

MOST_COUNTED = 1_000_000  # customers or terminals; beyond, "at least"
MOST_KEYS = 50_000  # different days or labels: a column with more is neither
# Amounts with both marks, of which a file may have few: `1.081,74` among `17,50`.
MARKED, OF_MARKED = "[0-9][.,' \u2019\u00a0\u202f][0-9]{3}[.,][0-9]", 20
OF_EACH_BATCH = 500  # times and amounts whose writing is looked at
MOST_FRAUDS = 1_000_000  # whose customers are remembered
CLOCK = r"[T, ]*\d{1,2}:\d{2}.*$"
CLOCK_BEHIND_COLON = r":\d{1,2}:\d{2}.*$"
CLOCK_OF_POINTS = r"[T, ]+\d{1,2}\.\d{2}.*$"
DAY_S = SECONDS["days"]
DATE_PARTS = 3  # year, month and day


@dataclass
class Tally:
    """What was counted. Days are keys of the file's own writing, until it is known which way round they are."""

    rows: int = 0
    days: Counter[str] = field(default_factory=Counter)
    frauds: Counter[str] = field(default_factory=Counter)
    uninvestigated: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    unlabelled: int = 0
    currencies: Counter[str] = field(default_factory=Counter)
    entities: dict[str, Counter[str]] = field(default_factory=dict)
    is_cut: dict[str, bool] = field(default_factory=dict)
    victims: list[tuple[str, str]] = field(default_factory=list)  # day and customer of each fraud
    times: list[str] = field(default_factory=list)  # spread over the file
    amounts: list[str] = field(default_factory=list)
    undated: int = 0
    negative: int = 0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Where the columns of each field stand, how times are written, and which words mean fraud, or that nobody investigated."""

    places: Mapping[str, tuple[int, ...]]
    time: TimeForm | None
    fraud_words: frozenset[str]
    unknown_words: frozenset[str] = frozenset()


def tallied(batches: Callable[[Sequence[int]], Iterable[pa.RecordBatch]], wanted: Wanted, note: Callable[[int], None]) -> Tally:
    """Count every row; `note` is told how many were counted so far."""
    tally = Tally()
    places = list(dict.fromkeys(place for some in wanted.places.values() for place in some))
    for batch in batches(places):
        found = {of: [texts_of(batch.column(f"c{place}")) for place in some] for of, some in wanted.places.items()}
        _count(tally, found, wanted, len(batch))
        note(tally.rows)
    return tally


def _count(tally: Tally, found: Mapping[str, list[pa.Array]], wanted: Wanted, rows: int) -> None:
    tally.rows += rows
    is_fraud = is_unknown = np.zeros(rows, bool)
    if "is_fraud" in found:
        words = found["is_fraud"][0]
        words = pc.if_else(words.is_valid(), FILLED, words) if FILLED in wanted.fraud_words else words
        _add(tally.labels, words)
        tally.unlabelled += words.null_count
        is_fraud, is_unknown = _is_among(words, wanted.fraud_words), _is_among(words, wanted.unknown_words)
    if "currency" in found:
        _add(tally.currencies, found["currency"][0])
    for of in ("customer_id", "terminal_id"):
        if of in found:
            _add_entities(tally, of, found[of])
    if "occurred_at" in found and wanted.time is not None:
        _count_days(tally, found, wanted.time, is_fraud, is_unknown)
    for of, kept in (("occurred_at", tally.times), ("amount", tally.amounts), ("amount_minor", tally.amounts)):
        if of in found and len(kept) < 20 * LOOKED_AT:
            kept.extend(some_of(joined(found[of], MARKS.get(of, "")).drop_null(), OF_EACH_BATCH).to_pylist())
    for of in ("amount", "amount_minor"):
        if of in found:
            _count_signs(tally, found[of][0])


def _count_signs(tally: Tally, amounts: pa.Array) -> None:
    is_negative = pc.match_substring_regex(amounts, r"^\s*(\(|[^\d]*-[^\d]*\d)|-\s*$")
    tally.negative += int(pc.sum(is_negative).as_py() or 0)
    if len(tally.amounts) < 21 * LOOKED_AT:
        is_marked = pc.fill_null(pc.match_substring_regex(amounts, MARKED), fill_value=False)
        tally.amounts += amounts.filter(is_marked)[:OF_MARKED].to_pylist()


def _is_among(words: pa.Array, known: frozenset[str]) -> np.ndarray:
    plain = pc.fill_null(pc.utf8_lower(pc.utf8_trim_whitespace(words)), "")
    found: np.ndarray = pc.is_in(plain, pa.array(sorted(known), pa.string())).to_numpy(zero_copy_only=False)
    return found


def _add(counter: Counter[str], values: pa.Array) -> None:
    for value, count in _counts_of(values):
        if len(counter) < MOST_KEYS or value in counter:
            counter[value] += count


def _counts_of(values: pa.Array) -> Iterator[tuple[str, int]]:
    """Each value with how often it stands there; thrice as fast as one scalar after the other."""
    found = pc.value_counts(values.drop_null())
    return zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True)


def _add_entities(tally: Tally, of: str, parts: list[pa.Array]) -> None:
    counter = tally.entities.setdefault(of, Counter())
    for name, count in _counts_of(joined(parts, MARKS[of])):
        if name in counter or len(counter) < MOST_COUNTED:
            counter[name] += count
        else:
            tally.is_cut[of] = True


def _count_days(
    tally: Tally, found: Mapping[str, list[pa.Array]], form: TimeForm, is_fraud: np.ndarray, is_unknown: np.ndarray
) -> None:
    keys = day_keys(found["occurred_at"], form)
    tally.undated += keys.null_count
    _add(tally.days, keys)
    frauds = keys.filter(pa.array(is_fraud))
    _add(tally.frauds, frauds)
    _add(tally.uninvestigated, keys.filter(pa.array(is_unknown)))
    if "customer_id" in found and len(tally.victims) < MOST_FRAUDS:
        customers = joined(found["customer_id"], MARKS["customer_id"]).filter(pa.array(is_fraud))
        tally.victims += [(day, who) for day, who in zip(frauds.to_pylist(), customers.to_pylist(), strict=True) if day and who]


def day_keys(parts: Sequence[pa.Array], form: TimeForm) -> pa.Array:
    """Return the day of each row as the file writes it; of numbers, days since the epoch or since the start of steps."""
    if form.style in {*EPOCHS, STEPS}:
        return _numbered_days(parts[0], form)
    if form.style == "stored":
        return pc.utf8_slice_codeunits(parts[0], 0, 10)
    trimmed = plain_times(
        joined(
            parts[: len(parts) if form.date_format.count("%") != DATE_PARTS else 1 if len(parts) < DATE_PARTS else DATE_PARTS],
            TIME_MARK,
        )
    )
    if form.date_format == "%Y%m%d":
        return pc.utf8_slice_codeunits(trimmed, 0, 8)
    return pc.replace_substring_regex(trimmed, _clock_of(form.format), "")


def _clock_of(pattern: str) -> str:
    """What is to be cut off behind a day."""
    if re.search(r"%[HI]\.", pattern):
        return CLOCK_OF_POINTS
    return CLOCK_BEHIND_COLON if ":%H" in pattern else CLOCK


def _numbered_days(texts: pa.Array, form: TimeForm) -> pa.Array:
    per_second = PER_SECOND.get(form.style, 1)
    seconds = 1 if form.style != STEPS else SECONDS[form.units[0] if form.units else "hours"]
    texts = expanded(pc.utf8_trim_whitespace(texts))
    is_number = pc.match_substring_regex(pc.utf8_trim_whitespace(texts), r"^[+-]?\d{1,19}(\.\d+)?$")
    numbers = pc.cast(pc.utf8_trim_whitespace(pc.if_else(is_number, texts, pa.scalar(None, pa.string()))), pa.float64())
    days = pc.floor(pc.divide(pc.multiply(numbers, float(seconds)), float(per_second * DAY_S)))
    return pc.cast(pc.cast(days, pa.int64(), safe=False), pa.string())
