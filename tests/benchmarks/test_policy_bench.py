"""What the policy's benchmark compares is the same."""

from __future__ import annotations

from benchmarks.policy import LIST_ENTRIES, NOW_US, RULES, document, payments, peer_of, values_of
from greenfraud.policy import judge
from greenfraud.policy.document import read_document


def test_both_engines_decide_alike_where_the_peer_knows_the_whole_of_it():
    """Neither thresholds, which the peer has none of, nor lists that suppress, nor what rules may say beside a model."""
    policy = read_document(document(400), now_us=NOW_US).applicable()
    peer = peer_of(policy)
    asked = [one for one in payments() if not policy.lists[0].has(one[0].customer, NOW_US)]
    found = [judge(policy, payment, probability).spoke for payment, probability in asked]
    outcomes = {rule.name: rule.outcome for rule in (*policy.rules, *policy.guardrails)} | {
        one.name: one.outcome for one in policy.lists
    }
    ranks = ("allow", "challenge", "review", "block")
    told = [
        max((outcomes[name.partition("/")[2]] for name in spoke if name != "list/list-3"), key=ranks.index, default="allow")
        for spoke in found
    ]
    assert told == [peer.decide(values_of(one)) for one in asked]
    assert len({*told}) == 4


def test_the_document_has_as_many_rules_and_entries_as_the_figures_say():
    """Twenty and ten thousand."""
    policy = read_document(document(LIST_ENTRIES), now_us=NOW_US).applicable()
    assert len(policy.rules) + len(policy.guardrails) == RULES
    assert sum(len(one.entries) for one in policy.lists) == LIST_ENTRIES
