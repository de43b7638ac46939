"""Scoring before any model exists."""

from __future__ import annotations

import pytest
from score_world import World

from greenfraud.policy import DEFAULT_POLICY


@pytest.fixture
def world(aws: None) -> World:
    """A service that knows nothing yet."""
    return World()


def test_before_any_model_the_rules_answer_and_say_so(world):
    """Probability and model are null, and the policy is named."""
    answer = world.score()
    assert answer["fraud_probability"] is None
    assert answer["model"] is None
    assert (answer["decision"], answer["policy_version"]) == ("allow", DEFAULT_POLICY.version)


def test_a_high_amount_is_reviewed_with_its_reason(world):
    """The handbook's bare rule, told in words."""
    answer = world.score(amount_minor=22_001)
    assert answer["decision"] == "review"
    assert [(reason["feature"], reason["value"]) for reason in answer["reasons"]] == [("amount", 220.01)]


def test_entities_never_seen_are_named(world):
    """Missing is a state of its own, not a zero."""
    answer = world.score()
    assert answer["degraded"] == ["customer_missing", "terminal_missing"]
    assert answer["features_as_of"] is None


def test_an_answer_carries_what_it_emitted(world):
    """Measured, and above nothing."""
    assert 0 < world.score()["emissions_g"] < 1e-3
