"""A person promotes, and goes back to a named model: bound to what was judged and seen, never twice."""

from __future__ import annotations

import copy

import pytest
from aws_world import golden
from bundle_world import bundle, put_bundle
from control_world import PERSON
from models_world import CANARY, JUDGED, PROMOTE, ROLLBACK, SHADOW, ask, document, make, promoted_twice

REQUEST = "4b825dc6-42cb"
COLLEAGUE = "arn:aws:sts::123456789012:assumed-role/lead/bob"


@pytest.fixture
def world(start, s3, dynamodb):
    """Two promotions, the second of which serves."""
    return promoted_twice(start, s3, dynamodb)


def test_a_model_that_the_gate_let_in_is_promoted_by_hand_without_a_question(world):
    """What stood there is behind it, and the ledger says who and why."""
    make(world, JUDGED, "promote")
    status, body = ask(world, PROMOTE, model=f"light/{JUDGED}")
    assert (status, body["production"]["version"], body["fallback"]["version"]) == (200, JUDGED, "v2")
    entry = world.ledger()[-1]
    assert (entry["verb"], entry["actor"], entry["reasons"]) == ("promote", PERSON, ["it is better"])


@pytest.mark.parametrize("outcome", ["reject", "shadow"])
def test_a_model_that_the_gate_did_not_let_in_is_asked_about_first(world, outcome):
    """With the gate's own words; a yes is entered in the ledger, loudly."""
    make(world, JUDGED, outcome)
    status, body = ask(world, PROMOTE, model=f"light/{JUDGED}")
    assert (status, world.in_production()) == (428, "v2")
    assert f"the gate's word on light/{JUDGED} is {outcome}: better" in body["detail"]
    assert ask(world, PROMOTE, model=f"light/{JUDGED}", confirmed=True)[0] == 200
    assert world.ledger()[-1]["reasons"] == [
        "it is better",
        f"against the gate: the gate's word on light/{JUDGED} is {outcome}: better",
    ]


def judged_beside_another(world, earned):
    """The gate promoted heavy; what the light one has earned by itself stands beside it, but for an earlier release's decision."""
    make(world, JUDGED, "promote")
    outcomes = {"heavy/v1": "promote", f"light/{JUDGED}": earned} if earned else {}
    reasons = [f"light/{JUDGED} ({earned}): precision", "heavy/v1 (promote): better"]
    world.decide("v1", family="heavy", reasons=reasons, **({"outcomes": outcomes} if earned else {}))


@pytest.mark.parametrize(
    ("earned", "as_canary", "as_production"),
    [("promote", 200, 200), ("shadow", 200, 428), ("reject", 428, 428), (None, 428, 428)],
)
def test_a_model_is_known_by_what_it_earned_itself_whoever_was_chosen(world, earned, as_canary, as_production):
    """One that is as good as the chosen, but dearer, is not against the gate; an earlier release's decision does not tell."""
    judged_beside_another(world, earned)
    model = f"light/{JUDGED}"
    status, body = ask(world, PROMOTE, model=model, revision=2)
    assert status == as_production
    if status != 200:
        assert f"the gate's word on {model} is {earned or 'not chosen'}: {model} ({earned}): precision" in body["detail"]
        assert ask(world, CANARY, percent=5, model=model)[0] == as_canary


def test_a_model_that_nobody_judged_is_asked_about_first(world):
    """Such as one of another house."""
    make(world, "v9")
    status, body = ask(world, PROMOTE, model="light/v9")
    assert (status, "the gate never judged light/v9" in body["detail"]) == (428, True)
    assert world.in_production() == "v2"


def test_another_bundle_than_was_judged_is_never_promoted(world):
    """Whoever says yes: the manifest's digest stands in the evaluation."""
    make(world, JUDGED, "promote", sha256="0" * 64)
    status, body = ask(world, PROMOTE, model=f"light/{JUDGED}", confirmed=True)
    assert (status, "is another bundle now than the one that was judged" in body["detail"]) == (409, True)
    assert world.in_production() == "v2"


def test_the_pipeline_too_promotes_only_the_bundle_that_was_judged(world):
    """One that was written anew between evaluation and promotion stays out."""
    from greenfraud.errors import StateConflict

    make(world, JUDGED, "promote", sha256="0" * 64)
    with pytest.raises(StateConflict, match="is another bundle now"):
        world.call("promote", {"execution_arn": world.execution_arn})
    assert world.in_production() == "v2"


