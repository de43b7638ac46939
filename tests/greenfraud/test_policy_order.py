"""In which order the parts of a policy speak, for every policy and payment that hypothesis thinks of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenfraud.policy import DECISIONS, SEVERITY, Payment, Policy, Rule, judge
from greenfraud.policy.conditions import Condition
from greenfraud.policy.decisions import Decision
from greenfraud.policy.named_list import ListEntry, NamedList

NOW_US = 1_000
ALWAYS = ListEntry()
OTHERS = ["C2", "C3"]
decisions = st.sampled_from(DECISIONS)
probabilities = st.none() | st.floats(0.0, 1.0)
payments = st.builds(
    lambda amount, count: Payment({"customer_count_1h": count}, amount, occurred_us=NOW_US, customer="C1", terminal="M1"),
    st.integers(0, 50_000),
    st.none() | st.integers(0, 30).map(float),
)
conditions = st.sampled_from(
    [
        Condition("amount", ">", 100.0),
        Condition("amount", "<=", 250.0),
        Condition("customer_count_1h", ">=", 3.0),
        Condition("probability", ">", 0.4),
        Condition("on list first", "==", 1.0),
        Condition("on list first", "==", 0.0),
    ]
)
ends = st.sampled_from([None, NOW_US, NOW_US + 1])
entries = st.dictionaries(st.sampled_from(["C1", *OTHERS]), ends.map(ListEntry), max_size=3)


@st.composite
def rules(draw: st.DrawFn, kind: str) -> tuple[Rule, ...]:
    """Up to four rules, of whatever outcome, priority and mode."""
    made = st.builds(
        Rule,
        name=st.just(kind),
        when=st.lists(conditions, min_size=1, max_size=3).map(tuple),
        outcome=decisions,
        priority=st.integers(0, 1),
        is_live=st.booleans(),
        beside_model=decisions,
    )
    found = draw(st.lists(made, max_size=4))
    return tuple(replace(rule, name=f"{kind}-{number}") for number, rule in enumerate(found))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy of any shape."""
    review_at, block_at = sorted(draw(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0))))
    effects = st.sampled_from(["force", "suppress", "mark"])
    lists = tuple(NamedList(name, "customer", draw(effects), draw(decisions), draw(entries)) for name in ("first", "second"))
    return Policy("drawn", review_at, block_at, draw(rules("rule")), draw(rules("guardrail")), lists)


def severity(policy: Policy, payment: Payment, probability: float | None) -> int:
    """How severe the answer is."""
    return SEVERITY[judge(policy, payment, probability).decision]


def with_list(policy: Policy, effect: str, outcome: Decision, entry: ListEntry = ALWAYS) -> Policy:
    """The policy with one more list, on which the customer stands; no rule asks for it."""
    return replace(policy, lists=(*policy.lists, NamedList("third", "customer", effect, outcome, {"C1": entry})))


@settings(max_examples=60)
@given(policies(), payments, probabilities)
def test_a_block_entry_never_makes_an_answer_milder(policy, payment, probability):
    """Whatever list it is added to, and whichever rule asks for that list."""
    assert judge(with_list(policy, "force", "block"), payment, probability).decision == "block"
    for number, one in enumerate(policy.lists):
        if (one.effect, one.outcome) == ("force", "block"):
            longer = replace(one, entries={**one.entries, "C1": ListEntry()})
            lists = (*policy.lists[:number], longer, *policy.lists[number + 1 :])
            assert judge(replace(policy, lists=lists), payment, probability).decision == "block"


@settings(max_examples=60)
@given(policies(), payments, probabilities, decisions)
def test_an_entry_of_a_list_that_suppresses_never_makes_an_answer_more_severe(policy, payment, probability, outcome):
    """So that adding an entry does what its author expects."""
    assert severity(with_list(policy, "suppress", outcome), payment, probability) <= severity(policy, payment, probability)


@settings(max_examples=60)
@given(policies(), payments, probabilities, decisions, st.sampled_from(["force", "suppress", "mark"]))
def test_an_expired_entry_changes_nothing(policy, payment, probability, outcome, effect):
    """Its end is the first moment at which it says nothing."""
    expired = with_list(policy, effect, outcome, ListEntry(NOW_US))
    assert judge(expired, payment, probability) == judge(policy, payment, probability)


@settings(max_examples=60)
@given(policies(), payments, probabilities, st.randoms())
def test_the_order_of_a_document_decides_nothing(policy, payment, probability, chance):
    """Within a priority, that is; of different priorities the number says it, not the place."""

    def shuffled(parts):
        mixed = list(parts)
        chance.shuffle(mixed)
        return tuple(mixed)

    mixed = replace(policy, rules=shuffled(policy.rules), guardrails=shuffled(policy.guardrails), lists=shuffled(policy.lists))
    one, other = judge(policy, payment, probability), judge(mixed, payment, probability)
    assert (one.decision, one.decided_by, sorted(one.spoke)) == (other.decision, other.decided_by, sorted(other.spoke))


