"""A run says who started it: a person, the schedule, or an alarm of drift; the plan, the ledger and the report keep it."""

from __future__ import annotations

import json

import pytest
from bundle_world import bundle, put_bundle
from control_world import EXECUTION, EXECUTION_ARN, ControlWorld, hold_lease

from greenfraud.errors import InvalidInput
from greenfraud.naming import evaluation_key

MOMENT = "2018-05-14T01:00:00Z"
ALARM, REASON = "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:Drift", "Threshold Crossed: 2.0 was greater than 0.0"


def test_whoever_says_nothing_is_a_person(plan):
    """The console and the command."""
    assert plan()["started_by"] == {"trigger": "person"}


@pytest.mark.parametrize("told", [{}, {"trigger": "schedule"}])
def test_a_start_for_a_moment_is_the_schedules_also_where_an_earlier_release_made_it(plan, told):
    """Its input did not name a trigger."""
    assert plan(scheduled_at=MOMENT, **told)["started_by"] == {"trigger": "schedule", "scheduled_at": MOMENT}


def test_an_alarm_of_drift_is_kept_with_its_words(plan):
    """Its name and figures, and the event's moment, by which a second delivery is known."""
    planned = plan(trigger="drift", alarm=ALARM, reason=REASON, scheduled_at=MOMENT)
    assert planned["started_by"] == {"trigger": "drift", "alarm": ALARM, "reason": REASON, "scheduled_at": MOMENT}
    assert planned["warnings"] == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"trigger": "gale"}, "trigger: 'gale' is unknown; choose from person, schedule, drift"),
        ({"trigger": 1}, "trigger: 1 is unknown"),
        ({"trigger": "drift", "reason": "x" * 1_024}, "reason: must be a text of at most 1023 characters"),
        ({"trigger": "drift", "alarm": ""}, "alarm: must be a text"),
    ],
)
def test_a_start_that_cannot_be_understood_names_the_field(plan, given, named):
    """Whoever wrote the rule's input sees what to change."""
    with pytest.raises(InvalidInput, match=named):
        plan(**given)


@pytest.mark.parametrize(
    ("started", "told"),
    [
        ({"trigger": "drift", "alarm": ALARM, "reason": REASON}, [f"started by drift: {ALARM}, {REASON}"]),
        ({"trigger": "person"}, ["started by a person"]),
        (None, []),
    ],
)
def test_the_ledger_says_who_started_the_execution_that_promoted(start, s3, dynamodb, started, told):
    """Behind the gate's reasons; an evaluation of an earlier release does not tell."""
    hold_lease(dynamodb, EXECUTION_ARN)
    world = ControlWorld(start, s3, dynamodb)
    put_bundle(s3, bundle("v1"))
    world.decide("v1")
    evaluation = {"production": None, "started_by": started}
    s3.put_object(Bucket="artifacts", Key=evaluation_key(EXECUTION), Body=json.dumps(evaluation))
    world.call("promote", {"execution_arn": world.execution_arn})
    (entry,) = world.ledger()
    assert entry["reasons"] == ["better", *told]
