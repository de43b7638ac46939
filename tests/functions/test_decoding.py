"""The decoder of the hot path against the core's own."""

from __future__ import annotations

import doctest
import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from score_world import MANIFEST

from functions.score.decoding import WORTH_A_PASS_BYTES, decode_packed, decode_state
from greenfraud.errors import ContractError
from greenfraud.features.encoding import decode_int64_list, encode_int64_list, packed_int64s
from greenfraud.features.tiles import ViewState

EXAMPLES = ("functions.score.decoding", "functions.score.dynamodb.lean")
INT64 = st.one_of(st.integers(0, 300), st.integers(-(2**63), 2**63 - 1))
HOUR_US = 3_600_000_000


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_in_docstrings_hold(name):
    """They are documentation."""
    result = doctest.testmod(importlib.import_module(name))
    assert (result.attempted > 0, result.failed) == (True, 0)


@given(st.lists(st.lists(INT64, max_size=30), max_size=5))
def test_it_reads_the_numbers_that_the_core_reads(lists):
    """Of any length and sign, empty arrays among them."""
    contents = [encode_int64_list(numbers) for numbers in lists]
    assert decode_packed([packed_int64s(content) for content in contents]) == lists == [decode_int64_list(one) for one in contents]


@pytest.mark.parametrize("name", ["customer_activity", "terminal_activity"])
@pytest.mark.parametrize("events", [0, 1, 300])
def test_a_state_is_the_one_the_core_decodes(name, events):
    """Small or large, with reports."""
    state = ViewState.empty(MANIFEST.views[name])
    for number in range(events):
        at_us = 1_526_000_000_000_000 + number * 7 * HOUR_US
        state = state.add_transaction(at_us, 977 * number, other=f"X{number}").add_report(number * HOUR_US)
    values = state.encode()
    assert (sum(map(len, values.values())) > WORTH_A_PASS_BYTES) == (events == 300)
    assert decode_state(state.view, values) == ViewState.decode(state.view, values) == state


@pytest.mark.parametrize("packed", [b"\x80", b"\x01\xff", b"\x80" * 10 + b"\x01"])
def test_a_number_that_is_none_is_refused(packed):
    """Cut off, or longer than an int64; wherever it stands."""
    with pytest.raises(ContractError):
        decode_packed([b"\x01" * 9, packed, b"\x01"])


def test_a_large_state_with_a_broken_array_is_refused():
    """Its framing is checked as ever."""
    view = MANIFEST.views["customer_activity"]
    with pytest.raises(ContractError):
        decode_state(view, {view.columns[0]: b"\x72" + b"\x00" * WORTH_A_PASS_BYTES})