@settings(max_examples=60)
@given(policies(), payments, probabilities)
def test_guardrails_hold_whatever_anybody_says(policy, payment, probability):
    """Also for whoever stands on a list that suppresses."""
    held = {name.partition("/")[2] for name in judge(policy, payment, probability).spoke if name.startswith("guardrail/")}
    floor = max((SEVERITY[rule.outcome] for rule in policy.guardrails if rule.name in held), default=0)
    assert severity(with_list(policy, "suppress", "allow"), payment, probability) >= floor


@settings(max_examples=60)
@given(policies(), payments, probabilities)
def test_what_runs_in_shadow_decides_nothing(policy, payment, probability):
    """It is logged, and taken away the answer is the same."""
    live = replace(
        policy,
        rules=tuple(rule for rule in policy.rules if rule.is_live),
        guardrails=tuple(rule for rule in policy.guardrails if rule.is_live),
    )
    one, other = judge(policy, payment, probability), judge(live, payment, probability)
    assert (one.decision, one.decided_by, one.reasons) == (other.decision, other.decided_by, other.reasons)
    assert [name for name in one.spoke if not name.startswith("shadow/")] == list(other.spoke)


@settings(max_examples=60)
@given(policies(), payments, probabilities)
def test_a_policy_decides_the_same_after_storage(policy, payment, probability):
    """Plain data, and nothing lost."""
    stored = Policy.from_json(policy.to_json())
    assert stored == policy
    assert judge(stored, payment, probability) == judge(policy, payment, probability)


@settings(max_examples=60)
@given(policies(), payments)
def test_without_a_model_a_rule_that_asks_for_the_probability_is_silent_and_named(policy, payment):
    """Everything else holds as it does beside one."""
    asking = {rule.name for rule in (*policy.rules, *policy.guardrails) if rule.needs_model}
    spoke = judge(policy, payment).spoke
    assert not {name.partition("/")[2] for name in spoke if not name.startswith("silent/")} & asking
    assert {name.partition("/")[2] for name in spoke if name.startswith("silent/")} <= asking


@pytest.mark.parametrize(
    ("suppress", "force", "guardrail", "expected"),
    [
        (False, False, False, ("block", "model")),
        (True, False, False, ("allow", "list")),
        (True, True, False, ("block", "list")),
        (False, True, False, ("block", "model")),
        (True, False, True, ("review", "guardrail")),
        (True, True, True, ("block", "list")),
    ],
)
def test_the_order_in_one_table(suppress, force, guardrail, expected):
    """An allow list overrides the model, a block list the allow list, and a guardrail holds for everybody."""
    lists = [NamedList("vip", "customer", "suppress", "allow", {"C1": ListEntry()})] if suppress else []
    lists += [NamedList("stolen", "customer", "force", "block", {"C1": ListEntry()})] if force else []
    held = (Rule("large", (Condition("amount", ">", 100.0),), "review"),) if guardrail else ()
    found = judge(Policy("1", 0.3, 0.8, guardrails=held, lists=tuple(lists)), Payment({}, 20_000, customer="C1"), 0.9)
    assert (found.decision, found.decided_by) == expected


def test_a_rule_of_a_higher_priority_makes_an_exception_of_others():
    """Both are named; one speaks."""
    usual = Rule("large", (Condition("amount", ">", 100.0),), "review")
    exception = Rule("rent", (Condition("amount", "==", 900.0),), "allow", priority=10)
    found = judge(Policy("1", 0.3, 0.8, rules=(usual, exception)), Payment({}, 90_000), 0.1)
    assert (found.decision, found.spoke) == ("allow", ("rule/large", "rule/rent"))


@settings(max_examples=60)
@given(policies(), payments, probabilities)
def test_what_the_policy_asks_for_is_known_apart_from_what_the_model_says(policy, payment, probability):
    """So chance lets nobody through whom rules, lists or guardrails ask about."""
    found = judge(policy, payment, probability)
    bare = judge(replace(policy, review_at=1.0, block_at=1.0, money=None), payment, probability)
    assert found.floor == bare.floor
    guarded = judge(replace(policy, rules=(), lists=()), payment, probability)
    assert SEVERITY[found.floor] >= SEVERITY[guarded.floor]


def test_the_list_that_was_obeyed_is_the_reason_of_a_block():
    """Whatever stands before it in the document."""
    lists = (NamedList("regulars", "customer", "suppress", "allow", {"C1": ALWAYS}),)
    policy = with_list(Policy("both", 0.3, 0.8, lists=lists), "force", "block")
    found = judge(policy, Payment({}, 100, occurred_us=NOW_US, customer="C1"), 0.1)
    assert (found.decision, found.decided_by, found.reasons[0].code, found.floor) == ("block", "list", "LIST_THIRD", "block")
