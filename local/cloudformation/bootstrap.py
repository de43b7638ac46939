"""What `cdk bootstrap` would have left behind: assets bucket, image repository, the role CloudFormation works by, a version."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.context import ACCOUNT, CDK_QUALIFIER, REGION, Context

BOOTSTRAP_VERSION = "30"
VERSION_PARAMETER = f"/cdk-bootstrap/{CDK_QUALIFIER}/version"
ASSETS_BUCKET = f"cdk-{CDK_QUALIFIER}-assets-{ACCOUNT}-{REGION}"
EXECUTION_ROLE = f"cdk-{CDK_QUALIFIER}-cfn-exec-role-{ACCOUNT}-{REGION}"
EXECUTION_ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/{EXECUTION_ROLE}"
# What it may do: given to `cdk bootstrap --cloudformation-execution-policies` in AWS.
POLICY_NAME = "GreenFraudDeployment"
POLICY = Path(__file__).resolve().parents[2] / "cdk/deployment-policy.json"
# And the one that production needs beside it, as docs/deploy.md tells: given when a template asks for what only production has.
PRODUCTION_NAME, PRODUCTION_POLICY = "GreenFraudDeploymentProd", POLICY.with_name("deployment-policy-prod.json")
OF_PRODUCTION = b"AWS::SecretsManager::Secret"
IMAGE_REPOSITORY = f"cdk-{CDK_QUALIFIER}-container-assets-{ACCOUNT}-{REGION}"


def install(context: Context) -> None:
    """Create all of it once the server listens."""

    def create() -> None:
        location = {"LocationConstraint": REGION}
        context.client("s3").create_bucket(Bucket=ASSETS_BUCKET, CreateBucketConfiguration=location)
        context.client("ecr").create_repository(repositoryName=IMAGE_REPOSITORY)
        context.client("ssm").put_parameter(Name=VERSION_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String")

        create_role(context.client("iam"))

    context.on_start(create)


def create_role(iam: Any) -> None:
    """The role by which CloudFormation works, with the policy that docs/deploy.md gives it."""
    trust = {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=EXECUTION_ROLE, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    policy = iam.create_policy(PolicyName=POLICY_NAME, PolicyDocument=POLICY.read_text())["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=EXECUTION_ROLE, PolicyArn=policy)


def allow_production(iam: Any) -> None:
    """Give the role the second policy, as an operator does before the first production."""
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_policy(PolicyName=PRODUCTION_NAME, PolicyDocument=PRODUCTION_POLICY.read_text())
    iam.attach_role_policy(RoleName=EXECUTION_ROLE, PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/{PRODUCTION_NAME}")


def remove_stand_ins(context: Context, template: dict[str, Any], parameters: dict[str, str]) -> None:
    """Remove the stand-ins before a real `cdk bootstrap` makes its own; the policy stays, as it does in AWS."""
    if "CdkBootstrapVersion" not in template["Resources"] or parameters.get("Qualifier", CDK_QUALIFIER) != CDK_QUALIFIER:
        return
    s3, ecr, ssm = (context.client(service) for service in ("s3", "ecr", "ssm"))
    with suppress(s3.exceptions.NoSuchBucket):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=ASSETS_BUCKET):
            for entry in page.get("Contents", []):
                s3.delete_object(Bucket=ASSETS_BUCKET, Key=entry["Key"])
        s3.delete_bucket(Bucket=ASSETS_BUCKET)
    with suppress(ecr.exceptions.RepositoryNotFoundException):
        ecr.delete_repository(repositoryName=IMAGE_REPOSITORY, force=True)
    with suppress(ssm.exceptions.ParameterNotFound):
        ssm.delete_parameter(Name=VERSION_PARAMETER)
    iam = context.client("iam")
    with suppress(iam.exceptions.NoSuchEntityException):
        for policy in iam.list_attached_role_policies(RoleName=EXECUTION_ROLE)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=EXECUTION_ROLE, PolicyArn=policy["PolicyArn"])
        iam.delete_role(RoleName=EXECUTION_ROLE)
