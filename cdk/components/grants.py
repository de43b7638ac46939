"""Permissions by exact action and prefix; CDK's own grants allow whole families of actions."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from cdk.components.review import acknowledge, finding


def allow_objects(role: iam.Role, bucket: s3.IBucket, actions: Sequence[str], *keys: str) -> None:
    """Lets `role` call these actions on these object keys; one that ends in `/`, or is empty, stands for all below."""
    patterns = [f"{key}*" if key.endswith("/") or not key else key for key in keys]
    resources = [bucket.arn_for_objects(pattern) for pattern in patterns]
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=resources))
    for pattern in patterns:
        if pattern.endswith("*"):
            _acknowledge_prefix(role, bucket, pattern)


def allow_listing(role: iam.Role, *buckets: s3.IBucket) -> None:
    """Lets `role` list, without which a missing object reads as a refused one."""
    resources = [bucket.bucket_arn for bucket in buckets]
    role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=resources))


def allow_items(role: iam.Role, actions: Sequence[str], *tables: dynamodb.ITable) -> None:
    """Lets `role` call these DynamoDB actions, named without their service, on these tables."""
    resources = [table.table_arn for table in tables]
    role.add_to_policy(iam.PolicyStatement(actions=[f"dynamodb:{action}" for action in actions], resources=resources))


def _acknowledge_prefix(role: iam.Role, bucket: s3.IBucket, pattern: str) -> None:
    """The review names a bucket of another stack by its export, which exists once the ARN is exported."""
    owner = Stack.of(bucket)
    is_ours = owner is Stack.of(role)
    export = finding(owner, bucket.bucket_arn if is_ours else owner.export_value(bucket.bucket_arn))
    reason = "Objects are named at run time; their prefix is the boundary."
    acknowledge(role, f"AwsSolutions-IAM5[Resource::{export}/{pattern}]", reason)
