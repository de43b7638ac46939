"""A shadow and a canary are set, raised, taken away and ended: by a person, and by the gate."""

from __future__ import annotations

import json

import pytest
from bundle_world import bundle, put_bundle
from control_world import EXECUTION
from models_world import CANARY, JUDGED, PROMOTE, ROLLBACK, SHADOW, ask, document, make, promoted_twice

from functions.control.documents import LARGEST
from greenfraud.errors import StateConflict
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
    assert answer == {"revision": 3, "prefix": "models/light/v3/", "left_out": None}
    assert (document(world).production.version, document(world).shadow) == ("v2", reference)
    entry = world.ledger()[-1]
    assert (entry["verb"], entry["execution"], entry["control"]["shadow"]["sha256"]) == ("shadow", EXECUTION, reference.sha256)
    assert world.call("promote", {"execution_arn": world.execution_arn}) == answer


def lose(world):
    """Its manifest."""
    world.s3.delete_object(Bucket="artifacts", Key="models/light/v3/manifest.json")


def alter(world):
    """Its model."""
    world.s3.put_object(Bucket="artifacts", Key="models/light/v3/model.onnx", Body=b"other")


def swell(world):
    """Its model, beyond what a function can hold."""
    world.s3.put_object(Bucket="artifacts", Key="models/light/v3/model.onnx", Body=bytes(LARGEST + 1))


def exchange(world):
    """The whole bundle, after it was judged."""
    make(world, "v3", "shadow", sha256="0" * 64)


def put_features(world):
    """Of a feature that no code computes."""
    put_bundle(world.s3, bundle("v3", features=[{"name": f"dreams_{number}", "hash": "0" * 64} for number in range(3)]))


def serve_older_code(world):
    """Which obeys no shadow."""
    item = world.dynamodb.get_item(TableName="control", Key=served_items.KEY)["Item"]
    told = json.loads(item["document"]["S"])
    del told["control_schema"]
    world.dynamodb.put_item(TableName="control", Item={**item, "document": {"S": json.dumps(told)}})


def serve_nothing(world):
    """The serving stack is not there yet."""
    world.dynamodb.delete_item(TableName="control", Key=served_items.KEY)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lose, "there is no models/light/v3/manifest.json"),
        (alter, "altered after training: model.onnx"),
        (swell, f"models/light/v3/model.onnx has {LARGEST + 1:,} bytes, of which {LARGEST:,} at most are read"),
        (exchange, "light/v3 is another bundle now than the one that was judged"),
        (put_features, "not computed: dreams_0, dreams_1, dreams_2"),
        (serve_older_code, "deploy a newer one first"),
        (serve_nothing, "no scoring function has said which features it computes"),
    ],
)
def test_a_shadow_that_cannot_be_served_is_left_out_and_the_execution_goes_on(world, caplog, spoil, words):
    """Nobody is served worse without it; answer and log say why, and nothing is entered in the ledger."""
    put_bundle(world.s3, bundle("v3"))
    world.decide("v3", "shadow")
    spoil(world)
    answer = world.call("promote", {"execution_arn": world.execution_arn})
    assert (answer["revision"], document(world).shadow, len(world.ledger())) == (2, None, 2)
    assert words in answer["left_out"]
    assert f"light/v3 is not put in shadow: {answer['left_out']}" in caplog.text


def test_a_shadow_that_lost_a_race_is_tried_again(world, monkeypatch):
    """The state machine does so by the name of the error: that is no fault of the model."""
    from functions.control.stage import Stage

    put_bundle(world.s3, bundle("v3"))
    world.decide("v3", "shadow")
    older = document(world)
    make(world, "v4")
    ask(world, SHADOW, model="light/v4")
    monkeypatch.setattr(Stage, "current", lambda _: older)
    with pytest.raises(StateConflict, match="revision 2 is no longer current"):
        world.call("promote", {"execution_arn": world.execution_arn})


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
def test_a_scoring_function_that_would_not_obey_is_given_neither(world, route, body):
    """An earlier release reads the document, and answers everybody by production."""
    make(world, "v3")
    serve_older_code(world)
    status, answer = ask(world, route, confirmed=True, **body)
    assert (status, "deploy a newer one first" in answer["detail"]) == (409, True)
    assert document(world).revision == 2


def test_a_shadow_has_no_emergency(world):
    """It answers nobody."""
    make(world, "v3")
    assert ask(world, "POST /v1/emergency/production/shadow", model="light/v3")[0] == 404
