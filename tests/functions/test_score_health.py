"""Health is open, so it says one word and costs next to nothing; what runs is told by the model's route."""

from __future__ import annotations

from typing import Any

import pytest
from bundle_world import bundle, put_bundle
from score_world import World

from functions.score.health import REMEMBERED_SECONDS
from greenfraud.bundle import MODEL_FILE
from greenfraud.control import ControlDocument


@pytest.fixture
def world(aws: None) -> World:
    """A service whose seventh revision promotes a model."""
    world = World()
    world.put_control(ControlDocument(revision=7, production=put_bundle(world.s3, bundle())))
    return world


def health(world: World) -> tuple[int, Any]:
    """Status and body."""
    response = world.http.get("/health")
    return response.status_code, response.json()


def fail(**_: Any) -> None:
    """What a store that is away does."""
    raise ConnectionError


def test_it_says_ok_and_nothing_else(world):
    """Model, revision and manifest are for those who are let in."""
    assert health(world) == (200, {"status": "ok"})
    assert world.http.get("/v1/model").json()["revision"] == 7


def test_it_is_unavailable_when_nothing_can_be_read(world):
    """A balancer goes by the status."""
    world.dynamodb.faults["batch_get_item"] = fail
    assert health(world) == (503, {"status": "unavailable"})


def test_it_is_degraded_when_the_model_in_production_does_not_answer(world):
    """Rules do: a balancer keeps the instance, a person looks."""
    files = bundle()
    reference = put_bundle(world.s3, files)
    world.s3.put_object(Bucket="artifacts", Key=f"{reference.prefix}{MODEL_FILE}", Body=b"altered")
    world.put_control(ControlDocument(revision=8, production=reference))
    assert health(world) == (200, {"status": "degraded"})


def test_it_is_remembered_for_a_moment(world):
    """However often somebody asks, the store is read once; then a fault shows, and its end."""
    assert health(world)[0] == 200
    world.dynamodb.faults["batch_get_item"] = fail
    world.now = REMEMBERED_SECONDS - 0.1
    assert health(world)[0] == 200
    world.now = REMEMBERED_SECONDS
    assert health(world)[0] == 503
    world.dynamodb.faults.clear()
    assert health(world)[0] == 503
    world.now = 2 * REMEMBERED_SECONDS
    assert health(world)[0] == 200
