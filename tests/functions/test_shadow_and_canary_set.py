"""A shadow and a canary are set, raised, taken away and ended: by a person, and by the gate."""

from __future__ import annotations

import json

import pytest
from bundle_world import bundle, put_bundle
from control_world import EXECUTION
from models_world import CANARY, JUDGED, PROMOTE, ROLLBACK, SHADOW, ask, document, make, promoted_twice

from greenfraud.items import served as served_items


@pytest.fixture
def world(start, s3, dynamodb):
    """Two promotions, the second of which serves."""
    return promoted_twice(start, s3, dynamodb)


def test_the_gates_shadow_is_written_into_the_control_document(world):
    """Production stays; the ledger says which execution, why, and leaves the digest."""
    reference = put_bundle(world.s3, bundle("v3"))
    world.decide("v3", "shadow")
    answer = world.call("promote", {"execution_arn": world.execution_arn})
    assert answer == {"revision": 3, "prefix": "models/light/v3/"}
    assert (document(world).production.version, document(world).shadow) == ("v2", reference)
    entry = world.ledger()[-1]
    assert (entry["verb"], entry["execution"], entry["control"]["shadow"]["sha256"]) == ("shadow", EXECUTION, reference.sha256)
    assert world.call("promote", {"execution_arn": world.execution_arn}) == answer


def test_a_shadow_that_a_person_promoted_meanwhile_fails_no_execution(world):
    """It answers already."""
    world.decide("v2", "shadow")
    assert world.call("promote", {"execution_arn": world.execution_arn})["revision"] == 2


def test_a_shadow_is_set_and_taken_away(world):
    """Repeated, nothing changes."""
    make(world, "v3")
    for _ in range(2):
        assert ask(world, SHADOW, model="light/v3")[1]["shadow"]["version"] == "v3"
    for _ in range(2):
        assert ask(world, SHADOW, model="off")[1]["shadow"] is None
    assert [entry["verb"] for entry in world.ledger()[2:]] == ["shadow", "shadow"]


def test_what_answers_already_is_no_shadow(world):
    """It would be compared with itself."""
    status, body = ask(world, SHADOW, model="light/v2")
    assert (status, "answers already" in body["detail"]) == (409, True)


def test_the_shadow_becomes_the_canary_and_then_production(world):
    """Each place it leaves is empty; raising the share keeps the model."""
    make(world, JUDGED, "shadow")
    ask(world, SHADOW, model=f"light/{JUDGED}")
    status, body = ask(world, CANARY, percent=5)
    assert (status, body["canary"]["version"], body["canary_percent"], body["shadow"]) == (200, JUDGED, 5, None)
    assert ask(world, CANARY, percent=20)[1]["canary_percent"] == 20
    body = ask(world, PROMOTE, model=f"light/{JUDGED}", confirmed=True)[1]
    assert (body["production"]["version"], body["canary"], body["canary_percent"]) == (JUDGED, None, 0)


def test_a_canary_is_taken_away_at_once(world):
    """Repeated, nothing changes."""
    make(world, JUDGED, "promote")
    ask(world, CANARY, percent=5, model=f"light/{JUDGED}")
    for _ in range(2):
        body = ask(world, CANARY, percent=0)[1]
        assert (body["canary"], body["canary_percent"], body["revision"]) == (None, 0, 4)


def test_a_canary_that_the_gate_rejected_is_asked_about_first(world):
    """It answers customers."""
    make(world, JUDGED, "reject")
    assert ask(world, CANARY, percent=5, model=f"light/{JUDGED}")[0] == 428
    assert document(world).canary is None
    assert ask(world, CANARY, percent=5, model=f"light/{JUDGED}", confirmed=True)[0] == 200


@pytest.mark.parametrize("change", [ROLLBACK, PROMOTE])
def test_a_change_of_production_ends_the_canary(world, change):
    """What it was compared with serves no more; the ledger's document says so."""
    make(world, JUDGED, "promote")
    make(world, "v8")
    ask(world, CANARY, percent=5, model=f"light/{JUDGED}")
    body = ask(world, change, confirmed=True, **({"model": "light/v8"} if change == PROMOTE else {}))[1]
    assert (body["canary"], body["canary_percent"]) == (None, 0)
    assert world.ledger()[-1]["control"]["canary"] is None


def test_without_a_shadow_or_a_name_there_is_no_canary(world):
    """Nobody is chosen by chance."""
    status, body = ask(world, CANARY, percent=5)
    assert (status, "no model is in shadow" in body["detail"]) == (409, True)


def test_where_only_rules_answer_nobody_gets_a_canary(world):
    """There is no model for the others."""
    make(world, JUDGED, "promote")
    ask(world, ROLLBACK, model="rules", confirmed=True)
    status, body = ask(world, CANARY, percent=5, model=f"light/{JUDGED}")
    assert (status, "no model is in production" in body["detail"]) == (409, True)


def test_production_is_not_its_own_canary(world):
    """It answers everybody already."""
    assert ask(world, CANARY, percent=5, model="light/v2", confirmed=True)[0] == 409


@pytest.mark.parametrize("percent", [-1, 100, 5.5, "5", True, None])
def test_a_share_that_is_none_names_its_field(world, percent):
    """From 0 to 99."""
    status, body = ask(world, CANARY, percent=percent)
    assert (status, body["field"]) == (422, "percent")


@pytest.mark.parametrize(("route", "body"), [(SHADOW, {"model": "light/v3"}), (CANARY, {"model": "light/v3", "percent": 5})])
def test_a_scoring_function_that_would_not_obey_is_given_neither(world, dynamodb, route, body):
    """An earlier release reads the document, and answers everybody by production."""
    make(world, "v3")
    item = dynamodb.get_item(TableName="control", Key=served_items.KEY)["Item"]
    told = json.loads(item["document"]["S"])
    del told["control_schema"]
    dynamodb.put_item(TableName="control", Item={**item, "document": {"S": json.dumps(told)}})
    status, answer = ask(world, route, confirmed=True, **body)
    assert (status, "deploy a newer one first" in answer["detail"]) == (409, True)
    assert document(world).revision == 2


def test_a_shadow_has_no_emergency(world):
    """It answers nobody."""
    make(world, "v3")
    assert ask(world, "POST /v1/emergency/production/shadow", model="light/v3")[0] == 404
