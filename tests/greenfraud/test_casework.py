"""What people did about a doubt comes back as it was stored, and what is damaged is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.errors import DamagedItem
from greenfraud.items import casework
from greenfraud.items.casework import Casework, Claim, Finding, Note

ids = st.text(min_size=1, max_size=256)
times = st.integers(0, 253_402_300_799_999_999)
NOTED = Casework("T1", "C1", 7, notes=(Note("ana", 1, "4711"),), claim=Claim("ana", 1, 2), revision=3)


@given(
    st.builds(
        Casework,
        ids,
        ids,
        times,
        st.none() | st.builds(Claim, ids, times, times),
        st.lists(st.builds(Note, ids, times, ids), max_size=3).map(tuple),
        st.none() | st.builds(Finding, st.booleans(), ids, times),
        st.integers(0, 2**31),
    )
)
def test_casework_comes_back_as_it_was_stored(made):
    """Whatever people write."""
    assert casework.decode(casework.encode(made)) == made


@pytest.mark.parametrize(
    ("attribute", "cell"),
    [
        ("notes", {"S": '[{"by": "4711"}]'}),
        ("notes", {"S": "4711"}),
        ("notes", {"S": '[{"by": 4711, "at_us": 1, "text": "x"}]'}),
        ("claimed_until_us", {"S": "4711"}),
        ("revision", {"N": "-4711"}),
        ("expires_at", {"N": "NaN"}),
    ],
)
def test_what_is_damaged_is_named_and_not_quoted(attribute, cell):
    """As of every item."""
    with pytest.raises(DamagedItem) as raised:
        casework.decode(casework.encode(NOTED) | {attribute: cell})
    assert (raised.value.attribute, "4711" in str(raised.value)) == (attribute, False)


def test_a_claim_holds_until_its_time_is_over_or_something_was_found():
    """To the microsecond."""
    claimed = Casework("T1", "C1", 7, claim=Claim("ana", 10, 20))
    found = Casework("T1", "C1", 7, claim=Claim("ana", 10, 20), finding=Finding(is_fraud=True, by="ana", at_us=15))
    assert [one.claim_at(at_us) is not None for one in (claimed, found) for at_us in (19, 20)] == [True, False, False, False]
