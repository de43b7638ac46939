"""Feast's bytes, against values that Feast itself wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.errors import ContractError
from greenfraud.features.encoding import (
    decode_int64,
    decode_int64_list,
    encode_int64,
    encode_int64_list,
    entity_id,
    event_ts,
)

int64 = st.integers(-(2**63), 2**63 - 1)


@given(values=st.lists(int64))
def test_lists_survive_a_round_trip(values):
    """Any int64 numbers, in their order."""
    assert decode_int64_list(encode_int64_list(values)) == values


@given(value=int64 | st.none())
def test_numbers_and_nulls_survive_a_round_trip(value):
    """A null is an empty value."""
    assert decode_int64(encode_int64(value)) == value


@pytest.mark.parametrize(("value", "content"), [(300, "20ac02"), (0, "2000"), (-1, "20ffffffffffffffffff01"), (None, "")])
def test_an_int64_has_the_bytes_of_protobuf(value: int | None, content: str):
    """Field 4, a varint of 64-bit two's complement."""
    assert encode_int64(value).hex() == content


@given(first=st.integers(0, 2**52), second=st.integers(0, 2**52))
def test_timestamps_compare_like_the_instants_they_spell(first, second):
    """A DynamoDB condition may therefore compare them as strings."""
    assert (event_ts(first) < event_ts(second)) == (first < second)


def test_an_entity_id_takes_any_unicode():
    """Keys are UTF-8 with their length in bytes."""
    assert len(entity_id("customer_id", "żółw €")) == 32


@pytest.mark.parametrize("content", ["2080", "3000", "7205", "720f0a0d01", "72030a0180", "720208", "20ac020000"])
def test_bytes_of_something_else_are_refused(content: str):
    """A foreign or damaged value never becomes a number."""
    decode = decode_int64_list if content.startswith("72") else decode_int64
    with pytest.raises(ContractError):
        decode(bytes.fromhex(content))


def test_a_number_beyond_int64_is_refused():
    """Writing it would store another number."""
    with pytest.raises(ContractError, match="does not fit"):
        encode_int64(2**63)
