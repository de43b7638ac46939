"""Production's key: what it encrypts, which services use it, and that no role gets more of it than it needs."""

from __future__ import annotations

import json

import pytest

USES = {"s3:GetObject": {"kms:Decrypt"}, "s3:PutObject": {"kms:Decrypt", "kms:GenerateDataKey"}}


@pytest.fixture
def prod(resources_of):
    """Finds production's resources of a type."""
    return lambda kind: resources_of("prod", kind)


def statements(policies, path):
    """The statements of one role's inline policy."""
    return policies[path]["Properties"]["PolicyDocument"]["Statement"]


def actions_of(statement):
    """A statement's actions as a set."""
    listed = statement["Action"]
    return {listed} if isinstance(listed, str) else set(listed)


def services_of(policy):
    """The services that a resource's policy names as allowed."""
    allowed = [one["Principal"] for one in policy["Statement"] if one["Effect"] == "Allow"]
    named = [who["Service"] for who in allowed if isinstance(who, dict) and "Service" in who]
    return {service for one in named for service in ([one] if isinstance(one, str) else one)}


def test_the_key_rotates_and_outlives_its_stack(prod):
    """What it encrypted outlives it too."""
    (key,) = prod("AWS::KMS::Key").values()
    assert key["Properties"]["EnableKeyRotation"] is True
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_everything_stored_is_encrypted_with_it(prod):
    """All but the access logs, which S3 delivers to no bucket with a key of ours."""
    for path, bucket in prod("AWS::S3::Bucket").items():
        (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        algorithm = rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"]
        assert algorithm == ("AES256" if path.endswith("AccessLogs") else "aws:kms"), path
    for table in prod("AWS::DynamoDB::Table").values():
        assert "KMSMasterKeyId" in table["Properties"]["SSESpecification"]
    for kind, name in {
        "AWS::Logs::LogGroup": "KmsKeyId",
        "AWS::SNS::Topic": "KmsMasterKeyId",
        "AWS::SQS::Queue": "KmsMasterKeyId",
    }.items():
        assert all(name in resource["Properties"] for resource in prod(kind).values()), kind


def test_alarms_events_and_logs_may_use_it_by_themselves_and_for_this_account_alone(prod):
    """Without CloudWatch no alarm would reach the encrypted topic, without EventBridge no letter a queue, without Logs no group."""
    (key,) = prod("AWS::KMS::Key").values()
    policy = key["Properties"]["KeyPolicy"]
    assert services_of(policy) == {"cloudwatch.amazonaws.com", "events.amazonaws.com", "logs.eu-north-1.amazonaws.com"}
    for statement in [one for one in policy["Statement"] if "Service" in one["Principal"]]:
        assert {"kms:Decrypt", "kms:GenerateDataKey"} <= actions_of(statement)
        assert "AWS::AccountId" in json.dumps(statement["Condition"])


@pytest.mark.parametrize("setting", ["prod", "private"])
def test_a_service_that_a_queue_or_the_topic_lets_send_may_use_the_key(resources_of, setting):
    """All of them are encrypted with it: what EventBridge gives up, say, would be lost otherwise."""
    kinds = ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
    policies = [policy["Properties"]["PolicyDocument"] for kind in kinds for policy in resources_of(setting, kind).values()]
    senders = {service for policy in policies for service in services_of(policy)}
    (key,) = resources_of(setting, "AWS::KMS::Key").values()
    assert "events.amazonaws.com" in senders
    assert senders <= services_of(key["Properties"]["KeyPolicy"])


def test_whoever_may_use_a_bucket_or_a_table_may_use_its_key_through_it(prod):
    """And no more: a right to the key alone opens nothing."""
    policies = prod("AWS::IAM::Policy")
    for path in policies:
        granted: dict[str, set[str]] = {}
        needed: dict[str, set[str]] = {}
        for statement in statements(policies, path):
            actions = actions_of(statement)
            if via := statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService"):
                granted.setdefault(via.split(".")[0], set()).update(actions)
            for action in actions:
                needed.setdefault("s3", set()).update(USES.get(action, set()))
                if action.startswith("dynamodb:") and action != "dynamodb:ListStreams" and "Stream" not in action:
                    needed.setdefault("dynamodb", set()).add("kms:Decrypt")
                if action == "secretsmanager:GetSecretValue":
                    needed.setdefault("secretsmanager", set()).add("kms:Decrypt")
                if action == "sqs:SendMessage":
                    needed.setdefault("sqs", set()).update(("kms:Decrypt", "kms:GenerateDataKey"))
        for service, uses in needed.items():
            assert uses <= granted.get(service, set()), f"{path} through {service}"
        assert granted.keys() <= {service for service, uses in needed.items() if uses}, path


def test_a_trial_has_no_key_to_pay_for(resources_of):
    """Encrypted all the same."""
    assert not resources_of("dev", "AWS::KMS::Key")
    assert "kms:" not in json.dumps(resources_of("dev", "AWS::IAM::Policy"))
