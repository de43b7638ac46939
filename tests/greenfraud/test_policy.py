"""From a probability, or from bare rules, to a decision with reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from greenfraud.errors import ContractError
from greenfraud.features.manifest import load_manifest
from greenfraud.policy import DECISIONS, DEFAULT_POLICY, SEVERITY, Payment, Policy, bare_rule, earlier, joined, judge, more_severe
from greenfraud.reasons import Reason

KEYS = {"feature", "threshold", "decision", "is_strict"}


def decided(values, amount_minor):
    """What the default policy says where no model answers, and why."""
    found = judge(DEFAULT_POLICY, Payment(values, amount_minor))
    return found.decision, list(found.reasons)


def test_without_anything_unusual_the_rules_allow():
    """No rule, no reason."""
    assert decided({}, 22000) == ("allow", [])


def test_a_large_amount_is_reviewed_with_a_sentence():
    """The reason speaks of the amount, not of a rule number."""
    decision, reasons = decided({}, 22001)
    assert (decision, [reason.text for reason in reasons]) == ("review", ["The amount is 220.01."])


def test_a_compromised_terminal_blocks_and_comes_first():
    """The most severe rule leads, the others follow."""
    values = {"customer_accepted_1h": 10.0, "terminal_report_ratio_7d": 0.5}
    decision, reasons = decided(values, 30000)
    assert (decision, [reason.code for reason in reasons]) == (
        "block",
        ["TERMINAL_RISK_7D", "AMOUNT", "CUSTOMER_ACCEPTED_1H"],
    )


def test_a_missing_value_meets_no_rule():
    """Not knowing is not suspicious by itself."""
    assert decided({"terminal_report_ratio_7d": None, "customer_accepted_1h": None}, 100) == ("allow", [])


def test_every_rule_names_a_feature_of_the_manifest():
    """A renamed feature must not silence a rule."""
    assert DEFAULT_POLICY.asked <= set(load_manifest().names)


def test_a_policy_survives_storage():
    """What the control document carries is what decides."""
    assert Policy.from_json(DEFAULT_POLICY.to_json()) == DEFAULT_POLICY


def test_what_a_rule_says_beside_a_model_is_stored_where_it_is_unusual():
    """Not told, it is a review: releases that know no such key read the others' rules."""
    usual, hard = bare_rule("amount", 1.0, "block"), bare_rule("amount", 1.0, "block", beside_model="block")
    stored = [earlier.rule_to_json(rule) for rule in (usual, hard)]
    assert [set(one) for one in stored] == [KEYS, {*KEYS, "beside_model"}]
    assert [earlier.rule_from_json(one) for one in stored] == [usual, hard]


def test_what_a_later_release_adds_to_a_policy_is_ignored():
    """A release that is taken back reads what the later one stored."""
    bare = replace(DEFAULT_POLICY, guardrails=())
    stored = earlier.to_json(bare)
    later = {**stored, "lists": ["a"], "rules": [{**rule, "until": "2027-01-01"} for rule in stored["rules"]]}
    assert earlier.from_json(later) == bare


@pytest.mark.parametrize("of_model", DECISIONS)
@pytest.mark.parametrize("of_rules", DECISIONS)
def test_of_two_decisions_the_more_severe_stands(of_model, of_rules):
    """Nothing makes a decision milder."""
    decision, decided_by = more_severe(of_model, of_rules)
    assert SEVERITY[decision] == max(SEVERITY[of_model], SEVERITY[of_rules])
    assert decision == of_model or decided_by == "rules"
    assert (decided_by == "both") == (of_model == of_rules != "allow")


def test_reasons_of_both_are_told_once_per_feature():
    """A rule that decided comes first, and the word of the first about a feature stays."""
    of_model = [Reason("A", "a", 1.0, 0.4, "model"), Reason("B", "b", 1.0, 0.1, "model")]
    of_rules = [Reason("B", "b", 1.0, None, "rule"), Reason("C", "c", 1.0, None, "rule")]
    assert [(one.feature, one.text) for one in joined("rules", of_model, of_rules)] == [
        ("b", "rule"),
        ("c", "rule"),
        ("a", "model"),
    ]
    assert joined("both", of_model, of_rules) == joined("rules", of_model, of_rules)
    assert [(one.feature, one.text) for one in joined("model", of_model, of_rules)] == [
        ("a", "model"),
        ("b", "model"),
        ("c", "rule"),
    ]


WHOLE = {"version": "1", "review_at": 0.3, "block_at": 0.9, "rules": []}


@pytest.mark.parametrize(
    "body", [{}, WHOLE | {"review_at": 0.95}, WHOLE | {"rules": [{"feature": "amount"}]}, WHOLE | {"rules": ["amount"]}, []]
)
def test_a_broken_policy_is_refused(body):
    """Thresholds out of order would make a decision unreachable."""
    with pytest.raises(ContractError):
        earlier.from_json(body)
