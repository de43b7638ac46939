"""A model in shadow scores the same values in the same request, is only logged, and hurts nobody."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from threading import Event
from typing import Any

import boto3
import pytest
from bundle_world import bundle, model_bytes, probability_of, put_bundle
from score_world import MANIFEST, TRANSACTION, World

from functions.score.bundles import RETRY_SECONDS, S3Bundles
from functions.score.model import Model
from functions.score.shadow import LONGEST_SECONDS, SLOW_AT_MOST, ShadowSlot
from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.items import decision as decision_items

VALUES = [12.5, 0.0, 0.0]  # of the usual transaction: amount, count, ratio
RULES = {"shadow": None}


@pytest.fixture
def world(aws: None) -> World:
    """A service with a model in production and another one in shadow."""
    found = World()
    serve(found)
    return found


def serve(world: World, shadow: ModelRef | str | None = "v2", revision: int = 1) -> ControlDocument:
    """Name production v1, and a shadow that finds everything suspicious."""
    production = put_bundle(world.s3, bundle("v1"))
    named = put_bundle(world.s3, bundle(shadow, bias=3.0)) if isinstance(shadow, str) else shadow
    document = ControlDocument(revision=revision, production=production, shadow=named)
    world.put_control(document)
    return document


def kept(transaction_id: str = "T1") -> dict[str, Any] | None:
    """What was stored of the shadow beside a decision."""
    key = decision_items.key(transaction_id)
    return decision_items.decode(boto3.client("dynamodb").get_item(TableName="decisions", Key=key)["Item"]).shadow


def counted(text: str, metric: str = "ShadowFailed") -> list[str]:
    """The class of each fault that a metric counted."""
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line["Fault"] for line in lines if metric in line]


def test_a_shadow_scores_the_same_values_and_is_kept_with_the_decision(world):
    """Its version, its probability, and what it would have decided by the policy in force."""
    answer = world.score()
    assert answer["model"] == {"family": "light", "version": "v1"}
    shadow = kept()
    assert (shadow["family"], shadow["version"], shadow["decision"]) == ("light", "v2", "block")
    assert shadow["probability"] == pytest.approx(probability_of(VALUES, bias=3.0), abs=1e-5)


def test_a_shadow_changes_nothing_of_the_answer(world):
    """But for the grams of its own work."""
    beside = world.score()
    serve(world, None, revision=2)
    alone = world.score(transaction_id="T2")
    apart = {"transaction_id", "emissions_g"}
    assert {name: value for name, value in beside.items() if name not in apart} == {
        name: value for name, value in alone.items() if name not in apart
    }
    assert kept("T2") is None


def test_a_shadow_scores_beside_the_rules_too(world):
    """Where nothing is in production yet."""
    shadow = put_bundle(world.s3, bundle("v2", bias=3.0))
    world.put_control(ControlDocument(revision=2, shadow=shadow))
    assert world.score()["model"] is None
    assert kept()["version"] == "v2"


def test_each_payment_of_a_batch_has_its_own_shadow(world):
    """On the state that it was decided on."""
    batch = [TRANSACTION | {"transaction_id": name, "amount_minor": amount} for name, amount in (("A", 100), ("B", 90_000))]
    assert world.http.post("/v1/score/batch", json=batch).status_code == 200
    assert kept("A")["probability"] < kept("B")["probability"]


FAULTS = {
    "nothing is there": ("lost", {MANIFEST_FILE: b"", MODEL_FILE: b""}),
    "the model is gone": ("lost", {MODEL_FILE: b""}),
    "an altered model": ("damaged", {MODEL_FILE: model_bytes(bias=0.5)}),
    "no model at all": ("damaged", {MODEL_FILE: b"x"}),
}


@pytest.mark.parametrize(("fault", "changed"), FAULTS.values(), ids=FAULTS)
def test_a_shadow_that_cannot_be_loaded_is_counted_once_and_hurts_no_request(world, capsys, fault, changed):
    """It rests, then is fetched again; the answer is production's, and says nothing of it."""
    document = serve(world)
    for name, content in changed.items():
        key = f"{document.shadow.prefix}{name}"
        if content:
            world.s3.put_object(Bucket="artifacts", Key=key, Body=content)
        else:
            world.s3.delete_object(Bucket="artifacts", Key=key)
    answers = [world.score(transaction_id=f"T{number}") for number in range(3)]
    assert {(answer["model"]["version"], tuple(answer["degraded"])) for answer in answers} == {
        ("v1", ("customer_missing", "terminal_missing"))
    }
    assert counted(capsys.readouterr().out) == [fault]
    assert kept("T0") is None
    put_bundle(world.s3, bundle("v2", bias=3.0))
    world.now += RETRY_SECONDS
    world.score(transaction_id="T4")
    assert kept("T4")["version"] == "v2"


