"""An alarm takes a canary away, and a fresh promotion back; loudly, once, and never to the rules."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta

import pytest
from aws_world import golden
from bundle_world import bundle, put_bundle
from control_world import ControlWorld
from models_world import CANARY, promoted_twice

from greenfraud.errors import NotFound, UnknownCaller

RINGING = golden("cloudwatch_alarm")
NEVER = timedelta(days=9)  # how long an alarm has been quiet that hardly ever rings


@pytest.fixture
def world(start, s3, dynamodb):
    """Two promotions, the second of which serves."""
    return promoted_twice(start, s3, dynamodb)


def alarm(metric="ArmDegraded", state="ALARM", *, after=timedelta(minutes=20), seconds=900, periods=1, quiet=NEVER):
    """The alarm as CloudWatch tells it: on a metric, so long after all that was changed, on so many periods, quiet before."""
    event = copy.deepcopy(RINGING)
    rang = datetime.now(UTC) + after
    event["alarmData"]["state"] |= {
        "value": state,
        "timestamp": told(rang),
        "reasonData": json.dumps({"period": seconds, "recentDatapoints": [0.21] * periods}),
    }
    event["alarmData"]["previousState"]["timestamp"] = told(rang - quiet)
    measured = event["alarmData"]["configuration"]["metrics"][1]["metricStat"]
    measured["metric"]["name"], measured["period"] = metric, seconds
    return event


def told(moment):
    """A moment as CloudWatch writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "+0000")


def about_all(**changes):
    """The alarm about the answers of one minute, whoever gave them."""
    return alarm("Degraded", **{"seconds": 60, **changes})


def try_canary(world, version="v3"):
    """Let a canary answer some customers."""
    put_bundle(world.s3, bundle(version))
    status, body = world.ask(CANARY, {"percent": 5, "model": f"light/{version}", "reason": "try", "confirmed": True})
    assert status == 200, body


def take_canary_away(world):
    """As a person does."""
    status, body = world.ask(CANARY, {"percent": 0, "model": "off", "reason": "enough"})
    assert status == 200, body


def test_a_ringing_alarm_takes_the_canary_away_under_its_own_name(world):
    """The ledger names it, says that nobody decided, and on which figures."""
    try_canary(world)
    assert world.call("guard", alarm()) == {"done": "canary off"}
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
    world.call("guard", alarm())
    assert world.call("guard", alarm()) == {"done": "nothing"}
    assert (world.in_production(), len(world.ledger())) == ("v2", 4)


def test_an_alarm_about_all_answers_takes_a_fresh_promotion_back(world):
    """To the model that stood before."""
    assert world.call("guard", about_all()) == {"done": "rolled back"}
    assert world.in_production() == "v1"
    assert world.ledger()[-1]["verb"] == "rollback"
    assert world.call("guard", about_all()) == {"done": "nothing"}  # what was put back is no promotion


def test_an_alarm_about_all_answers_takes_a_canary_and_a_fresh_promotion_away(world):
    """It does not call again while it rings, and either may be to blame."""
    try_canary(world)
    assert world.call("guard", about_all()) == {"done": "rolled back"}
    assert (world.copies()[0].canary, world.in_production()) == (None, "v1")


def test_an_alarm_about_all_answers_takes_only_the_canary_where_production_has_stood_for_a_day(world):
    """Something else has happened to production since: a person decides."""
    try_canary(world)
    assert world.call("guard", about_all(after=timedelta(days=1, minutes=1))) == {"done": "canary off"}
    assert world.in_production() == "v2"


def test_a_promotion_that_has_stood_for_a_day_is_not_taken_back(world):
    """Something else has happened since: a person decides."""
    assert world.call("guard", about_all(after=timedelta(days=1, minutes=1))) == {"done": "nothing"}
    assert world.in_production() == "v2"


def test_a_canary_is_not_judged_by_the_figures_of_another_one_within_the_same_minutes(world, caplog):
    """A was bad and is gone, B came two minutes before the alarm; once its minutes are all B's, it counts."""
    try_canary(world, "v3")
    take_canary_away(world)
    try_canary(world, "v4")
    assert world.call("guard", alarm(after=timedelta(minutes=2))) == {"done": "nothing"}
    assert world.copies()[0].canary.version == "v4"
    assert "rang on minutes that are not those of the canary light/v4: it stays" in caplog.text
    assert world.call("guard", alarm(after=timedelta(minutes=16))) == {"done": "canary off"}


