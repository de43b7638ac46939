"""What takes a canary away by itself, and a fresh promotion back."""

from __future__ import annotations

import json

CANARY = ("CanaryDegraded", "CanaryAlerts", "CanaryShift", "CanarySlow")


def alarms(resources):
    """Every alarm by the end of its construct's path."""
    return {one["Metadata"]["aws:cdk:path"].split("/")[-2]: one["Properties"] for one in resources.values()}


def acts(alarm):
    """Whether the alarm calls the guard, beside the topic that tells people."""
    return "GuardActFunction" in json.dumps(alarm["AlarmActions"])


def test_every_alarm_of_a_canary_calls_the_guard_and_people(resources_of):
    """Shares, of enough payments."""
    found = alarms(resources_of("dev", "AWS::CloudWatch::Alarm"))
    for name in CANARY:
        assert acts(found[name]), name
        assert len(found[name]["AlarmActions"]) == 2
        (expression,) = [one["Expression"] for one in found[name]["Metrics"] if "Expression" in one]
        assert expression.startswith("IF(c_n >= 200, ")


def test_answers_take_a_promotion_back_only_where_the_deployment_asks_for_it(resources_of):
    """A trial may play with faults."""
    answers = {"ServerErrorShare", "DegradedShare", "Slow"}
    for stage, expected in (("dev", set()), ("prod", answers)):
        found = alarms(resources_of(stage, "AWS::CloudWatch::Alarm"))
        assert {name for name, alarm in found.items() if acts(alarm)} - set(CANARY) == expected


def test_only_these_alarms_may_call_the_guard(resources_of):
    """Each permission names its alarm and the account."""
    for stage, count in (("dev", 4), ("prod", 7)):
        permissions = [one["Properties"] for one in resources_of(stage, "AWS::Lambda::Permission").values()]
        guard = [one for one in permissions if "GuardActFunction" in json.dumps(one["FunctionName"])]
        assert len(guard) == count
        assert {one["Principal"] for one in guard} == {"lambda.alarms.cloudwatch.amazonaws.com"}
        assert all("SourceArn" in one and "SourceAccount" in one for one in guard)


def test_where_nothing_is_taken_back_the_guard_reads_no_model(resources_of):
    """It only takes a canary's name out of the document."""
    for stage, expected in (("dev", False), ("prod", True)):
        policies = [one for one in resources_of(stage, "AWS::IAM::Policy").values() if "GuardActRole" in json.dumps(one)]
        assert ("models/" in json.dumps(policies)) is expected
