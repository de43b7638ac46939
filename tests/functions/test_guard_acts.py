"""An alarm takes a canary away, and a fresh promotion back; loudly, once, and never to the rules."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

import pytest
from aws_world import golden
from bundle_world import bundle, put_bundle
from control_world import ControlWorld
from models_world import CANARY, promoted_twice

from functions.control.guard import guard as guarding
from greenfraud.errors import UnknownCaller

RINGING = golden("cloudwatch_alarm")


@pytest.fixture
def world(start, s3, dynamodb):
    """Two promotions, the second of which serves."""
    return promoted_twice(start, s3, dynamodb)


def alarm(metric="ArmDegraded", state="ALARM"):
    """The alarm as CloudWatch tells it, on another metric or in another state."""
    event = copy.deepcopy(RINGING)
    event["alarmData"]["state"]["value"] = state
    event["alarmData"]["configuration"]["metrics"][1]["metricStat"]["metric"]["name"] = metric
    return event


def try_canary(world):
    """Let a canary answer some customers."""
    put_bundle(world.s3, bundle("v3"))
    status, body = world.ask(CANARY, {"percent": 5, "model": "light/v3", "reason": "try", "confirmed": True})
    assert status == 200, body


def test_a_ringing_alarm_takes_the_canary_away_under_its_own_name(world):
    """The ledger names it, says that nobody decided, and on which figures."""
    try_canary(world)
    assert world.call("guard", RINGING) == {"done": "canary off"}
    assert (world.copies()[0].canary, world.in_production()) == (None, "v2")
    entry = world.ledger()[-1]
    assert (entry["verb"], entry["actor"]) == ("canary", RINGING["alarmArn"])
    first, second = entry["reasons"]
    assert first.startswith(
        "automatic: the alarm GreenFraud-Serving-GuardCanaryDegraded0A1B2C3D-XYZ rang: The canary is taken away"
    )
    assert "0.21" in second


def test_it_is_done_once(world):
    """CloudWatch may call twice, and production has done nothing wrong."""
    try_canary(world)
    world.call("guard", RINGING)
    assert world.call("guard", RINGING) == {"done": "nothing"}
    assert (world.in_production(), len(world.ledger())) == ("v2", 4)


def test_an_alarm_about_all_answers_takes_a_fresh_promotion_back(world):
    """To the model that stood before."""
    assert world.call("guard", alarm("Degraded")) == {"done": "rolled back"}
    assert world.in_production() == "v1"
    assert world.ledger()[-1]["verb"] == "rollback"
    assert world.call("guard", alarm("Degraded")) == {"done": "nothing"}  # what was put back is no promotion


def test_while_a_canary_answers_it_goes_first(world):
    """Whoever changed last is the first to be suspected; production stays."""
    try_canary(world)
    assert world.call("guard", alarm("Degraded")) == {"done": "canary off"}
    assert world.in_production() == "v2"


def test_a_promotion_that_has_stood_for_a_day_is_not_taken_back(world, monkeypatch):
    """Something else has happened since: a person decides."""
    world.call("guard", alarm(state="OK"))

    class Tomorrow(datetime):
        """A day and a minute later."""

        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=1, minutes=1)

    monkeypatch.setattr(guarding, "datetime", Tomorrow)
    assert world.call("guard", alarm("Degraded")) == {"done": "nothing"}
    assert world.in_production() == "v2"


def test_nothing_goes_back_to_the_rules_by_itself(start, s3, dynamodb, caplog):
    """A first model that is bad is still a person's to take away."""
    world = ControlWorld(start, s3, dynamodb)
    world.promote("v1")
    assert world.call("guard", alarm("Degraded")) == {"done": "nothing"}
    assert world.in_production() == "v1"
    assert "nothing but the rules stands behind" in caplog.text


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_an_alarm_that_does_not_ring_changes_nothing(world, state):
    """It may tell that, too."""
    try_canary(world)
    assert world.call("guard", alarm(state=state)) == {"done": "nothing"}
    assert world.copies()[0].canary is not None


@pytest.mark.parametrize("event", [{}, {"alarmArn": "x"}, {"alarmData": {}}, {"actor": "ada", "verb": "rollback"}])
def test_what_is_no_alarm_is_refused(world, event):
    """Whoever may call the function names nothing."""
    with pytest.raises(UnknownCaller, match="only an alarm"):
        world.call("guard", event)
    assert world.in_production() == "v2"


def test_fresh_is_told_by_utc():
    """The ledger's times are."""
    assert guarding.Guard.__dataclass_fields__["now"].default().tzinfo is UTC
