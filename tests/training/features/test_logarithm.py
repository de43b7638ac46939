"""The logarithm of integers: one algorithm, the same bits for one amount and for a column."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.features import logarithm as one
from training.features import logarithm as many

amounts = st.one_of(
    st.integers(0, 10**12),
    st.integers(0, 2**53 - 2),
    st.builds(lambda power, off: max(0, 2**power + off), st.integers(0, 52), st.integers(-2, 1)),
)


@given(st.lists(amounts, max_size=40))
def test_a_column_has_the_bits_of_single_amounts(amounts_minor: list[int]) -> None:
    """Offline and online agree on every amount."""
    column = many.log2_fixed(np.array(amounts_minor, np.int64))
    assert column.tolist() == [one.log2_fixed(amount) for amount in amounts_minor]


@given(amounts)
def test_it_is_the_logarithm(amount_minor: int) -> None:
    """Cut off after 16 bits, it lies less than one unit below the real one."""
    below = math.log2(amount_minor + 1) - one.log2_fixed(amount_minor) / 2**16
    assert -1e-9 <= below <= 1.001 / 2**16


@pytest.mark.parametrize("power", range(53))
def test_powers_of_two_are_exact(power: int) -> None:
    """Nothing is cut off where there is nothing to cut."""
    assert one.log2_fixed(2**power - 1) == power << 16
    assert many.log2_fixed(np.array([2**power - 1])).tolist() == [power << 16]


def test_a_column_is_computed_in_blocks() -> None:
    """More rows than one block holds, and none at all."""
    amounts_minor = np.arange(many.IN_TABLE + 3 * many.ROWS_AT_ONCE + 5)
    assert np.all(np.diff(many.log2_fixed(amounts_minor)) >= 0)
    assert len(many.log2_fixed(amounts_minor[:0])) == 0
