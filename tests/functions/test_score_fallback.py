"""What answers when production cannot be loaded: the fallback, then the rules; each kind of fault by its own name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from bundle_world import WEIGHTS, bundle, model_bytes, put_bundle
from score_world import World

from functions.score.health import REMEMBERED_SECONDS
from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE
from greenfraud.canonical import sha256_hex
from greenfraud.control import ControlDocument, ModelRef

HASHES = json.loads(bundle()[MANIFEST_FILE])["features"]


def learned(**hashes: str) -> list[dict[str, str]]:
    """The features of a bundle, some of them with another hash; a name beyond takes the last one's place."""
    names = [*WEIGHTS][: 3 - len(hashes.keys() - WEIGHTS.keys())] + sorted(hashes.keys() - WEIGHTS.keys())
    ours = {feature["name"]: feature["hash"] for feature in HASHES}
    return [{"name": name, "hash": hashes.get(name) or ours[name]} for name in names]


def other_schema(version: str) -> dict[str, bytes]:
    """A bundle as a later release may write it."""
    files = bundle(version)
    return files | {MANIFEST_FILE: json.dumps(json.loads(files[MANIFEST_FILE]) | {"schema": 2}).encode()}


# A code rollback after a new feature, or a layer that was not deployed; a feature that only one side computes anew; a bundle
# that is lost, in whole or in part; one that is damaged in any way; one of another release's shape.
FAULTS: dict[str, tuple[str, Callable[[str], dict[str, bytes]]]] = {
    "the code is older than the model": ("unknown_feature", lambda v: bundle(v, features=learned(spent_in_space="a"))),
    "one side alone computes it anew": ("changed_feature", lambda v: bundle(v, features=learned(amount="a"))),
    "another shape of bundle": ("unknown_schema", other_schema),
    "nothing is there": ("lost", lambda v: bundle(v) | dict.fromkeys((MANIFEST_FILE, MODEL_FILE), b"")),
    "the model is gone": ("lost", lambda v: bundle(v) | {MODEL_FILE: b""}),
    "an altered model": ("damaged", lambda v: bundle(v) | {MODEL_FILE: model_bytes(bias=0.0)}),
    "not a model": ("damaged", lambda v: bundle(v, files={MODEL_FILE: sha256_hex(b"x")}) | {MODEL_FILE: b"x"}),
    "golden vectors differ": ("damaged", lambda v: bundle(v, golden=[{"inputs": [1.0, 1.0, 1.0], "probability": 0.9}])),
    "no golden vectors": ("damaged", lambda v: bundle(v, golden=[])),
}
EACH_FAULT = pytest.mark.parametrize(("fault", "files"), FAULTS.values(), ids=FAULTS)


@pytest.fixture
def world(aws: None) -> World:
    """A service without models yet."""
    return World()


def stored(world: World, files: dict[str, bytes]) -> ModelRef:
    """A bundle in the bucket; its empty files are deleted."""
    reference = put_bundle(world.s3, {name: content or bundle("v")[name] for name, content in files.items()})
    if not files[MANIFEST_FILE]:
        reference = put_bundle(world.s3, bundle("v2"))
    for name, content in files.items():
        if not content:
            world.s3.delete_object(Bucket="artifacts", Key=f"{reference.prefix}{name}")
    return reference


