"""What a team runs today, as a column of its history: a score on any scale, or a decision in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cli.errors import InputError
from greenfraud.outcomes import ALLOW, BLOCK, REVIEW
from greenfraud.policy import DECISIONS
from intake import checks
from intake.reading import Column, SourceFile, is_text, plain, read_source

SEVERITY = {ALLOW: 0.0, REVIEW: 1.0, BLOCK: 2.0}
WORDS = {
    ALLOW: "allow allowed accept accepted approve approved pass passed ok legitimate genuine false f no n 0",
    REVIEW: "review reviewed hold held manual pending refer referred challenge challenged suspicious alert",
    BLOCK: "block blocked decline declined reject rejected deny denied refuse refused fraud true t yes y 1",
}
MEND = "Write decimal numbers with a point, for example 12.5; nothing where there is no score"
WITH_COMMA = r"^[+-]?\d*,\d+$"  # a number as half of Europe writes it, and no word
MEANING = {word: decision for decision, words in WORDS.items() for word in words.split()}


@dataclass(frozen=True)
class Incumbent:
    """`scores` by transaction, higher is riskier, null where it says nothing; `told` is how the column was read."""

    column: str
    is_decision: bool
    transaction_id: pa.Array
    scores: pa.Array
    told: str

    def of(self, transaction_ids: pa.Array) -> pa.Array:
        """Return the scores of transactions in their order, NaN where there is none."""
        found = self.scores.take(pc.index_in(transaction_ids, self.transaction_id))
        return pc.fill_null(found, float("nan"))


def parse_words(text: str) -> dict[str, str]:
    """`ok=allow,stop=block` as word -> decision. InputError for anything else."""
    words = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        word, _, meant = (part.strip().lower() for part in pair.partition("="))
        decision = MEANING.get(meant, "") if meant in DECISIONS else ""
        if not word or not decision:
            raise InputError(
                f"--words: `{pair}` is not word=decision. The decisions are {', '.join(DECISIONS)}: --words ok=allow,stop=block"
            )
        words[word] = decision
    return words


def read_incumbent(
    path: Path, mapping: Mapping[str, str], column: str, *, words: Mapping[str, str] | None = None, is_reversed: bool = False
) -> Incumbent:
    """Read the column; `words` not None takes it for decisions. InputError when it cannot rank anything."""
    source = read_source(path, mapping, [column])
    _refuse_label(source, column)
    found = source.others[column]
    scores, told = _scores(found) if words is None else _decisions(found, words)
    told = f"column `{column}`: {told}"
    different = pc.count_distinct(scores).as_py()
    if not different:
        raise InputError(f"{told}: it is empty in every row. Name the column that has the score")
    if different == 1:
        raise InputError(f"{told}: it says the same of every transaction, and ranks nothing. Name another column")
    missing = scores.null_count
    told += f"; nothing in {missing:,} of {len(scores):,} rows" if missing else ""
    ids = checks.unique_identifiers(source.columns["transaction_id"])
    return Incumbent(column, words is not None, ids, pc.negate(scores) if is_reversed else scores, told)


def _refuse_label(source: SourceFile, column: str) -> None:
    for field in ("is_fraud", "observed_at"):
        if source.layout.columns.get(field) == column:
            raise InputError(
                f"column `{column}` is the label `{field}` itself: nobody knows it beforehand. Name the score's column"
            )


def _scores(column: Column) -> tuple[pa.Array, str]:
    """Return numbers, whatever their scale."""
    if _has_words(column):
        raise InputError(f"column `{column.name}` holds words: give it as a decision, --decision {column.name}")
    scores = checks.numbers(column, mend=MEND)
    limits = pc.min_max(scores)
    low, high = limits["min"].as_py(), limits["max"].as_py()
    if low is None:
        return scores, "no numbers"
    scale = "probabilities" if low >= 0.0 and high <= 1.0 else "points"
    different = pc.count_distinct(scores).as_py()
    return scores, f"{scale} from {low:g} to {high:g}, {different:,} different"


def _has_words(column: Column) -> bool:
    values = plain(column.values)
    if pa.types.is_boolean(values.type):
        return True
    if not is_text(values.type):
        return False
    is_number = pc.match_substring_regex(pc.utf8_trim_whitespace(values), f"{checks.NUMBER}|{WITH_COMMA}")
    return bool(len(values) > values.null_count and not pc.any(is_number).as_py())


def _decisions(column: Column, more: Mapping[str, str]) -> tuple[pa.Array, str]:
    """Return severities, and which word was taken for which decision. InputError names the words nobody knows."""
    words = pc.utf8_lower(pc.utf8_trim_whitespace(pc.cast(plain(column.values), pa.string())))
    words = pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)
    counts = {one["values"]: one["counts"] for one in pc.value_counts(words).to_pylist() if one["values"] is not None}
    meaning = {word: {**MEANING, **more}.get(word) for word in counts}
    unknown = sorted(word for word, decision in meaning.items() if decision is None)
    if unknown:
        named = ", ".join(f"`{word[:40]}`" for word in unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        raise InputError(
            f"column `{column.name}` holds {named}, and what that decides is not known. "
            f"Say it: --words {unknown[0][:40]}=allow, or =review, or =block"
        )
    known = list(counts)
    severity = pa.array([SEVERITY[str(meaning[word])] for word in known], pa.float64())
    place = pc.index_in(words, pa.array(known, pa.string()))
    told = ", ".join(
        f"`{word}` is {meaning[word]} ({counts[word]:,})" for word in sorted(known, key=lambda one: SEVERITY[str(meaning[one])])
    )
    return severity.take(place), told or "no words"


def table_of(incumbent: Incumbent, transactions: pa.Table) -> pa.Table:
    """Return what the comparison reads: id, moment and score of each transaction."""
    ids = transactions["transaction_id"].combine_chunks()
    scores = np.asarray(incumbent.of(ids).to_numpy(zero_copy_only=False), float)
    return pa.table({"transaction_id": ids, "occurred_us": transactions["occurred_us"], "score": scores})
