"""A drift alarm starts the pipeline: by a rule that hears this alarm ring, and may nothing else."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def rule(resources):
    """The rule's properties."""
    return resources("AWS::Events::Rule")["GreenFraud-Training/Drift/Rings"]["Properties"]


def test_one_sign_of_one_week_rings(resources):
    """Silence is no drift: most nights no week is looked at."""
    alarm = resources("AWS::CloudWatch::Alarm")["GreenFraud-Training/Drift/Found"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ("DriftSigns", "Maximum", 0)
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("GreaterThanThreshold", "notBreaching")


def test_the_rule_hears_this_alarm_ring_and_no_other(rule):
    """Nor that it clears."""
    pattern = rule["EventPattern"]
    assert pattern["detail"] == {"state": {"value": ["ALARM"]}}
    ((name, attribute),) = (one["Fn::GetAtt"] for one in pattern["resources"])
    assert (name.startswith("DriftFound"), attribute) == (True, "Arn")


def test_the_run_is_told_why_and_that_it_may_wait(rule):
    """The event's own moment makes two deliveries of it one start; what the event says is put in as JSON, not as text."""
    (target,) = rule["Targets"]
    paths, template = target["InputTransformer"]["InputPathsMap"], target["InputTransformer"]["InputTemplate"]
    for variable in paths:
        template = template.replace(f"<{variable}>", f'"{paths[variable]}"')
    assert json.loads(template) == {
        "trigger": "drift",
        "alarm": "$.resources[0]",
        "reason": "$.detail.state.reason",
        "scheduled_at": "$.time",
        "deadline": 12,
    }
    assert "DeadLetterConfig" in target


def test_whoever_starts_it_may_start_this_machine_alone(resources):
    """And read or change nothing."""
    (statement,) = (
        statement
        for policy in resources("AWS::IAM::Policy").values()
        if "DriftRuleRole" in json.dumps(policy["Properties"]["Roles"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    )
    assert (statement["Action"], statement["Effect"]) == ("states:StartExecution", "Allow")
    assert statement["Resource"]["Ref"].startswith("PipelineMachine")
