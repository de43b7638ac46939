"""Fraud, legitimate, or never investigated: the words of a label's column, those that everybody knows and those that are stated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.description import Labels
from intake.reading import Column, Mask, is_text, plain
from intake.refusals import refuse

FRAUD = ("1", "true", "t", "yes", "y", "fraud", "fraudulent")
LEGITIMATE = ("0", "false", "f", "no", "n", "legit", "legitimate", "genuine")
MEND = "Write 1 or 0, true or false; nothing where nobody reported"
PLAINLY = Labels()
FALSE, TRUE = "f", {"t", "true"}


@dataclass(frozen=True)
class Verdicts:
    """Per row: whether it is a fraud, and whether anybody looked; what nobody investigated is neither learned nor judged."""

    is_fraud: pa.Array
    is_investigated: pa.Array


def verdicts(column: Column, labels: Labels = PLAINLY) -> Verdicts:
    """What a column says. Absent means that nobody reported a fraud, unless "" is among the words for not investigated.

    A side whose words are stated has these and no others. InputError names the row of a word that means nothing.
    """
    words = pc.fill_null(_words_of(column), "")
    present = set(words.unique().to_pylist())
    never = _lowered(labels.not_investigated)
    fraud = _lowered(labels.fraud) or [word for word in FRAUD if word not in {*never, *_lowered(labels.legitimate)}]
    sound = _lowered(labels.legitimate) or [word for word in LEGITIMATE if word not in {*never, *fraud}]
    if not (labels.legitimate or labels.fraud) and is_of_two_meanings(present):
        sound = [word for word in sound if word != FALSE]
    if "" not in {*fraud, *never}:
        sound = [*sound, ""]
    is_known = pc.is_in(words, pa.array([*fraud, *sound, *never], pa.string()))
    refuse(column, pc.invert(is_known), "neither fraud nor not", _mend(words, is_known))
    return Verdicts(pc.is_in(words, pa.array(fraud, pa.string())), pc.invert(pc.is_in(words, pa.array(never, pa.string()))))


def filled_in(column: Column) -> Verdicts:
    """Whatever stands there says fraud, and an empty cell that nobody reported one: a column of when that was."""
    values = plain(column.values)
    is_there = values.is_valid()
    if is_text(values.type):
        is_there = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(values), ""), fill_value=False)
    return Verdicts(is_there, pa.array(np.ones(len(values), bool)))


def is_of_two_meanings(words: Collection[str]) -> bool:
    """Tell whether `f` among a column's words, in lower case, may be fraud as well as false: nothing there says true.

    >>> is_of_two_meanings({"f", ""}), is_of_two_meanings({"t", "f"})
    (True, False)
    """
    return FALSE in words and not TRUE & set(words)


def flags(column: Column) -> pa.Array:
    """Fraud or not, by the words that everybody knows."""
    return verdicts(column).is_fraud


def is_word(column: Column, words: tuple[str, ...]) -> Mask:
    """Tell which rows of a column say one of some words, whatever their case."""
    found: Mask = pc.is_in(_words_of(column), pa.array(_lowered(words), pa.string())).to_numpy(zero_copy_only=False)
    return found


def _words_of(column: Column) -> pa.Array:
    """Values as lower-case text: whole numbers as their digits, however a tool stored them."""
    values = plain(column.values)
    if pa.types.is_boolean(values.type):
        return pc.if_else(values, "true", "false")
    if pa.types.is_floating(values.type):
        known = values.to_numpy(zero_copy_only=False)
        whole = np.isfinite(known) & (known == np.floor(known)) & (np.abs(known) < 2.0**53)
        digits = pc.cast(pa.array(np.where(whole, known, 0).astype(np.int64)), pa.string())
        others = pc.if_else(pa.array(np.isnan(known)), pa.scalar(None, pa.string()), pc.cast(values, pa.string()))
        return pc.if_else(pa.array(whole), digits, others)
    if pa.types.is_decimal(values.type):
        return pc.replace_substring_regex(pc.cast(values, pa.string()), r"\.0+$", "")
    return pc.utf8_lower(pc.utf8_trim_whitespace(pc.cast(values, pa.string())))


def _lowered(words: tuple[str, ...]) -> list[str]:
    return [word.strip().lower() for word in words]


def _mend(words: pa.Array, is_known: pa.Array) -> str:
    unknown = sorted(set(words.filter(pc.invert(is_known)).unique().to_pylist()[:20]))[:5]
    example = unknown[0] if unknown else "fraud"
    return (
        f"{MEND}. Or say what words mean: --fraud-value {example!r}, --legitimate-value {example!r}, "
        f"--not-investigated-value {example!r}"
    )
