"""A list of labels is taken whole or refused whole, and what is refused names its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from dynamodb_world import done_and_dropped, dropped, no_fault, refused
from fastapi.testclient import TestClient
from score_world import TRANSACTION, Proxy, World

from functions.score.app import create_app
from functions.score.memory import connect_nothing

NAMES = [f"T{number}" for number in range(1, 5)]
AT, LATER = "2018-05-27T12:00:00Z", "2018-05-28T12:00:00Z"


def label(name: str, **changes: object) -> dict[str, Any]:
    """A report of a fraud."""
    return {"transaction_id": name, "is_fraud": True, "observed_at": AT} | changes


REPORTS = [label(name) for name in NAMES]


@pytest.fixture
def world(client) -> World:
    """A service, over each of the two clients, that decided four transactions."""
    world = World(dynamodb=Proxy(client))
    for name in NAMES:
        world.score(transaction_id=name)
    world.dynamodb.calls.clear()
    return world


def stored(world: World) -> list[tuple[str, str]]:
    """Every report in the table."""
    found = []
    for name in NAMES:
        query = {"KeyConditionExpression": "transaction_id = :id", "ExpressionAttributeValues": {":id": {"S": name}}}
        items = world.dynamodb.query(TableName="decisions", **query)["Items"]
        found += [(name, item["record"]["S"]) for item in items if item["record"]["S"] != "decision"]
    return found


def test_a_list_is_stored_by_one_transaction(world):
    """Of up to a hundred items, which is DynamoDB's limit and the list's own."""
    answer = world.http.post("/v1/labels", json=[*REPORTS, label("T1"), label("T2", is_fraud=False, observed_at=LATER)])
    assert answer.json() == {"results": ["stored"] * 4 + ["known", "correction"]}
    assert [name for name, _ in world.dynamodb.calls if name != "query"] == ["transact_write_items"]
    assert stored(world) == [("T1", "report"), ("T2", "report"), ("T2", "report#1"), ("T3", "report"), ("T4", "report")]


@pytest.mark.parametrize("fault", [dropped, refused("ProvisionedThroughputExceededException"), refused("InternalServerError", 500)])
def test_a_store_that_fails_in_the_middle_keeps_nothing_of_a_list(world, faulty, fault):
    """Whatever it had taken before; sent again, all of it is new."""
    faulty.faults = {"TransactWriteItems": [fault], "PutItem": [no_fault, no_fault, fault]}
    response = world.http.post("/v1/labels", json=REPORTS)
    assert (response.status_code, response.json()["retry"]) == (503, True)
    assert stored(world) == []
    faulty.faults.clear()
    assert world.http.post("/v1/labels", json=REPORTS).json() == {"results": ["stored"] * 4}


def test_a_list_whose_answer_was_lost_is_stored_once(world, faulty):
    """The second try finds the first."""
    faulty.faults["TransactWriteItems"] = [done_and_dropped, no_fault]
    assert world.http.post("/v1/labels", json=REPORTS).status_code == 200
    assert stored(world) == [(name, "report") for name in NAMES]


@pytest.mark.parametrize(
    ("changes", "status", "place"),
    [
        ({"transaction_id": "T9"}, 404, "labels[2].transaction_id"),
        ({"observed_at": "2018-05-20T11:00:00Z"}, 422, "labels[2].observed_at"),
        ({"is_fraud": False}, 409, "labels[2].observed_at"),
        ({"transaction_id": "T1", "is_fraud": False}, 409, "labels[2].observed_at"),
        ({"is_fraud": "yes"}, 422, "labels[2].is_fraud"),
        ({"transaction_id": ""}, 422, "labels[2].transaction_id"),
    ],
    ids=["unknown", "too early", "contradicts the store", "contradicts the list", "no flag", "no id"],
)
def test_one_fault_refuses_the_whole_list_and_names_its_place(world, changes, status, place):
    """Also what only the store, or the list itself, contradicts."""
    assert world.http.post("/v1/labels", json=label("T3")).status_code == 200
    before = stored(world)
    response = world.http.post("/v1/labels", json=[label("T1"), label("T2"), label("T3", **changes), label("T4")])
    assert (response.status_code, response.json()["detail"].partition(": ")[0]) == (status, place)
    assert stored(world) == before


def test_a_list_that_others_overtake_is_planned_again_as_a_whole(world):
    """What they told meanwhile is known by then."""
    others = iter([label("T2")])

    def lose_a_race(real: Callable[..., Any], **arguments: Any) -> Any:
        if other := next(others, None):
            assert world.http.post("/v1/labels", json=other).json() == {"results": ["stored"]}
        return real(**arguments)

    world.dynamodb.faults["transact_write_items"] = lose_a_race
    assert world.http.post("/v1/labels", json=REPORTS).json() == {"results": ["stored", "known", "stored", "stored"]}
    assert stored(world) == [(name, "report") for name in NAMES]


def test_a_list_that_others_keep_changing_is_refused_whole(world):
    """A conflict, not a part of it."""

    def lose(_: Callable[..., Any], **__: Any) -> Any:
        reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
        raise ClientError({"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}, "TransactWriteItems")

    world.dynamodb.faults["transact_write_items"] = lose
    assert world.http.post("/v1/labels", json=REPORTS).status_code == 409
    assert stored(world) == []


def test_a_list_that_is_not_read_in_time_is_refused_whole(world, monkeypatch):
    """Before the function's timeout, with nothing stored."""
    monkeypatch.setattr("functions.score.deadline.BATCH_SECONDS", 0.0)
    response = world.http.post("/v1/labels", json=REPORTS)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert "nothing" in response.json()["detail"]
    assert stored(world) == []


def test_a_store_that_is_away_while_labels_are_looked_up_keeps_nothing(world):
    """A list is read whole before anything is written."""
    answered = iter([True, True])

    def away_after_two(real: Callable[..., Any], **arguments: Any) -> Any:
        if next(answered, None):
            return real(**arguments)
        raise EndpointConnectionError(endpoint_url="x")

    world.dynamodb.faults["query"] = away_after_two
    assert world.http.post("/v1/labels", json=REPORTS).status_code == 503
    world.dynamodb.faults.clear()
    assert stored(world) == []


def test_without_a_table_too_a_list_is_taken_whole_or_not_at_all():
    """In the memory of the development server."""
    http = TestClient(create_app(connect_nothing({})))
    http.post("/v1/score", json=TRANSACTION)
    assert http.post("/v1/labels", json=[label("T1"), label("T2")]).status_code == 404
    assert http.post("/v1/labels", json=[label("T1"), label("T1")]).json() == {"results": ["stored", "known"]}
