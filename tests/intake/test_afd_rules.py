"""Rules of Amazon Fraud Detector become a policy that decides as they did, and what no policy can say is told by name."""

from __future__ import annotations

from itertools import product

import pytest
from afd_rules import BAD, DEFAULTS, NUMBERS, TESTS, events, is_met, spelt, trees
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from greenfraud.policy import SEVERITY, judge
from intake.afd.definitions import MetricPoint, ModelVersion, Rule
from intake.afd.meant import Meanings
from intake.afd.rules import translated
from intake.afd.told import Telling
from intake.errors import InputError
from tests.intake.afd_policies import FIELDS, TYPES, definitions, left_of, payment_of, policy_of

outcomes = st.sampled_from(["allow", "review", "block"])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    rules=st.lists(st.tuples(trees, outcomes), min_size=1, max_size=4),
    mode=st.sampled_from(["FIRST_MATCHED", "ALL_MATCHED"]),
    seen=st.lists(events, min_size=1, max_size=8),
)
def test_a_translated_policy_decides_as_the_rules_did(declared, rules, mode, seen):
    """The first that is met, or the most severe of all; with a model that sees no fraud, and without one."""
    found = definitions([(spelt(tree), (outcome,)) for tree, outcome in rules], mode)
    policy, telling, _ = policy_of(declared, found)
    assume(all("can never be met" in one.why for one in telling.left if one.kind == "rule"))
    for event in seen:
        met = [outcome for tree, outcome in rules if is_met(tree, event)]
        wanted = "allow" if not met else met[0] if mode == "FIRST_MATCHED" else max(met, key=SEVERITY.__getitem__)
        payment = payment_of(event)
        assert judge(policy, payment, None, declared).decision == wanted
        assert judge(policy, payment, 0.0, declared).decision == wanted


FACTORS = st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0])


@settings(max_examples=150, deadline=None)
@given(
    left=st.tuples(FACTORS, st.sampled_from(NUMBERS)),
    right=st.tuples(FACTORS, st.sampled_from(NUMBERS)),
    test=st.sampled_from([*TESTS]),
)
def test_two_values_are_compared_whichever_is_missing(declared, left, right, test):
    """What stands for a missing one is beside the other, on either side, times any factor."""
    policy = policy_if_any(declared, f"{left[0]} * ${left[1]} {test} {right[0]} * ${right[1]}")
    for paid, km, age in product([0.0, 4.0], [None, -1.0, 0.0, 8.0], [None, -4.0, 2.0, 5.0]):
        event = {name: value for name, value in (("paid", paid), ("km", km), ("age", age)) if value is not None}
        sides = [factor * {**DEFAULTS, **event}[name] for factor, name in (left, right)]
        decision = judge(policy, payment_of(event), None, declared).decision if policy else "allow"
        assert decision == ("block" if TESTS[test](*sides) else "allow")


def policy_if_any(declared, expression):
    """The policy of one rule that blocks; None where it can never be met."""
    policy, telling, _ = policy_of(declared, definitions([(expression, ("block",))]))
    assert all("never be met" in one.why for one in telling.left if one.kind == "rule")
    return policy if policy.rules else None


def test_nearly_every_rule_of_that_language_comes_along(declared):
    """Else the property above would hold of nothing."""
    told = [
        "$paid > 100 and $bin == '4111'",
        '$chan in ["web", "app"] or $km >= 2 * $age',
        "!($fresh) and $bin not in @bad",
        "$shop in @bad",
        "$km / 2 > 10",
    ]
    assert left_of(declared, *told) == {}


def test_a_threshold_is_told_by_what_it_was_worth(declared):
    """The scales differ; shares of frauds and of what is legitimate are found again."""
    points = (MetricPoint(threshold=500, fpr=0.1, tpr=0.9), MetricPoint(threshold=900, fpr=0.012, tpr=0.55))
    models = [ModelVersion(modelId="m", status="ACTIVE", points=points)]
    told = left_of(declared, "$m_insightscore > 895", models=models)["r0"]
    assert "from 900 on it caught 55 % of frauds and 1.2 % of what is legitimate" in told


