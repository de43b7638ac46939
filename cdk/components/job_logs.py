"""SageMaker's log group for training jobs is the account's: nobody here creates it, and the nightly upkeep limits what it keeps.

A log group in the template would fail the first deployment wherever a training job ever ran, and every one after a destruction.
"""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from cdk.components.grants import allow
from cdk.components.review import acknowledge, finding

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


def allow_limiting_logs(role: iam.Role) -> None:
    """Lets `role` set how long that one group keeps its lines, where nobody has."""
    stack = Stack.of(role)
    named = {"service": "logs", "resource": "log-group", "arn_format": ArnFormat.COLON_RESOURCE_NAME}
    group, any_group = (stack.format_arn(**named, resource_name=name) for name in (f"{LOG_GROUP}:*", "*"))
    allow(role, ["logs:PutRetentionPolicy"], [group])
    allow(role, ["logs:DescribeLogGroups"], [any_group])
    reasons = {group: "The suffix is how this action names a group.", any_group: "Groups are listed, not read."}
    for arn, reason in reasons.items():
        acknowledge(role, f"AwsSolutions-IAM5[Resource::{finding(role, arn)}]", reason)
