"""Maxima of ranges, and positions of windows, against looking at every event."""

from __future__ import annotations

import doctest
import functools
import importlib
import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.features.range_maximum import range_maxima, range_unions
from training.features.timeline import Timeline, order_by_entity


@given(st.lists(st.integers(0, 10**12), max_size=40), st.data())
def test_every_range_has_its_maximum(values: list[int], data: st.DataObject) -> None:
    """Any range, empty ones included."""
    borders = st.integers(0, len(values))
    ranges = [tuple(sorted(pair)) for pair in data.draw(st.lists(st.tuples(borders, borders), max_size=20))]
    start, end = np.array(ranges, np.int64).reshape(-1, 2).T
    found = range_maxima(np.array(values, np.int64), start, end)
    assert found.tolist() == [max(values[first:last], default=0) for first, last in ranges]


@given(st.lists(st.tuples(st.integers(0, 2**52 - 1), st.integers(0, 7)), max_size=40), st.data())
def test_every_range_has_its_union(values: list[tuple[int, int]], data: st.DataObject) -> None:
    """In each row of the values."""
    borders = st.integers(0, len(values))
    ranges = [tuple(sorted(pair)) for pair in data.draw(st.lists(st.tuples(borders, borders), max_size=20))]
    start, end = np.array(ranges, np.int64).reshape(-1, 2).T
    found = range_unions(np.array(values, np.int64).reshape(-1, 2).T, start, end)
    for row in range(2):
        expected = [functools.reduce(operator.or_, (value[row] for value in values[first:last]), 0) for first, last in ranges]
        assert found[row].tolist() == expected


@given(st.lists(st.integers(-1, 70_000), max_size=40))
def test_rows_are_ordered_by_entity_and_stay_in_order_within(codes: list[int]) -> None:
    """However many entities there are."""
    expected = sorted(range(len(codes)), key=codes.__getitem__)
    assert order_by_entity(np.array(codes, np.int64)).tolist() == expected


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60)), max_size=30),
    st.lists(st.tuples(st.integers(0, 3), st.integers(-3, 14)), max_size=10),
    st.sampled_from([0, 6, 1000]),
)
def test_a_window_begins_at_its_first_event(events: list[tuple[int, int]], queries: list[tuple[int, int]], cells: int) -> None:
    """By search and by table alike; borders before and after all events included."""
    events.sort()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.features.timeline.CELLS_PER_QUERY", cells)
        entity, time_us = np.array(events, np.int64).reshape(-1, 2).T
        present = {code for code, _ in events}
        asked = [(code, tile) for code, tile in queries if code in present]
        code, tile = np.array(asked, np.int64).reshape(-1, 2).T
        found = Timeline(entity, time_us, code).first_at(tile, 5)
    assert found.tolist() == [sum(event < (of, border * 5) for event in events) for of, border in asked]


@pytest.mark.parametrize("name", ["chunk_writing", "computed_features", "logarithm", "range_maximum"])
def test_the_examples_hold(name: str) -> None:
    """An example in a docstring that no longer holds is a lie."""
    assert doctest.testmod(importlib.import_module(f"training.features.{name}"), extraglobs={"np": np}).failed == 0
