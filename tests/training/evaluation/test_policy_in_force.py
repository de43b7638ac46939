"""The policy beside which models are judged: the one that was applied, or the default as the deployment holds it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from greenfraud.control import ControlDocument
from greenfraud.errors import PolicyError
from greenfraud.policy import DEFAULT_POLICY, Rule
from greenfraud.policy.conditions import Condition
from greenfraud.policy.money import Money
from greenfraud.policy.stored import to_object
from training.evaluation.candidates import alert_thresholds, rules_candidate
from training.evaluation.policy_in_force import policy_in_force

OURS = replace(
    DEFAULT_POLICY,
    version="ours-1",
    rules=(),
    guardrails=(Rule("small", (Condition("amount", "<", 5.0), Condition("terminal_tried_1h", ">=", 3.0)), "challenge"),),
)
REFERENCE, CONTENT = to_object(OURS)


def test_the_applied_policy_is_read_from_the_artifacts():
    """Word for word."""
    artifacts = SimpleNamespace(get={REFERENCE.key: CONTENT}.__getitem__)
    assert policy_in_force(ControlDocument(policy_object=REFERENCE), artifacts, 220.0) == OURS


def test_nobody_is_judged_beside_a_policy_that_was_altered():
    """The execution says so."""
    artifacts = SimpleNamespace(get={REFERENCE.key: CONTENT + b" "}.__getitem__)
    with pytest.raises(PolicyError, match="ours-1 is not the one that was applied"):
        policy_in_force(ControlDocument(policy_object=REFERENCE), artifacts, 220.0)


def test_one_that_this_release_cannot_read_is_judged_as_scoring_falls_back():
    """Everything is trained by then: an execution does not end for it."""
    unknown = replace(OURS, rules=(Rule("gone", (Condition("a_feature_of_another_release", ">", 1.0),), "review"),))
    reference, content = to_object(unknown)
    artifacts = SimpleNamespace(get={reference.key: content}.__getitem__)
    found = policy_in_force(ControlDocument(policy_object=reference), artifacts, 220.0)
    assert found == DEFAULT_POLICY.in_deployment(220.0)


def test_without_one_the_default_holds_with_the_deployments_own_amount():
    """As the scoring function holds it."""
    assert policy_in_force(ControlDocument(), SimpleNamespace(), 500.0) == DEFAULT_POLICY.in_deployment(500.0)


def test_guardrails_alert_as_rules_do():
    """A challenge ranks below a review."""
    table = pa.table({"amount_minor": [100, 100, 900], "terminal_tried_1h": [3.0, 2.0, 9.0]})
    candidate = rules_candidate(table, OURS)
    assert (candidate.is_alert.tolist(), candidate.scores.argmax()) == ([True, False, False], 0)


def test_alerts_of_a_policy_in_money_depend_on_the_amount():
    """From the probability on from which something costs less than letting the payment pass."""
    priced = replace(OURS, money=Money(review=500, blocked_good=2_000))
    assert alert_thresholds(priced, np.array([10_000, 1_000, 10_000])) == pytest.approx([0.05, 0.5, 0.05])
    assert alert_thresholds(OURS, np.array([10_000, 1_000])).tolist() == [0.3, 0.3]