@pytest.mark.parametrize(("route", "body"), [(PROMOTE, {"model": "light/v1"}), (ROLLBACK, {}), (SHADOW, {"model": "light/v1"})])
def test_a_change_that_was_decided_on_an_older_revision_loses_with_a_clear_message(world, route, body):
    """Somebody else was first."""
    status, answer = ask(world, route, revision=1, confirmed=True, **body)
    assert status == 409
    assert "decided on at revision 1, and production is at 2 now, where light/v2 serves" in answer["detail"]
    assert document(world).revision == 2


def test_a_request_that_is_sent_twice_is_one_step(world):
    """Whoever hears no answer asks again by the same id."""
    answers = [ask(world, ROLLBACK, request_id=REQUEST) for _ in range(2)]
    assert [(status, body["production"]["version"]) for status, body in answers] == [(200, "v1"), (200, "v1")]
    assert [entry["verb"] for entry in world.ledger()] == ["promote", "promote", "rollback"]


def test_a_rollback_to_a_named_model_goes_there_at_once_and_once(world):
    """Over everything between; a rollback after it goes on from there."""
    world.promote("v3")
    bodies = [ask(world, ROLLBACK, model="light/v1")[1] for _ in range(2)]
    assert [(body["production"]["version"], body["revision"]) for body in bodies] == [("v1", 4), ("v1", 4)]
    assert ask(world, ROLLBACK)[0] == 428
    world.promote("v4")
    assert world.roll_back()["production"]["version"] == "v1"


def test_a_rollback_to_what_never_stood_there_names_what_did(world):
    """The newest first."""
    status, body = ask(world, ROLLBACK, model="light/v7")
    assert (status, body["detail"]) == (409, "light/v7 did not stand before what serves now, only light/v1, rules")


def test_a_rollback_that_leaves_only_the_rules_is_asked_about_first(world):
    """Nothing is changed without a yes."""
    for _ in range(2):
        status, body = ask(world, ROLLBACK, model="rules")
        assert (status, "only the rules would answer" in body["detail"]) == (428, True)
    assert world.in_production() == "v2"
    assert ask(world, ROLLBACK, model="rules", confirmed=True)[1]["production"] is None


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"model": "v1"}, "model"),
        ({"model": "light/../v1"}, "model"),
        ({"model": 7}, "model"),
        ({}, "model"),
        ({"model": "light/v1", "revision": "2"}, "revision"),
        ({"model": "light/v1", "revision": True}, "revision"),
        ({"model": "light/v1", "request_id": "x"}, "request_id"),
        ({"model": "light/v1", "confirmed": "yes"}, "confirmed"),
        ({"model": "light/v1", "sha256": "abc"}, "sha256"),
    ],
)
def test_an_unusable_request_names_its_field(world, told, field):
    """And nothing is changed."""
    status, body = ask(world, PROMOTE, **told)
    assert (status, body["field"]) == (422, field)
    assert document(world).revision == 2


def test_a_bundle_that_is_gone_is_neither_shadow_nor_canary(world):
    """As none is promoted."""
    for route, body in ((SHADOW, {}), (CANARY, {"percent": 5}), (PROMOTE, {})):
        assert ask(world, route, model="light/v7", confirmed=True, **body)[0] == 404


def test_an_approved_promotion_is_of_the_bundle_that_was_proposed(world, monkeypatch, start):
    """Written anew under the same name, it is refused; a proposal that is sent twice is one."""
    monkeypatch.setenv("FOUR_EYES", "on")
    world._handlers.clear()
    make(world, JUDGED, "promote")
    numbers = {ask(world, PROMOTE, model=f"light/{JUDGED}", request_id=REQUEST)[1]["proposal"]["number"] for _ in range(2)}
    assert numbers == {1}
    context = copy.deepcopy(golden("api_gateway_rollback")["requestContext"])
    context["authorizer"]["iam"]["userArn"] = COLLEAGUE
    put_bundle(world.s3, bundle(JUDGED, bias=0.0))
    approval = {"requestContext": context, "pathParameters": {"number": "1"}}
    status, body = world.ask("POST /v1/proposals/{number}/approve", {"reason": "yes"}, **approval)
    assert (status, "is another bundle now" in body["detail"]) == (409, True)
    assert world.in_production() == "v2"
