"""Permissions by exact action and prefix, each remembered with the line of ours that grants it.

CDK's own grants allow whole families of actions. What a construct of CDK grants by itself (log delivery, a stream's
source, an image's pull) is told by `granted` beside the line that makes it do so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from cdk.components.granted import granted
from cdk.components.keys import ENCRYPT, allow_key
from cdk.components.review import acknowledge, finding

# DynamoDB uses a table's key on behalf of whoever asks, readers and writers alike.
KEY_OF_TABLES = [*ENCRYPT, "kms:DescribeKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"]


def allow(
    role: iam.IRole, actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Mapping[str, Any]] | None = None
) -> None:
    """Lets `role` call these actions, named with their service, on these resources."""
    statement = iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
    role.add_to_principal_policy(statement)
    granted(role, actions, resources)


def allow_objects(role: iam.IRole, bucket: s3.IBucket, actions: Sequence[str], *keys: str) -> None:
    """Lets `role` call these actions on these object keys; one that ends in `/` stands for all below."""
    patterns = [f"{key}*" if key.endswith("/") else key for key in keys]
    allow(role, actions, [bucket.arn_for_objects(pattern) for pattern in patterns])
    # A large object is written in parts, and each part's key is read back.
    keyed = {"s3:GetObject": ["kms:Decrypt"], "s3:PutObject": ENCRYPT}
    allow_key(role, bucket.encryption_key, sorted({use for action in actions for use in keyed.get(action, [])}), service="s3")
    for pattern in patterns:
        if "*" in pattern:
            _acknowledge_prefix(role, bucket, pattern)


def allow_listing(role: iam.IRole, *buckets: s3.IBucket) -> None:
    """Lets `role` list, without which a missing object reads as a refused one."""
    allow(role, ["s3:ListBucket"], [bucket.bucket_arn for bucket in buckets])


def allow_items(role: iam.IRole, actions: Sequence[str], *tables: dynamodb.ITable) -> None:
    """Lets `role` call these DynamoDB actions, named without their service, on these tables."""
    allow(role, [f"dynamodb:{action}" for action in actions], [table.table_arn for table in tables])
    for key in {table.encryption_key for table in tables}:
        allow_key(role, key, KEY_OF_TABLES, service="dynamodb")


def _acknowledge_prefix(role: iam.IRole, bucket: s3.IBucket, pattern: str) -> None:
    """The review names a bucket of another stack by its export, which exists once the ARN is exported."""
    owner = Stack.of(bucket)
    is_ours = owner is Stack.of(role)
    export = finding(owner, bucket.bucket_arn if is_ours else owner.export_value(bucket.bucket_arn))
    reason = "Objects are named at run time; their prefix is the boundary."
    acknowledge(role, f"AwsSolutions-IAM5[Resource::{export}/{pattern}]", reason)
