"""What `cdk bootstrap` would have left behind: assets bucket, image repository, and the version deployments look up."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from local.context import ACCOUNT, CDK_QUALIFIER, REGION, Context

BOOTSTRAP_VERSION = "30"
VERSION_PARAMETER = f"/cdk-bootstrap/{CDK_QUALIFIER}/version"
ASSETS_BUCKET = f"cdk-{CDK_QUALIFIER}-assets-{ACCOUNT}-{REGION}"
IMAGE_REPOSITORY = f"cdk-{CDK_QUALIFIER}-container-assets-{ACCOUNT}-{REGION}"


def install(context: Context) -> None:
    """Create all three once the server listens."""

    def create() -> None:
        location = {"LocationConstraint": REGION}
        context.client("s3").create_bucket(Bucket=ASSETS_BUCKET, CreateBucketConfiguration=location)
        context.client("ecr").create_repository(repositoryName=IMAGE_REPOSITORY)
        context.client("ssm").put_parameter(Name=VERSION_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String")

    context.on_start(create)


def remove_stand_ins(context: Context, template: dict[str, Any], parameters: dict[str, str]) -> None:
    """Remove the three stand-ins before a real `cdk bootstrap` makes its own."""
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
