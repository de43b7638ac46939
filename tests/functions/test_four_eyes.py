"""Where four eyes are asked for, nobody changes alone what serves; an emergency does, loudly."""

from __future__ import annotations

import copy

import pytest
from aws_world import golden
from control_world import PERSON, ControlWorld

ROLLBACK = "POST /v1/production/rollback"
EMERGENCY = "POST /v1/emergency/production/rollback"
APPROVE, WITHDRAW = "POST /v1/proposals/{number}/approve", "POST /v1/proposals/{number}/withdraw"
COLLEAGUE = "arn:aws:sts::123456789012:assumed-role/lead/bob"


@pytest.fixture
def world(start, s3, dynamodb, monkeypatch):
    """Two promotions, and a deployment that asks for a second person."""
    monkeypatch.setenv("FOUR_EYES", "on")
    world = ControlWorld(start, s3, dynamodb)
    world.promote("v1")
    world.promote("v2")
    return world


def ask(world, route, caller=PERSON, number=None, reason="precision fell"):
    """The answer to somebody's signed request."""
    context = copy.deepcopy(golden("api_gateway_rollback")["requestContext"])
    context["authorizer"]["iam"]["userArn"] = caller
    path = {} if number is None else {"pathParameters": {"number": str(number)}}
    return world.ask(route, {"reason": reason}, requestContext=context, **path)


def proposed(world):
    """The number of a rollback that somebody proposed."""
    status, body = ask(world, ROLLBACK)
    assert status == 202
    return body["proposal"]["number"]


def test_a_rollback_is_proposed_and_changes_nothing(world):
    """It is listed with who proposed it, why, and on what."""
    number = proposed(world)
    assert world.in_production() == "v2"
    _, body = world.ask("GET /v1/proposals")
    (listed,) = body["proposals"]
    assert body["four_eyes"] is True
    assert (listed["number"], listed["status"], listed["proposer"], listed["revision"]) == (number, "open", PERSON, 2)


def test_somebody_else_approves_it_and_the_ledger_names_both(world):
    """Once."""
    number = proposed(world)
    status, body = ask(world, APPROVE, COLLEAGUE, number, "I see it too")
    assert (status, body["production"]["version"]) == (200, "v1")
    entry = world.ledger()[-1]
    assert (entry["actor"], entry["proposed_by"], entry["proposal"]) == (COLLEAGUE, PERSON, number)
    assert entry["reasons"] == ["precision fell (approved: I see it too)"]
    status, body = ask(world, APPROVE, COLLEAGUE, number)
    assert (status, body["detail"]) == (409, f"proposal {number} is already applied, by {COLLEAGUE}")
    assert world.in_production() == "v1"


@pytest.mark.parametrize("session", ["ada", "bob"])
def test_who_proposed_it_cannot_approve_it(world, session):
    """Under no name of a session that the role's holder chose."""
    number = proposed(world)
    role = PERSON.rpartition("/")[0]
    status, body = ask(world, APPROVE, f"{role}/{session}", number)
    assert status == 403
    assert body["detail"].startswith(f"proposal {number} is by {PERSON}: somebody else approves it")
    assert world.in_production() == "v2"


def test_a_name_that_a_caller_chose_for_himself_neither_proposes_nor_approves(world):
    """A user makes any federated name by himself."""
    number = proposed(world)
    made_up = "arn:aws:sts::123456789012:federated-user/bob"
    assert [ask(world, route, made_up, number)[0] for route in (APPROVE, ROLLBACK)] == [403, 403]
    assert world.in_production() == "v2"


def test_a_proposal_is_void_once_something_else_changed(world):
    """Its rollback would put back another model than was meant."""
    number = proposed(world)
    world.promote("v3")
    status, body = ask(world, APPROVE, COLLEAGUE, number)
    assert (status, world.in_production()) == (409, "v3")
    assert "made at revision 2, and production is at 3 now" in body["detail"]


def test_a_withdrawn_proposal_is_not_approved(world):
    """Who withdraws, and why, is kept."""
    number = proposed(world)
    status, body = ask(world, WITHDRAW, PERSON, number, "it was the feed")
    assert (status, body["proposal"]["closing_reason"]) == (200, "it was the feed")
    assert ask(world, APPROVE, COLLEAGUE, number)[0] == 409
    assert world.in_production() == "v2"


def test_an_emergency_asks_nobody_and_is_loud(world, capsys):
    """The entry says so, and a metric rings."""
    status, body = ask(world, EMERGENCY)
    assert (status, body["production"]["version"]) == (200, "v1")
    assert world.ledger()[-1]["is_emergency"] is True
    assert '"EmergencyChange": 1' in capsys.readouterr().out


def test_the_pipeline_needs_nobody(world):
    """The gate's decision is the second pair of eyes."""
    world.promote("v3")
    assert world.in_production() == "v3"
    assert world.ledger()[-1]["proposal"] is None


@pytest.mark.parametrize(("number", "status"), [("x", 422), ("", 422), ("-1", 422), ("9" * 10, 422), ("7", 404)])
def test_a_number_that_names_no_proposal_is_refused(world, number, status):
    """By its field, or as not found."""
    assert ask(world, APPROVE, COLLEAGUE, number)[0] == status


def test_a_refused_change_leaves_its_proposal_open(world, s3):
    """The bundle to go back to is gone: nothing is changed, and the proposal waits."""
    number = proposed(world)
    s3.delete_object(Bucket="artifacts", Key="models/light/v1/manifest.json")
    assert ask(world, APPROVE, COLLEAGUE, number)[0] == 404
    _, body = world.ask("GET /v1/proposals")
    assert body["proposals"][0]["status"] == "open"
