"""Which rows of a holdout are a segment: by the declared columns, and by the user's own categories."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from greenfraud.features.manifest import Manifest, load_manifest
from tests.extra_columns import declared  # noqa: F401
from training.evaluation.segments import MOST_VALUES, SPLITS, segments_of


def rows_of(table: pa.Table, by: str) -> dict[str, list[int]]:
    """Row numbers by segment of one split."""
    return {segment.value: segment.rows.nonzero()[0].tolist() for segment in segments_of(table) if segment.by == by}


def test_every_split_reads_a_column_that_feature_chunks_have() -> None:
    """A renamed feature would silently take its segments away."""
    assert {split.column for split in SPLITS} <= {*load_manifest().names, "amount_minor"}


def test_the_documentation_tells_every_segment() -> None:
    """Under the names that evaluation.json uses."""
    page = (Path(__file__).resolve().parents[3] / "docs/evaluation.md").read_text(encoding="utf-8")
    assert all(f"`{split.by}`" in page and f"`{split.column}`" in page for split in SPLITS)
    assert [value for split in SPLITS for value in split.values if value not in page] == []


def test_amounts_are_told_apart_by_their_place_among_all_amounts() -> None:
    """The same in every currency; an amount at the limit lies below it."""
    table = pa.table({"amount_minor": [100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 0]})
    assert rows_of(table, "amount") == {"lowest 50 %": [5, 6, 7, 8, 9, 10], "next 40 %": [1, 2, 3, 4], "highest 10 %": [0]}


def test_a_band_that_nobody_is_in_is_left_out() -> None:
    """Where everything costs the same there is one band."""
    assert rows_of(pa.table({"amount_minor": [5, 5, 5]}), "amount") == {"lowest 50 %": [0, 1, 2]}


def test_nights_new_customers_and_reported_terminals_are_told_by_their_features() -> None:
    """Never seen is a state of its own: the time since the last payment is missing, not zero."""
    table = pa.table(
        {
            "amount_minor": [1, 1, 1],
            "is_night": [0.0, 1.0, 0.0],
            "customer_seconds_since_last": [None, 0.0, 9.0],
            "terminal_reports_30d": [0.0, 2.0, 0.0],
        }
    )
    assert rows_of(table, "hour") == {"day": [0, 2], "night": [1]}
    assert rows_of(table, "customer") == {"never seen": [0], "seen before": [1, 2]}
    assert rows_of(table, "terminal") == {"no report within 30 days": [0, 2], "reported within 30 days": [1]}


def test_each_split_tells_every_row_apart_once() -> None:
    """So that money adds up."""
    table = pa.table({"amount_minor": [1, 2, 3], "is_night": [0.0, 1.0, 1.0]})
    for by in ("amount", "hour"):
        assert sorted(row for rows in rows_of(table, by).values() for row in rows) == [0, 1, 2]


def test_a_feature_that_is_gone_takes_its_segments_with_it() -> None:
    """Nothing is invented, and the others stay."""
    assert {segment.by for segment in segments_of(pa.table({"amount_minor": [1, 2]}))} == {"amount"}


def test_a_declared_category_is_a_split_of_its_own(declared: Manifest) -> None:  # noqa: F811
    """By what its feature says of the column: one of the declared values, another one, or nothing."""
    table = pa.table({"amount_minor": [1, 1, 1], "is_remote": [1.0, 0.0, None], "distance": [1.0, 2.0, 3.0]})
    assert rows_of(table, "channel") == {"is_remote": [0], "other": [1], "missing": [2]}
    assert not rows_of(table, "distance_km")


def test_a_column_of_many_categories_has_few_segments(monkeypatch, declared: Manifest) -> None:  # noqa: F811
    """Two features that read one column are two of its segments, the first declared goes first; beyond eight they are one."""
    features = tuple(replace(declared.feature("is_remote"), name=f"is_{n}") for n in range(12))
    monkeypatch.setattr("training.evaluation.segments.load_manifest", lambda: replace(declared, features=features))
    columns = {feature.name: [float(n in {row, row + 1}) for row in range(12)] for n, feature in enumerate(features)}
    found = rows_of(pa.table({"amount_minor": range(12), **columns}), "channel")
    assert found == {**{f"is_{n}": [n] for n in range(MOST_VALUES)}, "other": [8, 9, 10, 11]}


def test_a_holdout_without_rows_has_no_segments() -> None:
    """Its bands could not even be counted."""
    assert segments_of(pa.table({"amount_minor": pa.array([], pa.int64())})) == []