def counted(capsys: pytest.CaptureFixture[str], name: str) -> list[str]:
    """The classes of the faults that were counted under a metric since the last look."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line["Fault"] for line in lines if name in line]


def name_of(version: str) -> dict[str, str]:
    """How answers name a model."""
    return {"family": "light", "version": version}


@pytest.fixture(params=[False, True], ids=["fresh", "warm"])
def good(world: World, request: pytest.FixtureRequest) -> ModelRef:
    """A whole bundle, in production before or never seen by this instance."""
    good = put_bundle(world.s3, bundle("v1"))
    if request.param:
        world.put_control(ControlDocument(revision=1, production=good))
        world.score(transaction_id="T0")
    return good


@EACH_FAULT
def test_the_fallback_answers_where_production_cannot_be_loaded(world, good, capsys, caplog, fault, files):  # noqa: PLR0917
    """Named in the answer with the class of the fault, counted once, and told in the log without a value."""
    world.put_control(ControlDocument(revision=2, production=stored(world, files("v2")), fallback=good))
    capsys.readouterr()
    answers = [world.score(transaction_id=f"T{number}") for number in (1, 2)]
    assert [answer["model"] for answer in answers] == [name_of("v1")] * 2
    assert [answer["degraded"][-1] for answer in answers] == [f"production_{fault}"] * 2
    assert counted(capsys, "BundleLoadFailed") == [fault]
    assert f"bundle light/v2 was not loaded ({fault})" in caplog.text


@EACH_FAULT
def test_the_rules_answer_where_the_fallback_cannot_be_loaded_either(world, capsys, fault, files):
    """Both faults are named, in the order of the steps down."""
    production = stored(world, bundle("v3", golden=[]))
    world.put_control(ControlDocument(revision=2, production=production, fallback=stored(world, files("v2"))))
    answer = world.score(amount_minor=30_000)
    assert (answer["model"], answer["decision"], answer["fraud_probability"]) == (None, "review", None)
    assert answer["degraded"][-2:] == ["production_damaged", f"fallback_{fault}"]
    assert counted(capsys, "BundleLoadFailed") == ["damaged", fault]


def test_answers_of_the_fallback_are_counted(world, capsys):
    """And not those of production."""
    good = put_bundle(world.s3, bundle("v1"))
    world.put_control(ControlDocument(revision=1, production=good))
    world.score()
    world.put_control(ControlDocument(revision=2, production=stored(world, bundle("v2", golden=[])), fallback=good))
    world.score(transaction_id="T2")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["AnsweredByFallback"] for line in lines if "Decisions" in line] == [0, 1]


def away(*_: object, **__: object) -> Any:
    """What S3 does when it is away."""
    raise EndpointConnectionError(endpoint_url="https://secret")


def test_a_store_that_is_away_is_waited_for_once(world, capsys):
    """Whoever is answered meanwhile waits for one bundle, not for two; a store that is away is no lost bundle."""
    production, fallback = (put_bundle(world.s3, bundle(version)) for version in ("v2", "v1"))
    world.put_control(ControlDocument(revision=1, production=production, fallback=fallback))
    world.s3.faults["get_object"] = away
    world.s3.calls.clear()
    answer = world.score()
    assert answer["degraded"][-2:] == ["production_unreadable", "fallback_unreadable"]
    assert len(world.s3.calls) == 1
    assert counted(capsys, "BundleLoadFailed") == ["unreadable"]
    world.s3.faults.clear()
    assert world.score(transaction_id="T2")["model"] == name_of("v1")
    world.now = 31.0
    assert world.score(transaction_id="T3")["model"] == name_of("v2")


def test_a_model_that_was_taken_back_never_answers(world):
    """It is loaded, yet named no longer: where the two that are named cannot be loaded, the rules answer."""
    world.put_control(ControlDocument(revision=1, production=put_bundle(world.s3, bundle("v3"))))
    assert world.score()["model"] == name_of("v3")
    world.put_control(ControlDocument(revision=2, production=stored(world, bundle("v2", golden=[]))))
    answer = world.score(transaction_id="T2")
    assert (answer["model"], answer["degraded"][-1]) == (None, "production_damaged")


def test_a_fallback_that_is_loaded_answers_without_being_fetched_again(world):
    """Also while the bucket is away."""
    good = put_bundle(world.s3, bundle("v1"))
    world.put_control(ControlDocument(revision=1, production=good))
    world.score()
    world.put_control(ControlDocument(revision=2, production=put_bundle(world.s3, bundle("v2")), fallback=good))
    world.s3.faults["get_object"] = away
    assert world.score(transaction_id="T2")["model"] == name_of("v1")


@pytest.mark.parametrize("path", ["/v1/model", "/health"])
def test_a_failed_load_is_counted_whoever_met_it_first(world, capsys, path):
    """Nobody may have been scored yet."""
    world.put_control(ControlDocument(revision=1, production=stored(world, bundle("v1", golden=[]))))
    assert world.http.get(path).status_code == 200
    assert counted(capsys, "BundleLoadFailed") == ["damaged"]
    world.score()
    assert counted(capsys, "BundleLoadFailed") == []


def test_the_model_card_tells_what_should_answer_what_does_and_why(world):
    """Production, the fallback, the rules."""
    good = put_bundle(world.s3, bundle("v1"))
    world.put_control(ControlDocument(revision=1, production=good))
    told = ("production", "fallback", "answering", "answered_by", "degraded")
    cards = [world.http.get("/v1/model").json()]
    broken = stored(world, bundle("v2", golden=[]))
    world.put_control(ControlDocument(revision=2, production=broken, fallback=good))
    cards.append(world.http.get("/v1/model").json())
    world.put_control(ControlDocument(revision=3, production=broken))
    cards.append(world.http.get("/v1/model").json())
    world.put_control(ControlDocument(revision=4))
    cards.append(world.http.get("/v1/model").json())
    one, two = name_of("v1"), name_of("v2")
    assert [tuple(card[name] for name in told) for card in cards] == [
        (one, None, one, "production", []),
        (two, one, one, "fallback", ["production_damaged"]),
        (two, None, None, "rules", ["production_damaged"]),
        (None, None, None, "rules", []),
    ]


def test_health_says_degraded_while_the_fallback_answers(world):
    """And ok when production does again."""
    good, broken = put_bundle(world.s3, bundle("v1")), stored(world, bundle("v2", golden=[]))
    world.put_control(ControlDocument(revision=2, production=broken, fallback=good))
    assert world.http.get("/health").json() == {"status": "degraded"}
    world.put_control(ControlDocument(revision=3, production=good))
    world.now = REMEMBERED_SECONDS
    assert world.http.get("/health").json() == {"status": "ok"}
