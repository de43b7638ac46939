"""What takes a canary away by itself, and a fresh promotion back."""

from __future__ import annotations

import json

import pytest

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


# What both sides did in a quarter of an hour: the canary's sum and payments, production's sum and payments, and whether it rings.
QUARTERS = [
    ("CanaryDegraded", (500, 500), (0, 10_000), True),  # it cannot be loaded: production answers in its place
    ("CanaryDegraded", (30, 500), (0, 10_000), True),
    ("CanaryDegraded", (20, 500), (0, 10_000), False),
    ("CanaryDegraded", (500, 500), (10_000, 10_000), False),  # all answers are: not the canary's fault
    ("CanaryDegraded", (199, 199), (0, 10_000), False),
    ("CanaryDegraded", (500, 500), (0, 199), False),
    ("CanaryAlerts", (45, 500), (200, 10_000), True),  # 9 % against 2 %
    ("CanaryAlerts", (26, 200), (10, 200), False),  # 13 % against 5 %: of so few, chance
    ("CanaryAlerts", (30, 500), (200, 10_000), False),
    ("CanaryAlerts", (0, 1_100), (200, 10_000), True),  # none where production would have had 22
    ("CanaryAlerts", (0, 900), (200, 10_000), False),  # none where it would have had 18: perhaps chance
    ("CanaryAlerts", (60, 10_000), (4_000, 200_000), True),  # 0.6 % against 2 %
    ("CanaryAlerts", (120, 10_000), (4_000, 200_000), False),
    ("CanaryAlerts", (0, 100_000), (15, 300), False),  # a canary of nearly everybody: production's few say little
    ("CanaryAlerts", (0, 100_000), (25, 300), True),
    ("CanaryAlerts", (0, 100_000), (0, 100_000), False),  # nobody finds anything
    ("CanaryAlerts", (199, 199), (0, 10_000), False),
    ("CanaryAlerts", (0, 10_000), (199, 199), False),
    ("CanaryShift", (80.0, 500), (200.0, 10_000), True),  # a mean of 0.16 against 0.02
    ("CanaryShift", (50.0, 500), (200.0, 10_000), False),
    ("CanaryShift", (175.0, 500), (5_000.0, 10_000), True),  # 0.35 against 0.5
    ("CanaryShift", (225.0, 500), (5_000.0, 10_000), False),
    ("CanaryShift", (0.1, 1_100), (200.0, 10_000), True),  # it finds no fraud at all where 22 were expected
    ("CanaryShift", (0.1, 900), (200.0, 10_000), False),
    ("CanaryShift", (0.0, 10_000), (0.0, 10_000), False),
    ("CanarySlow", (13_000, 500), (40_000, 10_000), True),  # 26 ms against 4
    ("CanarySlow", (6_000, 500), (40_000, 10_000), False),
    *((name, (None, None), (100, 10_000), False) for name in CANARY),  # nobody drew it: it harms nobody
    *((name, (100, 1_000), (None, None), False) for name in CANARY),
]


@pytest.mark.parametrize(("name", "canary", "production", "rings"), QUARTERS)
def test_an_alarm_of_a_canary_rings_where_it_does_harm_in_either_direction(resources_of, name, canary, production, rings):
    """The expression as it is deployed, computed as the embedded AWS does, on enough payments of both sides."""
    from local.monitoring.metric_math import compute

    found = alarms(resources_of("dev", "AWS::CloudWatch::Alarm"))[name]
    assert (found["ComparisonOperator"], found["TreatMissingData"]) == ("GreaterThanThreshold", "notBreaching")
    (expression,) = [one["Expression"] for one in found["Metrics"] if "Expression" in one]
    figure = compute(expression, dict(zip(("c", "c_n", "p", "p_n"), (*canary, *production), strict=True)))
    assert (figure is not None and figure > found["Threshold"]) is rings


def test_both_sides_of_a_comparison_are_sums_of_the_same_quarter_of_an_hour(resources_of):
    """Each expression's ids are what their names say."""
    found = alarms(resources_of("dev", "AWS::CloudWatch::Alarm"))
    for name, metric in zip(CANARY, ("ArmDegraded", "ArmAlerts", "ArmProbability", "ArmMilliseconds"), strict=True):
        measured = {one["Id"]: one["MetricStat"] for one in found[name]["Metrics"] if "MetricStat" in one}
        assert {
            id_: (stat["Metric"]["MetricName"], stat["Metric"]["Dimensions"][0]["Value"]) for id_, stat in measured.items()
        } == {
            "c": (metric, "canary"),
            "c_n": ("ArmDecisions", "canary"),
            "p": (metric, "production"),
            "p_n": ("ArmDecisions", "production"),
        }
        assert {(stat["Stat"], stat["Period"]) for stat in measured.values()} == {("Sum", 900)}


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