def test_a_gap_in_a_detector_of_the_first_match_is_told(declared):
    """Later rules speak where the one that is gone would have."""
    rules = [("$m_insightscore > 900", ("block",)), ("$paid > 5", ("review",))]
    assert "r0 did not come along: a later rule now answers" in "".join(policy_of(declared, definitions(rules))[1].notes)
    assert "later rule" not in "".join(policy_of(declared, definitions(rules, "ALL_MATCHED"))[1].notes)


def test_a_policy_holds_what_was_meant_and_what_was_left(declared):
    """In words, on one line each, whatever stands in them."""
    rules = [('$chan in ["web", "app"]', ("block",)), ('$mail == "\x1b[31m\nversion = 1"', ("block",))]
    policy, _, text = policy_of(declared, definitions(rules))
    assert [(one.name, one.column, sorted(one.entries)) for one in policy.lists] == [("r0-chan", "chan", ["app", "web"])]
    assert "# rule r1: $mail names somebody" in text
    assert "\x1b" not in text
    assert DEFAULTS.keys() <= TYPES.keys()


@pytest.mark.parametrize("word", ["it's", "back\\\\slash", "ünï 💶", "a, b", "$x and @y", "# no"])
def test_a_text_of_a_rule_is_the_policys_to_the_letter(declared, word):
    """However TOML and the policy's own grammar write it."""
    policy, _, _ = policy_of(declared, definitions([(f'$chan == "{word}"', ("block",)), (f'$bin in ["{word}", "x"]', ("block",))]))
    meant = word.replace("\\\\", "\\")
    assert policy.rules[0].when[0].operand == meant
    assert set(policy.lists[0].entries) == {meant, "x"}


def test_two_rules_of_one_meaning_are_one(declared):
    """The service answers with both outcomes; the more severe one counts."""
    rules = [("$paid > 5", ("review",)), ("$paid > 5", ("block",)), ("5 < $paid", ("review",))]
    policy, telling, _ = policy_of(declared, definitions(rules, "ALL_MATCHED"))
    assert [(rule.name, rule.outcome) for rule in policy.rules] == [("r1", "block")]
    assert "r0 is met when r1 is" in "".join(telling.notes)


def test_rules_without_a_detector_are_told(declared):
    """Nothing says their order."""
    found = definitions([("$paid > 5", ("review",))])
    found.detectors, telling = [], Telling()
    assert translated(found, Meanings(found, FIELDS, declared), {}, telling) is None
    assert [one.name for one in telling.left] == ["r0", "bad"]


def test_rules_and_lists_that_the_version_does_not_ask_are_told(declared):
    """And two versions that serve are a question."""
    found = definitions([("$paid > 5", ("review",))])
    other = Rule(ruleId="old", detectorId="d", expression="$paid > 1", outcomes=("block",))
    found.rules[other.key] = other
    _, telling, _ = policy_of(declared, found)
    assert {(one.kind, one.name) for one in telling.left} == {("rule", "old"), ("list", "bad")}
    found.detectors *= 2
    with pytest.raises(InputError, match="keep the one to leave with"):
        translated(found, Meanings(found, FIELDS, declared), {}, Telling())


def test_a_list_is_asked_for_by_its_whole_name_and_by_the_version_that_serves(declared):
    """`@bad_bins` asks for none that is called `bad`, and a rule's earlier version asks for nothing any more."""
    found = definitions([("$bin in @bad_bins", ("review",))])
    found.elements = dict.fromkeys(("bad", "bad_bins", "old_bins"), BAD)
    former = Rule(ruleId="r0", ruleVersion="0", detectorId="d", expression="$bin in @old_bins", outcomes=("review",))
    found.rules[former.key] = former
    _, telling, _ = policy_of(declared, found)
    assert [one.name for one in telling.left if one.kind == "list"] == ["bad", "old_bins"]
