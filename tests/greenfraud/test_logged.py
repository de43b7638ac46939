"""Feature values as a decision's record keeps them."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.errors import ContractError
from greenfraud.features.logged import pack, unpack

NAMES = ("one", "two", "three")
VALUES = st.fixed_dictionaries({name: st.none() | st.floats(allow_nan=False) for name in NAMES})


@given(VALUES)
def test_every_value_comes_back_to_the_bit(values):
    """Also infinities, denormals and the negative zero."""
    back = unpack(pack(values, NAMES), NAMES)
    assert list(back) == list(NAMES)
    assert {name: repr(value) for name, value in values.items()} == {name: repr(value) for name, value in back.items()}


def test_values_stand_in_the_order_of_the_names_whatever_the_mapping_s():
    """The manifest's order is the record's."""
    content = pack({"three": 3.0, "one": 1.0, "two": None}, NAMES)
    one, two, three = struct.unpack("<3d", content)
    assert (one, three) == (1.0, 3.0)
    assert math.isnan(two)


def test_what_is_not_named_is_not_kept():
    """A record holds the manifest's features and nothing else."""
    assert unpack(pack({"one": 1.0, "other": 2.0}, ["one"]), ["one"]) == {"one": 1.0}


@pytest.mark.parametrize("content", [b"", b"\0" * 23, b"\0" * 32])
def test_another_number_of_values_is_refused(content):
    """Features of another manifest must not be read under the wrong names."""
    with pytest.raises(ContractError, match="not 3 doubles"):
        unpack(content, NAMES)
