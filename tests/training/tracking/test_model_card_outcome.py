"""What a registered version says of the gate's word on it."""

from __future__ import annotations

import pytest

from training.tracking.model_card import outcome_of

LIGHT = {"family": "light", "version": "v1", "outcomes": {"light/v1": "promote", "heavy/v1": "promote", "baseline/v1": "shadow"}}


@pytest.mark.parametrize(
    ("decision", "name", "expected"),
    [
        ({"outcome": "promote", **LIGHT}, "light/v1", "promote"),
        ({"outcome": "promote", **LIGHT}, "heavy/v1", "promote, not chosen"),
        ({"outcome": "promote", **LIGHT}, "baseline/v1", "shadow"),
        ({"outcome": "reject", "family": None, "version": None, "outcomes": {"light/v1": "reject"}}, "light/v1", "reject"),
        ({"outcome": "promote", "family": "light", "version": "v1"}, "heavy/v1", "not chosen"),
    ],
)
def test_a_version_says_what_it_earned_itself_and_whether_another_was_chosen(decision, name, expected):
    """Decisions of earlier releases tell only that."""
    assert outcome_of({"name": name}, decision) == expected
