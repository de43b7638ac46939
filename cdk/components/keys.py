"""A key of one's own for everything that is stored: what it encrypts, and which services may use it by themselves.

One key serves all: it costs a dollar a month, and whoever may use it can still read nothing without the right to the bucket, table
or queue. Its policy leaves our roles to IAM, where `cdk.components.grants` allows each what it needs and through which service.
"""

from __future__ import annotations

from typing import Any

import jsii
from aws_cdk import Aspects, IAspect, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct, IConstruct

from cdk.components.granted import granted

ENCRYPT = ["kms:Decrypt", "kms:GenerateDataKey"]
SENDERS = ("cloudwatch.amazonaws.com", "events.amazonaws.com")


class Keys(Construct):
    """The key, rotated every year; kept when its stack goes, because what it encrypted is kept too."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.key = kms.Key(
            self,
            "Key",
            description="GreenFraud: tables, buckets, queues, alerts and logs",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        for statement in (*(_service_sends(self, sender) for sender in SENDERS), _logs_are_written(self)):
            self.key.add_to_resource_policy(statement)
        Aspects.of(scope.node.root).add(_EncryptedWords(self.key))


@jsii.implements(IAspect)
class _EncryptedWords:
    """Log groups, topics and queues, whichever construct makes them: none can be forgotten."""

    def __init__(self, key: kms.Key) -> None:
        self._key = key

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, logs.CfnLogGroup):
            node.kms_key_id = self._key.key_arn
        elif isinstance(node, sns.CfnTopic):
            node.kms_master_key_id = self._key.key_arn
        elif isinstance(node, sqs.CfnQueue):
            node.kms_master_key_id, node.sqs_managed_sse_enabled = self._key.key_arn, False


def _service_sends(scope: Construct, service: str) -> iam.PolicyStatement:
    """CloudWatch encrypts what it sends to the topic, EventBridge what it sends to a queue: events, or dead letters."""
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal(service)],
        actions=ENCRYPT,
        resources=["*"],  # this key: it is the key's own policy
        conditions={"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}},
    )


def _logs_are_written(scope: Construct) -> iam.PolicyStatement:
    """CloudWatch Logs encrypts every group of this account and region that names the key."""
    stack = Stack.of(scope)
    groups = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:*"
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
        actions=[*ENCRYPT, "kms:Encrypt", "kms:DescribeKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"],
        resources=["*"],
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )


def of_bucket(key: kms.IKey | None) -> dict[str, Any]:
    """The encryption of a bucket; a key of the bucket's own, made from ours, spares a call of KMS per object."""
    if key is None:
        return {"encryption": s3.BucketEncryption.S3_MANAGED}
    return {"encryption": s3.BucketEncryption.KMS, "encryption_key": key, "bucket_key_enabled": True}


def of_table(key: kms.IKey | None) -> dict[str, Any]:
    """The encryption of a table."""
    if key is None:
        return {"encryption": dynamodb.TableEncryption.AWS_MANAGED}
    return {"encryption": dynamodb.TableEncryption.CUSTOMER_MANAGED, "encryption_key": key}


def allow_key(role: iam.IRole, key: kms.IKey | None, actions: list[str], *, service: str) -> None:
    """Lets `role` use the key where there is one, for these actions and only through `service`, such as s3."""
    if key is not None and actions:
        via = f"{service}.{Stack.of(role).region}.amazonaws.com"
        statement = iam.PolicyStatement(
            actions=actions, resources=[key.key_arn], conditions={"StringEquals": {"kms:ViaService": via}}
        )
        role.add_to_principal_policy(statement)
        granted(role, actions, [key.key_arn])