def test_a_store_that_hangs_keeps_no_request_waiting(world):
    """The bundle is fetched in a thread of its own; once it is there it scores."""
    may_go = Event()

    def hang(real, **arguments):
        if "v2" in arguments["Key"]:
            may_go.wait(300)
        return real(**arguments)

    world.s3.faults["get_object"] = hang
    slot = ShadowSlot(S3Bundles(lambda: world.s3, "artifacts"), MANIFEST)
    world.service.scorer._shadow = slot
    assert world.score()["model"]["version"] == "v1"
    assert kept() is None
    may_go.set()
    until = time.monotonic() + 300
    while slot._seat.model is None and time.monotonic() < until:
        time.sleep(0.01)
    world.score(transaction_id="T2")
    assert kept("T2")["version"] == "v2"


def test_a_slow_shadow_rests_so_that_it_delays_few_requests_in_a_while(world, capsys):
    """What it said is kept; then nobody asks it for RETRY_SECONDS."""
    ticks = iter(number * LONGEST_SECONDS * 2 for number in range(100))
    world.service.scorer._shadow._timer = lambda: next(ticks)
    for number in range(SLOW_AT_MOST + 2):
        world.score(transaction_id=f"T{number}")
    assert [kept(f"T{number}") is not None for number in range(SLOW_AT_MOST + 2)] == [True] * SLOW_AT_MOST + [False, False]
    assert counted(capsys.readouterr().out) == ["slow"]
    world.now += RETRY_SECONDS
    world.score(transaction_id="later")
    assert kept("later") is not None


def test_a_shadow_that_is_slow_now_and_then_does_not_rest(world, capsys):
    """The machine was busy."""
    seconds = iter([LONGEST_SECONDS * 2, LONGEST_SECONDS * 2, 0.0] * 4)
    clock = [0.0]

    def tick():
        is_start, clock[1:] = len(clock) == 1, [] if len(clock) > 1 else [0.0]
        clock[0] += 0.0 if is_start else next(seconds)
        return clock[0]

    world.service.scorer._shadow._timer = tick
    for number in range(9):
        world.score(transaction_id=f"T{number}")
    assert all(kept(f"T{number}") for number in range(9))
    assert counted(capsys.readouterr().out) == []


@pytest.mark.parametrize("answer", [[float("nan")], [2.0], RuntimeError("boom")])
def test_a_shadow_that_cannot_compute_is_counted_and_hurts_no_request(world, capsys, monkeypatch, answer):
    """Whatever it raises, or no probability at all."""
    real = Model.probabilities

    def probabilities(model, rows):
        if model.bundle.version != "v2" or not world.service.scorer._shadow._seat.model:
            return real(model, rows)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(Model, "probabilities", probabilities)
    assert world.score()["model"]["version"] == "v1"
    assert kept() is None
    assert counted(capsys.readouterr().out) == ["failed"]


def test_a_shadow_that_is_taken_away_is_asked_no_more(world):
    """The next request obeys."""
    world.score()
    document = serve(world, None, revision=2)
    world.score(transaction_id="T2")
    assert kept("T2") is None
    world.put_control(replace(document, revision=3, shadow=put_bundle(world.s3, bundle("v3", bias=1.0))))
    world.score(transaction_id="T3")
    assert kept("T3")["version"] == "v3"


def test_a_machine_that_can_start_no_thread_hurts_no_request(world, capsys):
    """It rests, as after every fault."""

    def refuse(_work):
        raise RuntimeError("can't start new thread")

    world.service.scorer._shadow._start = refuse
    assert [world.score(transaction_id=f"T{number}")["model"]["version"] for number in range(2)] == ["v1", "v1"]
    assert counted(capsys.readouterr().out) == ["failed"]
