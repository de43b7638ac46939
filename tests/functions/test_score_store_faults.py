"""The scoring service over a store that fails: every answer is the right one, or says that it is not."""

from __future__ import annotations

import pytest
from dynamodb_world import cut_off, done_and_dropped, dropped, no_fault, refused, said, slow, unprocessed
from score_world import TRANSACTION, Proxy, World, customer_state

from greenfraud.records import parse_rfc3339

NOON = parse_rfc3339("2018-05-20T12:00:00Z")
MINUTE_US = 60 * 1_000_000
FAULTS = {
    "throttled": refused("ProvisionedThroughputExceededException"),
    "unprocessed": unprocessed,
    "failing": refused("InternalServerError", 500),
    "unavailable": said(b"<html>", 503),
    "dropped": dropped,
    "cut off": cut_off,
    "slow": slow,
    "no JSON": said(b'{"Responses": {'),
    "empty": said(b"{}"),
}
PUT_FAULTS = {
    "throttled": FAULTS["throttled"],
    "failing": FAULTS["failing"],
    "dropped": dropped,
    "done and dropped": done_and_dropped,
    "cut off": cut_off,
    "slow": slow,
}
UNREADABLE = ["customer_unreadable", "terminal_unreadable", "control_unreadable"]


@pytest.fixture
def world(client) -> World:
    """A service, over each of the two clients, whose customer C1 paid 12 times in the last hour."""
    world = World(dynamodb=Proxy(client))
    world.put_state("customer_activity", "C1", customer_state(*[(NOON - n * MINUTE_US, 100) for n in range(1, 13)]))
    return world


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_read_that_fails_once_is_right_or_says_that_it_is_not(world, faulty, fault):
    """No fault is read as a customer nobody knows."""
    faulty.faults["BatchGetItem"] = [fault, no_fault]
    answer = world.score()
    is_right = (answer["decision"], answer["degraded"]) == ("review", ["terminal_missing"])
    assert is_right or answer["degraded"] == UNREADABLE[:2]  # the control document was read a second time, as at each cold start


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_read_that_keeps_failing_is_told_in_the_answer(world, faulty, fault):
    """And the transaction is answered all the same."""
    faulty.faults["BatchGetItem"] = [fault]
    assert world.score()["degraded"] == UNREADABLE


@pytest.mark.parametrize("fault", PUT_FAULTS.values(), ids=PUT_FAULTS)
def test_a_decision_is_stored_as_answered_or_refused(world, faulty, fault):
    """Whether the fault passes or stays; trying again later ends in one decision."""
    faulty.faults["PutItem"] = [fault, no_fault]
    first = world.http.post("/v1/score", json=TRANSACTION)
    assert first.status_code in (200, 503)
    faulty.faults["PutItem"] = [fault]
    assert world.http.post("/v1/score", json=TRANSACTION | {"transaction_id": "T2"}).status_code == 503
    faulty.faults.clear()
    stored = world.http.get("/v1/decisions/T1")
    if first.status_code == 200:
        assert first.json() == stored.json() == world.score()
    assert world.score() == world.http.get("/v1/decisions/T1").json()
    assert world.score(transaction_id="T2") == world.http.get("/v1/decisions/T2").json()


@pytest.mark.parametrize("fault", ["cut off", "no JSON", "slow", "failing"])
def test_a_stored_decision_is_never_denied(world, faulty, fault):
    """A store that fails is no 404."""
    world.score()
    faulty.faults["GetItem"] = [FAULTS[fault]]
    assert world.http.get("/v1/decisions/T1").status_code == 503
