"""What a deployment tells: what the scoring function computes, and at first that nothing was ever promoted; never more."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from control_world import ControlWorld

from functions.control.release.answers import UnansweredError
from greenfraud.control import ControlDocument
from greenfraud.features.manifest import load_manifest
from greenfraud.items import control as control_items
from greenfraud.items import served as served_items
from greenfraud.items.served import Served


@dataclass
class CloudFormation:
    """Where answers are sent, and what came."""

    url: str
    status: int = 200
    answers: list[dict[str, Any]] = field(default_factory=list)

    def event(self, kind: str) -> dict[str, Any]:
        """A request as CloudFormation sends it."""
        named = {"StackId": "arn:of:stack", "RequestId": "r1", "LogicalResourceId": "Told"}
        return {"RequestType": kind, "ResponseURL": self.url, "ResourceType": "Custom::Release", **named}


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    """A server that takes answers."""
    found = CloudFormation("")

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            assert not self.headers.get("Content-Type")  # none was signed
            found.answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/secret"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def world(start, s3, dynamodb) -> ControlWorld:
    """The functions over tables that a deployment has just made: nothing is in them."""
    world = ControlWorld(start, s3, dynamodb)
    for index in range(control_items.COPIES):
        remove_copy(world, index)
    dynamodb.delete_item(TableName="control", Key=served_items.KEY)
    return world


def remove_copy(world: ControlWorld, index: int) -> None:
    """Delete a copy of the control document."""
    world.dynamodb.delete_item(TableName="control", Key=control_items.key(control_items.copy_id(index)))


def served(world: ControlWorld) -> Served:
    """What is published."""
    return served_items.decode(world.dynamodb.get_item(TableName="control", Key=served_items.KEY)["Item"])


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_deployment_writes_that_nothing_was_promoted_and_what_it_computes(world, cloudformation, kind):
    """Also the update to the first release that tells."""
    world.call("release", cloudformation.event(kind))
    assert world.is_untouched()
    assert served(world) == Served.by(load_manifest())
    (answer,) = cloudformation.answers
    assert (answer["Status"], answer["PhysicalResourceId"], answer["LogicalResourceId"]) == ("SUCCESS", "release", "Told")


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_later_deployment_replaces_no_document(world, cloudformation, kind):
    """What is in production stays there; what is served is told anew."""
    world.call("release", cloudformation.event("Create"))
    world.promote("v1")
    world.dynamodb.put_item(
        TableName="control", Item=served_items.encode(Served(manifest_version="old", features={"amount": "other"}))
    )
    world.call("release", cloudformation.event(kind))
    assert {copy.production.version for copy in world.copies()} == {"v1"}
    assert served(world) == Served.by(load_manifest())


def test_a_copy_that_is_gone_is_not_replaced_by_the_first_document(world, cloudformation):
    """Beside the others it would say that nothing was ever promoted."""
    world.call("release", cloudformation.event("Create"))
    world.promote("v1")
    remove_copy(world, 2)
    world.call("release", cloudformation.event("Update"))
    stored = [item["control_id"]["S"] for item in world.dynamodb.scan(TableName="control")["Items"]]
    assert sorted(stored) == ["copy#0", "copy#1", "copy#3", "served"]


def test_copies_that_are_all_gone_are_written_again_as_the_ledger_knows_them(world, caplog):
    """By the next deployment, or by whoever calls the function; fallback and all, and told in the log."""
    world.call("release", {})
    for version in ("v1", "v2", "v3"):
        world.promote(version)
    world.roll_back()
    before = world.copies()
    for index in range(control_items.COPIES):
        remove_copy(world, index)
    status, problem = world.ask("GET /v1/production")
    assert (status, "call its function control.release" in problem["detail"]) == (500, True)
    world.call("release", {})
    assert world.copies() == before
    assert "revision 4 is written, light/v2 serves" in caplog.text


def test_an_entry_of_an_earlier_release_tells_production_alone(world):
    """It does not hold the document that it left."""
    world.call("release", {})
    world.promote("v1")
    (entry,) = world.ledger()
    del entry["control"]
    key = {"ledger": {"S": "promotions"}, "revision": {"N": "1"}}
    world.dynamodb.put_item(TableName="ledger", Item={**key, "document": {"S": json.dumps(entry)}})
    for index in range(control_items.COPIES):
        remove_copy(world, index)
    world.call("release", {})
    assert {(copy.revision, copy.production.version, copy.fallback) for copy in world.copies()} == {(1, "v1", None)}


def test_taking_the_resource_away_leaves_everything(world, cloudformation):
    """The tables outlive their stack too."""
    world.call("release", cloudformation.event("Create"))
    world.call("release", cloudformation.event("Delete"))
    assert world.copies() == [ControlDocument()] * control_items.COPIES
    assert served(world)
    assert [answer["Status"] for answer in cloudformation.answers] == ["SUCCESS"] * 2


def test_a_failure_is_answered_with_its_class_so_that_the_stack_does_not_wait(world, cloudformation, dynamodb):
    """An hour, else; and without a foreign error's text."""
    dynamodb.delete_table(TableName="control")
    world.call("release", cloudformation.event("Create"))
    (answer,) = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert "ResourceNotFoundException" in answer["Reason"]
    assert "Requested resource not found" not in answer["Reason"]


def test_an_answer_that_is_not_taken_fails_the_call_and_does_not_tell_the_address(world, cloudformation):
    """Lambda tries an event again that ends so."""
    cloudformation.status = 403
    with pytest.raises(Exception, match=UnansweredError.__name__) as failure:
        world.call("release", cloudformation.event("Create"))
    assert "secret" not in str(failure.value)
