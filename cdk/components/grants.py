"""Permissions by exact action and prefix, each remembered with the line of ours that grants it.

CDK's own grants allow whole families of actions. What a construct of CDK grants by itself (log delivery, a stream's
source, an image's pull) is told by `granted` beside the line that makes it do so.

Every grant is metadata of the role's construct. It lands in `cdk.out/<stack>.metadata.json` under the role's path, never
in the template, as one entry per call:

    {"type": "greenfraud:granted",
     "data": {"actions": ["s3:GetObject"],      # a managed policy stands as policy:<name>
              "resources": [...],               # as the template has them: text, or Fn::Join, Fn::GetAtt, Fn::ImportValue
              "at": "cdk/stacks/serving.py:97"}}  # relative to the repository
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from cdk.components.review import acknowledge, finding
from cdk.components.source import ROOT

GRANTED = "greenfraud:granted"


def allow(
    role: iam.IRole, actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Mapping[str, Any]] | None = None
) -> None:
    """Lets `role` call these actions, named with their service, on these resources."""
    statement = iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
    role.add_to_principal_policy(statement)
    granted(role, actions, resources)


def granted(role: iam.IRole, actions: Sequence[str], resources: Sequence[str]) -> None:
    """Remembers what `role` was granted here, be it by `allow` or by a construct of CDK."""
    role.node.add_metadata(GRANTED, {"actions": list(actions), "resources": list(resources), "at": _line_of_caller()})


def allow_objects(role: iam.IRole, bucket: s3.IBucket, actions: Sequence[str], *keys: str) -> None:
    """Lets `role` call these actions on these object keys; one that ends in `/` stands for all below."""
    patterns = [f"{key}*" if key.endswith("/") else key for key in keys]
    allow(role, actions, [bucket.arn_for_objects(pattern) for pattern in patterns])
    for pattern in patterns:
        if "*" in pattern:
            _acknowledge_prefix(role, bucket, pattern)


def allow_listing(role: iam.IRole, *buckets: s3.IBucket) -> None:
    """Lets `role` list, without which a missing object reads as a refused one."""
    allow(role, ["s3:ListBucket"], [bucket.bucket_arn for bucket in buckets])


def allow_items(role: iam.IRole, actions: Sequence[str], *tables: dynamodb.ITable) -> None:
    """Lets `role` call these DynamoDB actions, named without their service, on these tables."""
    allow(role, [f"dynamodb:{action}" for action in actions], [table.table_arn for table in tables])


def _acknowledge_prefix(role: iam.IRole, bucket: s3.IBucket, pattern: str) -> None:
    """The review names a bucket of another stack by its export, which exists once the ARN is exported."""
    owner = Stack.of(bucket)
    export = finding(owner, owner.export_value(bucket.bucket_arn))
    reason = "Objects are named at run time; their prefix is the boundary."
    acknowledge(role, f"AwsSolutions-IAM5[Resource::{export}/{pattern}]", reason)


def _line_of_caller() -> str:
    """File and line of the first frame outside of this module."""
    frame = sys._getframe()  # noqa: SLF001  inspect.stack would read every file on the way
    while frame.f_back is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    file = Path(frame.f_code.co_filename).resolve()
    place = file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else file.name
    return f"{place}:{frame.f_lineno}"
