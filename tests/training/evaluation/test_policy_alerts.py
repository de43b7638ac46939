"""Alerts of a model are those that scoring would raise under the policy in force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from greenfraud.policy import Policy, Rule
from greenfraud.policy.conditions import Condition
from greenfraud.policy.named_list import ListEntry, NamedList
from training.evaluation.candidates import EvaluatedCandidate, rules_candidate
from training.evaluation.policy_alerts import asks_the_model, judgeable

TABLE = pa.table(
    {
        "customer_id": ["C1", "C2", "C3"],
        "terminal_id": ["M1", "M1", "M1"],
        "occurred_us": [1, 2, 3],
        "amount_minor": [10_000, 10_000, 1_000],
        "customer_count_1h": [1.0, 1.0, 9.0],
    }
)
SCORES = np.array([0.2, 0.05, 0.05])
PLAIN = Policy("ours", 0.5, 0.9)


def rule(*when, **changes):
    """A rule that asks for a review."""
    return Rule("one", tuple(when), "review", **changes)


def alerts(policy):
    """Which payments a model with these scores would not simply let pass."""
    policy = judgeable(policy, TABLE)
    thresholds = np.array([policy.alert_at(amount) for amount in TABLE["amount_minor"].to_pylist()])
    model = EvaluatedCandidate("light/v1", "challenger", SCORES, thresholds <= SCORES)
    return model.under(policy, rules_candidate(TABLE, policy), TABLE, "EUR").is_alert.tolist()


def of_list(effect, outcome):
    """A list on which the first customer stands."""
    return NamedList("ones", "customer", effect, outcome, {"C1": ListEntry()})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [False, False, False]),
        ({"review_at": 0.1}, [True, False, False]),
        ({"rules": (rule(Condition("probability", ">=", 0.1), Condition("amount", ">", 50.0)),)}, [True, False, False]),
        ({"rules": (rule(Condition("customer_count_1h", ">=", 5.0)),)}, [False, False, True]),
        ({"rules": (rule(Condition("customer_count_1h", ">=", 5.0), beside_model="allow"),)}, [False, False, False]),
        ({"rules": (rule(Condition("channel", "is missing", None)),)}, [False, False, False]),
        ({"lists": (of_list("force", "block"),)}, [True, False, False]),
        ({"review_at": 0.01, "lists": (of_list("suppress", "allow"),)}, [False, True, True]),
    ],
    ids=["thresholds", "lower", "by probability", "by feature", "silent beside", "unknown column", "forced", "suppressed"],
)
def test_alerts_are_those_of_scoring(changes, expected):
    """Rules that ask the model, that are silent beside one, or ask for what no chunk keeps; lists that force and suppress."""
    assert alerts(replace(PLAIN, **changes)) == expected


def test_a_policy_that_says_the_same_beside_a_model_is_judged_once():
    """The default's rules cost every model nothing more."""
    assert not asks_the_model(replace(PLAIN, rules=(rule(Condition("amount", ">", 50.0)),)))
