"""Rules of Amazon Fraud Detector become a policy that decides as they did, and what no policy can say is told by name."""

from __future__ import annotations

import json
import re
import tomllib
from itertools import product

import pytest
from afd_rules import BAD, DEFAULTS, NUMBERS, TESTS, events, is_met, spelt, trees
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from feature_repo.declarations import FEATURES, VIEWS
from feature_repo.groups import GROUPS
from greenfraud.features import manifest
from greenfraud.features.column_features import features_of, groups_of, views_with
from greenfraud.features.columns import read_columns
from greenfraud.features.compilation import compile_manifest
from greenfraud.policy import SEVERITY, Payment, judge
from greenfraud.policy.document import read_document
from intake.afd.definitions import Definitions, DetectorVersion, MetricPoint, ModelVersion, Rule, RuleAsked, Variable
from intake.afd.meant import Meanings
from intake.afd.outcomes import parse_outcomes
from intake.afd.rules import translated
from intake.afd.told import Telling
from intake.afd.written import policy_text
from intake.errors import InputError
from tests.declared_columns import compiled

TYPES = {
    "paid": ("PRICE", "FLOAT", "0.0"),
    "km": ("NUMERIC", "FLOAT", "0.0"),
    "age": ("NUMERIC", "INTEGER", "5"),
    "bin": ("CARD_BIN", "STRING", ""),
    "chan": ("CATEGORICAL", "STRING", "web"),
    "fresh": ("", "BOOLEAN", "false"),
    "shop": ("CATEGORICAL", "STRING", ""),
    "mail": ("EMAIL_ADDRESS", "STRING", ""),
}
FIELDS = {"paid": "amount", "shop": "terminal_id"}
DECLARED = """
km = { kind = "number" }
age = { kind = "number" }
bin = { kind = "entity", is_personal = false }
chan = { kind = "entity", is_personal = false }
mail = { kind = "entity" }
fresh = { kind = "category", values = ["true"] }
"""


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    """The columns that are proposed of these variables, declared and compiled."""
    columns, patch = read_columns(tomllib.loads(DECLARED)), pytest.MonkeyPatch()
    views, features = views_with(VIEWS, columns), [*FEATURES, *features_of(columns)]
    path = tmp_path_factory.mktemp("declared") / "manifest.json"
    path.write_text(json.dumps(compile_manifest("greenfraud", views, features, [*GROUPS, *groups_of(columns)])))
    patch.setattr(manifest, "MANIFEST_PATH", path)
    manifest.load_manifest.cache_clear()
    yield manifest.load_manifest()
    patch.undo()
    manifest.load_manifest.cache_clear()


def definitions(rules, mode="FIRST_MATCHED", **more):
    """An account with a detector of rules, each its expression and outcomes."""
    found = Definitions(**more)
    for name, (kind, data_type, default) in TYPES.items():
        found.variables[name] = Variable(name=name, dataType=data_type, defaultValue=default, variableType=kind)
    found.variables["m_insightscore"] = Variable(name="m_insightscore", dataSource="MODEL_SCORE")
    found.elements = {"bad": BAD}
    told = [Rule(ruleId=f"r{place}", detectorId="d", expression=text, outcomes=out) for place, (text, out) in enumerate(rules)]
    found.rules = {one.key: one for one in told}
    asked = tuple(RuleAsked(ruleId=one.id, detectorId="d") for one in told)
    found.detectors = [DetectorVersion(detectorId="d", status="ACTIVE", ruleExecutionMode=mode, rules=asked)]
    return found


def left_of(declared, *expressions, outcomes=("review",), said=(), **more):
    """Why each rule that does not come along does not, by its name."""
    telling = Telling()
    found = definitions([(text, outcomes) for text in expressions], **more)
    translated(found, Meanings(found, FIELDS, declared), parse_outcomes(said), telling)
    return {one.name: f"{one.why}. {one.instead}" for one in telling.left if one.kind == "rule"}


def policy_of(declared, found, said=()):
    """The document, what it reads as, and what was told."""
    telling = Telling()
    rules = translated(found, Meanings(found, FIELDS, declared), parse_outcomes(said), telling)
    text = policy_text(rules, telling, {})
    reading = read_document(text, now_us=0, manifest=declared)
    assert reading.faults == [], text
    return reading.policy, telling, text


