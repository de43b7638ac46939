"""The policy's rules hold while a model answers: the more severe of both decides, and the answer says whose decision it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from bundle_world import UNMOVED, bundle, put_bundle
from score_world import MANIFEST, World, customer_state

from greenfraud.control import ControlDocument
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, MINUTE_US, parse_rfc3339
from greenfraud.items import decision as decision_items
from greenfraud.policy import DEFAULT_POLICY, Policy, bare_rule

NOW_US = parse_rfc3339("2018-05-20T12:00:00Z")
LARGEST_MINOR = 10**12  # ten billion, the largest amount there is


@pytest.fixture
def world(aws: None) -> World:
    """A service whose model is never alarmed: its probability is 0.018 whatever comes."""
    found = World()
    serve(found, weights=UNMOVED)
    return found


def serve(world: World, *, policy: Policy = DEFAULT_POLICY, **described: Any) -> None:
    """Put a bundle into production."""
    world.put_control(ControlDocument(revision=1, production=put_bundle(world.s3, bundle(**described)), policy=policy))


def features(answer: dict[str, Any]) -> list[str]:
    """What the reasons of an answer are about, in order."""
    return [reason["feature"] for reason in answer["reasons"]]


def test_any_amount_of_somebody_never_seen_is_not_allowed(world):
    """The model has no opinion on what it never saw; a person is asked, and is told why."""
    answer = world.score(amount_minor=LARGEST_MINOR)
    assert answer["fraud_probability"] == pytest.approx(0.018, abs=1e-3)
    assert (answer["decision"], answer["decided_by"]) == ("review", "rules")
    assert (features(answer), answer["reasons"][0]["contribution"]) == (["amount"], None)
    assert answer["degraded"] == ["customer_missing", "terminal_missing"]


def test_somebody_new_who_pays_what_is_usual_is_allowed(world):
    """Being new is no reason to bother a person."""
    answer = world.score(amount_minor=22_000)
    assert (answer["decision"], answer["decided_by"], answer["reasons"]) == ("allow", "model", [])


def test_the_stored_decision_says_whose_it_is(world):
    """So does whoever asks later."""
    answer = world.score(amount_minor=LARGEST_MINOR)
    assert world.http.get("/v1/decisions/T1").json() == answer
    (listed,) = world.http.get("/v1/reviews?day=2018-05-20").json()["reviews"]
    assert answer.items() <= listed.items()


def test_what_a_rule_asks_about_stands_in_the_list_by_what_is_expected_to_be_lost(world):
    """By the model's probability alone it would come last; a large amount comes first all the same."""
    world.score(amount_minor=LARGEST_MINOR)
    item = world.dynamodb.get_item(TableName="decisions", Key=decision_items.key("T1"))["Item"]
    assert float(item["rank"]["N"]) == pytest.approx(0.018 * LARGEST_MINOR, rel=0.01)


def test_a_model_that_is_more_severe_decides_and_its_reasons_come_first(world):
    """The rules' follow, but for what both speak of."""
    serve(world, version="v2")
    world.put_state("customer_activity", "C1", customer_state(*[(NOW_US - n * MINUTE_US, 1000) for n in range(1, 11)]))
    answer = world.score(amount_minor=100_000)
    assert (answer["decision"], answer["decided_by"]) == ("block", "model")
    assert features(answer) == ["amount", "customer_count_1d", "customer_accepted_1h"]
    assert [reason["contribution"] is None for reason in answer["reasons"]] == [False, False, True]


def test_where_both_ask_for_the_same_both_have_decided(world):
    """0.3 and above is a review to the model; the rule on the amount says so too."""
    serve(world, version="v2", bias=-3.0)
    answer = world.score(amount_minor=30_000)
    assert (answer["decision"], answer["decided_by"]) == ("review", "both")
    assert 0.3 <= answer["fraud_probability"] < 0.8


def test_a_rule_that_blocks_by_itself_asks_for_a_person_beside_a_model(world):
    """Half of what it would block is honest, which the model knows better."""
    put_reported_terminal(world)
    beside = world.score()
    world.put_control(ControlDocument(revision=2))
    alone = world.score(transaction_id="T2")
    assert (beside["decision"], beside["decided_by"]) == ("review", "rules")
    assert (alone["decision"], alone["decided_by"]) == ("block", "rules")


def test_a_policy_may_let_a_rule_block_beside_a_model(world):
    """It says so in the rule."""
    put_reported_terminal(world)
    hard = replace(DEFAULT_POLICY, rules=(bare_rule("terminal_report_ratio_7d", 0.5, "block", beside_model="block"),))
    serve(world, policy=hard, weights=UNMOVED)
    assert (world.score()["decision"], world.score()["decided_by"]) == ("block", "rules")


def test_the_rules_hold_where_nobody_can_be_looked_up(world):
    """The amount comes from the request itself."""
    world.dynamodb.faults["batch_get_item"] = without_states
    answer = world.score(amount_minor=22_001)
    assert (answer["decision"], answer["decided_by"]) == ("review", "rules")
    assert answer["model"] is not None
    assert answer["degraded"] == ["customer_unreadable", "terminal_unreadable"]


def without_states(real: Callable[..., Any], RequestItems: dict[str, Any]) -> dict[str, Any]:
    """A read that gets the control document only; the states are throttled for good."""
    throttled = {table: keys for table, keys in RequestItems.items() if table != "control"}
    answered = real(RequestItems={table: keys for table, keys in RequestItems.items() if table == "control"} or RequestItems)
    return {"Responses": answered["Responses"] if "control" in RequestItems else {}, "UnprocessedKeys": throttled}


def put_reported_terminal(world: World) -> None:
    """A terminal whose only payment of the week before was reported yesterday."""
    state = ViewState.empty(MANIFEST.views["terminal_activity"]).add_transaction(NOW_US - 8 * DAY_US, 1000)
    world.put_state("terminal_activity", "M1", state.add_report(NOW_US - DAY_US))
