"""What holds in every setting: reviewed, alarmed, forgetting; and who counts what was accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

EVERY = ("dev", "prod", "private")
ACKNOWLEDGED = {"dev": 197, "prod": 199, "private": 210}
ALARMS = {"dev": 46, "prod": 46, "private": 48}  # a webhook has two of its own
# The CDK accepts it itself, wherever a network is asked for its zones.
OF_THE_CDK = {("GreenFraud-Network", "CloudFormation-Validate::W3010")}
RETENTION = {"dev": 30, "prod": 90, "private": 90}


def acknowledgements(assembly):
    """Construct path and rule of each finding that is accepted."""
    for file in Path(assembly.directory).glob("*.metadata.json"):
        for path, entries in json.loads(file.read_text(encoding="utf-8")).items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    yield from ((path.strip("/"), rule) for rule in entry["data"])


@pytest.mark.parametrize("setting", EVERY)
def test_every_accepted_finding_is_counted_and_none_is_accepted_for_a_whole_stack(assembly_of, setting):
    """One more is a visible diff; a construct inside a stack is the widest place for a reason."""
    accepted = set(acknowledgements(assembly_of(setting))) - OF_THE_CDK
    assert len(accepted) == ACKNOWLEDGED[setting]
    assert not [path for path, _ in accepted if "/" not in path]


@pytest.mark.parametrize("setting", EVERY)
def test_every_setting_has_the_same_alarms_and_all_its_logs_forget(resources_of, setting):
    """A trial is watched as production is."""
    assert len(resources_of(setting, "AWS::CloudWatch::Alarm")) == ALARMS[setting]
    groups = resources_of(setting, "AWS::Logs::LogGroup").values()
    assert {group["Properties"]["RetentionInDays"] for group in groups} == {RETENTION[setting]}


@pytest.mark.parametrize("setting", EVERY)
def test_no_policy_of_a_role_names_actions_by_a_star(resources_of, setting):
    """The CDK's own grants on keys would."""
    for path, policy in resources_of(setting, "AWS::IAM::Policy").items():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert "*" not in json.dumps(statement["Action"]), path


def test_only_production_keeps_executions_for_scoring(resources_of):
    """A new account has none to keep."""
    kept = {
        setting: {
            path: function["Properties"]["ReservedConcurrentExecutions"]
            for path, function in resources_of(setting, "AWS::Lambda::Function").items()
            if "ReservedConcurrentExecutions" in function["Properties"]
        }
        for setting in ("dev", "prod")
    }
    assert kept == {"dev": {}, "prod": {"GreenFraud-Serving/Score/Function": 100}}


def test_whoever_is_named_is_subscribed_to_the_alarms(resources_of):
    """Nobody is unless an address is given."""
    (subscription,) = resources_of("private", "AWS::SNS::Subscription").values()
    assert (subscription["Properties"]["Protocol"], subscription["Properties"]["Endpoint"]) == ("email", "on-call@example.com")
    assert not resources_of("dev", "AWS::SNS::Subscription")