def payment_of(event):
    """An event as a payment here."""
    fresh = {"fresh_true": float(event["fresh"])} if "fresh" in event else {}
    values = {name: event[name] for name in ("km", "age") if name in event} | fresh
    columns = {name: event[name] for name in ("bin", "chan") if name in event}
    return Payment(values, round(event["paid"] * 100), columns=columns, terminal=event.get("shop"))


outcomes = st.sampled_from(["allow", "review", "block"])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("$m_insightscore > 900", "score of a model"),
        ("$paid > 5 and ($km > 1 or $m_insightscore > 900)", "score of a model"),
        ('$mail == "a@b.c"', "names somebody.*is_personal = false of mail"),
        ('regex_match(".*@gmail\\.com", lowercase($mail))', "no function|no policy has the function regex_match"),
        ("$paid + $km > 10", "arithmetic is more"),
        ("$paid % 10 == 0", "arithmetic is more"),
        ("$bin == $chan", "compares two texts"),
        ("$bin == 4111", "another type"),
        ('$bin > "4"', "no number"),
        ("$bin in @unknown", "nothing is told of what stands on @unknown.*unknown.json"),
        ("$stranger > 5", "nothing is told of .stranger.*get-variables"),
        ("$paid >", "cannot be read"),
        ("$paid < 0", "never be met"),
        ("$shop == null", "cannot|no rule can ask"),
        ("$km in [" + ", ".join(str(number) for number in range(30)) + "]", "more than 24 alternatives"),
        ('$chan == "a' + "b" * 300 + '"', "no policy can hold"),
        ('$chan == "say \\"x\\""', "no policy can hold"),
        ("1", "neither true nor false"),
        ("(" * 60 + "$fresh" + ")" * 60, "brackets within each other"),
        ("$paid > " + "9" * 400, "beyond what a number can be"),
    ],
)
def test_what_no_policy_can_say_is_told_by_name_with_what_to_do(declared, expression, why):
    """Never dropped in silence."""
    (told,) = left_of(declared, expression).values()
    assert re.search(why, told), told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('mail = { kind = "entity", is_personal = false }', ""),
        ('mail = { kind = "category", values = ["a@b.c"] }', "declared as a category"),
        ('mail = { kind = "number" }', "another type"),
    ],
)
def test_a_column_that_is_declared_is_what_its_declaration_says(line, told):
    """Whoever says that a value names nobody may name it in rules."""
    found = left_of(compiled(f"{line}\n"), '$mail == "a@b.c"')
    assert told in found.get("r0", "")
    assert bool(found) == bool(told)


def test_an_outcome_is_what_its_name_or_a_person_says(declared):
    """A high risk may be reviewed or blocked: nobody guesses."""
    assert "--outcome high_risk=review" in left_of(declared, "$paid > 5", outcomes=("high_risk",))["r0"]
    found = definitions([("$paid > 5", ("high_risk", "notify")), ("$paid > 1", ("verify_customer",))])
    policy, _, _ = policy_of(declared, found, ("high_risk=block", "notify=nothing"))
    assert [(rule.outcome, rule.beside_model, rule.priority) for rule in policy.rules] == [
        ("block", "block", 2),
        ("challenge", "challenge", 1),
    ]
    assert "do nothing" in left_of(declared, "$paid > 5", outcomes=("notify",), said=("notify=nothing",))["r0"]


@pytest.mark.parametrize("said", ["high_risk", "=block", "high_risk=maybe", "a=block"])
def test_what_cannot_be_understood_of_outcomes_is_refused(said):
    """Also one that is said twice."""
    with pytest.raises(InputError, match="--outcome"):
        parse_outcomes([said, "a=review"])


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


def test_a_rule_of_many_parts_is_refused_in_time(declared):
    """Not after minutes of trying all of them."""
    many = " and ".join(f"($km < {number} or $age < {number})" for number in range(100))
    assert "alternatives" in left_of(declared, many)["r0"]


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
