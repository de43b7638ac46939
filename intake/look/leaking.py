"""Columns that give frauds away: filled in afterwards, as the date of a chargeback is, they teach what nobody knows in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.look.columns import NUMBER, Sampled
from intake.look.findings import LabelForm
from intake.look.label_words import FRAUD

Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
TELLING = 0.7  # Matthews' correlation of the best single cut; what is honest and known beforehand hardly ever gets there
ENOUGH_FRAUDS = 10
MOST_GROUPS, OF_EACH = 500, 10.0  # values whose share of frauds is looked at, and rows of each


@dataclass(frozen=True)
class Told:
    """Which rows of the sample somebody looked at, and which of these are frauds."""

    is_told: Flags
    is_fraud: Flags


def told_by(column: Sampled, labels: LabelForm) -> Told | None:
    """Return what the labels of the sample say; None where there are too few frauds or nothing else to tell them from."""
    frauds = {word.strip().lower() for word in labels.fraud} or FRAUD
    never = {word.strip().lower() for word in (*labels.uninvestigated, *labels.unknown)}
    words = pc.utf8_lower(pc.utf8_trim_whitespace(column.texts))
    is_told = ~_is_in(words, never)
    is_fraud = _is_in(words, frauds)[is_told]
    return Told(is_told, is_fraud) if ENOUGH_FRAUDS <= is_fraud.sum() < len(is_fraud) else None


def gives_away(column: Sampled, told: Told) -> bool:
    """Tell whether one cut through a column, or whether it is filled in at all, separates nearly all frauds."""
    return any(separation(scores, told.is_fraud) >= TELLING for scores in _scores(column, told))


def separation(scores: Floats, is_fraud: Flags) -> float:
    """Return Matthews' correlation of the best cut, either way round.

    >>> labels = np.array([True, True, False, False])
    >>> separation(np.array([3.0, 2.0, 1.0, 1.0]), labels), separation(np.array([1.0, 1.0, 1.0, 1.0]), labels)
    (1.0, 0.0)
    """
    order = np.argsort(scores, kind="stable")
    cuts = np.flatnonzero(np.diff(scores[order])) + 1  # never between equal values
    if not len(cuts):
        return 0.0
    rows, frauds = float(len(scores)), float(is_fraud.sum())
    below, found = cuts.astype(float), np.cumsum(is_fraud[order])[cuts - 1].astype(float)
    spread = np.sqrt(below * (rows - below) * frauds * (rows - frauds))
    return float(np.max(np.abs(found * rows - below * frauds) / spread))


def _scores(column: Sampled, told: Told) -> Iterator[Floats]:
    texts = column.texts.filter(pa.array(told.is_told))
    yield pc.is_valid(texts).to_numpy(zero_copy_only=False).astype(float)
    if 1 < column.distinct <= MOST_GROUPS and column.seen.payments_each >= OF_EACH:
        codes = pc.fill_null(texts.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False) + 1
        rows = np.bincount(codes)
        yield (np.bincount(codes, told.is_fraud) / np.maximum(rows, 1))[codes]
    trimmed = pc.utf8_trim_whitespace(texts)
    is_number = pc.match_substring_regex(trimmed, f"^(?:{NUMBER.pattern})$")
    numbers = pc.cast(pc.if_else(is_number, trimmed, pa.scalar(None, pa.string())), pa.float64())
    if numbers.null_count < len(numbers):
        yield np.nan_to_num(pc.fill_null(numbers, -np.inf).to_numpy(zero_copy_only=False))


def _is_in(words: pa.Array, some: set[str] | frozenset[str]) -> Flags:
    found = pc.fill_null(pc.is_in(words, pa.array(sorted(some), pa.string())), fill_value=False)
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)