def test_a_canary_that_came_two_minutes_ago_is_judged_by_its_own_figures(world):
    """There was no other: an alarm that waited for a quarter of an hour would ring once, for nobody."""
    try_canary(world)
    assert world.call("guard", alarm(after=timedelta(minutes=2))) == {"done": "canary off"}


def test_a_canary_is_not_judged_by_what_it_did_beside_another_production(world):
    """The other side of the comparison was another one."""
    try_canary(world)
    world.promote("v4")
    try_canary(world)
    assert world.call("guard", alarm(after=timedelta(minutes=2))) == {"done": "nothing"}


def test_a_promotion_is_not_taken_back_for_the_minutes_of_what_stood_before(world, caplog):
    """The alarm has rung and stopped all the time: what was promoted may be the fix."""
    assert world.call("guard", about_all(after=timedelta(seconds=20), quiet=timedelta(minutes=5))) == {"done": "nothing"}
    assert world.in_production() == "v2"
    assert "rang on minutes that are not those of what was promoted at" in caplog.text


def test_a_promotion_after_the_oldest_of_three_periods_is_not_taken_back(world):
    """Answers were slow before it, for a whole period or two; what came within the oldest is to blame for the others."""
    slow = {"seconds": 300, "periods": 3}
    assert world.call("guard", about_all(after=timedelta(minutes=4), **slow)) == {"done": "nothing"}
    assert world.call("guard", about_all(after=timedelta(minutes=6), **slow)) == {"done": "nothing"}
    assert world.call("guard", about_all(after=timedelta(minutes=11), **slow)) == {"done": "rolled back"}


def test_a_promotion_that_makes_a_quiet_alarm_ring_at_once_is_taken_back(world):
    """It broke everything in its first minute; an alarm goes on ringing, and calls nobody a second time."""
    assert world.call("guard", about_all(after=timedelta(seconds=20))) == {"done": "rolled back"}


@pytest.mark.parametrize("late", [alarm, about_all])
def test_an_alarm_that_is_told_late_touches_nothing_that_came_after_it(world, late):
    """Lambda asks again what failed, for hours."""
    try_canary(world)
    assert world.call("guard", late(after=-timedelta(minutes=30))) == {"done": "nothing"}
    assert (world.copies()[0].canary.version, world.in_production()) == ("v3", "v2")


def test_where_what_stood_before_cannot_be_put_back_the_canary_goes_all_the_same(world):
    """Its bundle is gone: the fault is raised, so that somebody hears of it, and asked again it is still the same."""
    try_canary(world)
    world.s3.delete_object(Bucket="artifacts", Key="models/light/v1/manifest.json")
    for _ in range(2):
        with pytest.raises(NotFound, match=r"models/light/v1/manifest\.json"):
            world.call("guard", about_all())
        assert (world.copies()[0].canary, world.in_production()) == (None, "v2")


def test_the_minutes_that_an_alarm_rang_on_begin_where_it_says(world):
    """CloudWatch looks at whole minutes, some time after them: what it saw began before its timestamp less its period."""
    try_canary(world, "v3")
    take_canary_away(world)
    try_canary(world, "v4")
    event = alarm(after=timedelta(minutes=15, seconds=30))
    data = json.loads(event["alarmData"]["state"]["reasonData"])
    event["alarmData"]["state"]["reasonData"] = json.dumps(data | {"startDate": told(datetime.now(UTC) - timedelta(seconds=30))})
    assert world.call("guard", event) == {"done": "nothing"}
    assert world.call("guard", alarm(after=timedelta(minutes=15, seconds=30))) == {"done": "canary off"}


def test_nothing_goes_back_to_the_rules_by_itself(start, s3, dynamodb, caplog):
    """A first model that is bad is still a person's to take away."""
    world = ControlWorld(start, s3, dynamodb)
    world.promote("v1")
    assert world.call("guard", about_all()) == {"done": "nothing"}
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


@pytest.mark.parametrize("lacking", ["timestamp", "period"])
def test_an_alarm_that_does_not_say_of_which_minutes_is_refused(world, lacking):
    """Nobody could tell whom they are about."""
    event = alarm()
    del {
        "timestamp": event["alarmData"]["state"],
        "period": event["alarmData"]["configuration"]["metrics"][1]["metricStat"],
    }[lacking][lacking]
    with pytest.raises(UnknownCaller, match=r"state\.timestamp and the period of a metricStat"):
        world.call("guard", event)
