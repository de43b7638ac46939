"""What `cdk bootstrap` would have left behind: assets bucket, image repository, and the version deployments look up."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from local.context import CDK_QUALIFIER, Context

BOOTSTRAP_VERSION = "30"
VERSION_PARAMETER = f"/cdk-bootstrap/{CDK_QUALIFIER}/version"


def assets_bucket(account: str, region: str) -> str:
    """The bucket the CDK publishes files to."""
    return f"cdk-{CDK_QUALIFIER}-assets-{account}-{region}"


def image_repository(account: str, region: str) -> str:
    """The repository the CDK publishes images to."""
    return f"cdk-{CDK_QUALIFIER}-container-assets-{account}-{region}"


def install(context: Context) -> None:
    """Create all three once the server listens."""

    def create() -> None:
        where = context.account, context.region
        location = {"CreateBucketConfiguration": {"LocationConstraint": context.region}}
        in_region = {} if context.region == "us-east-1" else location
        context.client("s3").create_bucket(Bucket=assets_bucket(*where), **in_region)
        context.client("ecr").create_repository(repositoryName=image_repository(*where))
        context.client("ssm").put_parameter(Name=VERSION_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String")

    context.on_start(create)


def make_room(context: Context, template: dict[str, Any], parameters: dict[str, str]) -> None:
    """Take the stand-ins away when `template` is that of a real `cdk bootstrap`: its stack makes the same three itself."""
    if "CdkBootstrapVersion" not in template["Resources"] or parameters.get("Qualifier", CDK_QUALIFIER) != CDK_QUALIFIER:
        return
    s3, ecr, ssm = (context.client(service) for service in ("s3", "ecr", "ssm"))
    bucket, repository = assets_bucket(context.account, context.region), image_repository(context.account, context.region)
    with suppress(s3.exceptions.NoSuchBucket):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=entry["Key"])
        s3.delete_bucket(Bucket=bucket)
    with suppress(ecr.exceptions.RepositoryNotFoundException):
        ecr.delete_repository(repositoryName=repository, force=True)
    with suppress(ssm.exceptions.ParameterNotFound):
        ssm.delete_parameter(Name=VERSION_PARAMETER)
