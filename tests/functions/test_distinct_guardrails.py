"""Guardrails on how many different customers or terminals there were: from the score through the stream to the next score."""

from __future__ import annotations

import pytest
from bundle_world import UNMOVED, bundle, put_bundle
from policy_documents import policy_of
from score_world import TRANSACTION, World
from stream_world import IngestWorld, stored_by

from greenfraud.control import ControlDocument
from greenfraud.instants import MINUTE_US, SECOND_US, format_rfc3339, parse_rfc3339
from greenfraud.policy import earlier
from greenfraud.policy.stored import to_object

NOW_US = parse_rfc3339("2018-05-20T12:00:00Z")
GUARDED = """
version = "distinct-1"

[thresholds]
review_at = 0.3
block_at = 0.8

[[guardrails]]
name = "many-customers"
when = "terminal_customers_1h >= 10"
outcome = "challenge"

[[guardrails]]
name = "many-terminals"
when = "customer_terminals_1d >= 6"
"""


@pytest.fixture(params=["a model that sees nothing", "no model"])
def world(aws: None, request) -> World:
    """A service under the two guardrails, whose model, if there is one, is never alarmed."""
    found, policy = World(), policy_of(GUARDED)
    reference, content = to_object(policy)
    found.s3.put_object(Bucket="artifacts", Key=reference.key, Body=content)
    production = None if request.param == "no model" else put_bundle(found.s3, bundle(weights=UNMOVED))
    spelled = earlier.from_json(earlier.to_json(policy))
    found.put_control(ControlDocument(revision=1, policy=spelled, policy_object=reference, production=production))
    return found


def attempt(number: int, after_us: int = 0, **changes) -> dict:
    """A payment of a customer of its own at M1, half a minute after the one before."""
    at_us = NOW_US + number * 30 * SECOND_US + after_us
    return TRANSACTION | {
        "transaction_id": f"A{number}",
        "customer_id": f"CARD{number}",
        "occurred_at": format_rfc3339(at_us),
        **changes,
    }


def ingest(world: World) -> None:
    """Bring what was decided into the states, as the stream does: what was brought before is delivered again."""
    assert IngestWorld().ingest(*stored_by(world)) == []


def test_many_customers_at_one_terminal_are_challenged_whatever_they_pay(world):
    """From the eleventh on, or one later where two share a place; each one that was challenged counts too."""
    answers = []
    for number in range(13):
        answers.append(world.score(**attempt(number, amount_minor=1_000 * number)))
        ingest(world)
    decisions = [answer["decision"] for answer in answers]
    caught = decisions.index("challenge")
    assert caught in (10, 11)
    assert set(decisions[caught:]) == {"challenge"}
    assert (answers[-1]["decided_by"], answers[-1]["spoke"]) == ("guardrail", ["guardrail/many-customers"])
    reason = answers[-1]["reasons"][0]
    assert (reason["code"], reason["feature"]) == ("TERMINAL_CUSTOMERS_1H", "terminal_customers_1h")
    assert reason["text"].startswith("At the terminal, at least 1")
    assert world.score(**attempt(20, terminal_id="M2"))["decision"] == "allow"
    assert world.score(**attempt(21, after_us=65 * MINUTE_US))["decision"] == "allow"


def test_a_batch_sees_its_own_attempts_before_the_stream_has_them(world):
    """An attacker who sends all at once gains nothing."""
    results = world.http.post("/v1/score/batch", json=[attempt(number) for number in range(20)]).json()["results"]
    decisions = [result["decision"] for result in results]
    assert decisions.index("challenge") in (10, 11)
    assert set(decisions[11:]) == {"challenge"}


def test_one_customer_who_tries_again_and_again_is_one(world):
    """So is a payment that is sent again, and delivered again."""
    for number in range(12):
        world.score(**attempt(number, customer_id="C1"))
    world.score(**attempt(3, customer_id="C1"))
    ingest(world)
    ingest(world)
    assert values_of(world, attempt(30))["terminal_customers_1h"] == 1.0


def test_a_customer_at_many_terminals_is_for_a_person_to_look_at(world):
    """The guardrail names no outcome, so it asks for a review; another customer there is left in peace."""
    for number in range(8):
        world.score(**attempt(number, customer_id="C1", terminal_id=f"M{number}", after_us=number * 60 * MINUTE_US))
    ingest(world)
    answer = world.score(**attempt(30, customer_id="C1", after_us=500 * MINUTE_US))
    assert (answer["decision"], answer["reasons"][0]["code"]) == ("review", "CUSTOMER_TERMINALS_1D")
    assert answer["reasons"][0]["text"].startswith("The customer tried to pay at ")
    assert world.score(**attempt(31, customer_id="C2", after_us=500 * MINUTE_US))["decision"] == "allow"


def test_where_the_store_does_not_answer_the_guardrail_is_silent_and_the_answer_says_what_is_not_known(world):
    """As with every other count."""

    def fail(*_, **__):
        raise OSError

    world.dynamodb.faults["batch_get_item"] = fail
    answer = world.score(**attempt(1))
    assert {"customer_unreadable", "terminal_unreadable"} <= set(answer["degraded"])
    assert "guardrail/many-customers" not in answer["spoke"]


def values_of(world: World, asked: dict) -> dict:
    """The values that a payment was decided on, as its decision keeps them."""
    world.score(**asked)
    told = world.http.get(f"/v1/explanations/{asked['transaction_id']}").json()["features"]
    return {feature["name"]: feature["value"] for feature in told}
