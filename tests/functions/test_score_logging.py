"""The features that a decision was made on, kept with it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from score_world import MANIFEST, TRANSACTION, World, customer_state

from functions.score.app import create_app
from functions.score.memory import connect_nothing
from greenfraud.features.interpreter import compute
from greenfraud.features.logged import unpack
from greenfraud.instants import HOUR_US, parse_rfc3339

NOW_US = parse_rfc3339(TRANSACTION["occurred_at"])
KEY = {"transaction_id": {"S": "T1"}, "record": {"S": "decision"}}


@pytest.fixture
def world(aws: None) -> World:
    """A service over in-process tables."""
    return World()


def stored(world: World) -> dict[str, Any]:
    """The decision's item."""
    item: dict[str, Any] = world.dynamodb.get_item(TableName="decisions", Key=KEY)["Item"]
    return item


def test_a_decision_keeps_every_value_it_was_made_on(world):
    """All of the manifest, of the very state that was read, with the version that names them."""
    state = customer_state((NOW_US - HOUR_US // 2, 700), (NOW_US - 3 * HOUR_US, 1300))
    world.put_state("customer_activity", "C1", state)
    world.score()
    values = compute(MANIFEST, (state, None), NOW_US, TRANSACTION["amount_minor"])
    assert unpack(stored(world)["features"]["B"], MANIFEST.names) == values
    assert stored(world)["manifest_version"] == {"S": MANIFEST.version}


def test_the_answer_does_not_carry_them(world):
    """They are for those who own the platform: to a client they would tell how to stay below every threshold."""
    answer = world.score()
    assert not {"features", "manifest_version"} & answer.keys()
    assert world.http.get("/v1/decisions/T1").json() == answer


def test_a_repeated_request_changes_nothing(world):
    """Also when the state has moved on since."""
    world.score()
    before = stored(world)
    world.put_state("customer_activity", "C1", customer_state((NOW_US - HOUR_US // 2, 700)))
    world.score()
    assert stored(world) == before


def test_without_aws_decisions_are_kept_as_well():
    """The memory takes the same item as the table."""
    http = TestClient(create_app(connect_nothing({})))
    answer = http.post("/v1/score", json=TRANSACTION).json()
    assert http.get("/v1/decisions/T1").json() == answer
