"""What `cdk bootstrap` would have left behind: the assets bucket and the version parameter deployments look up."""

from __future__ import annotations

from local.context import Context

QUALIFIER = "hnb659fds"
BOOTSTRAP_VERSION = "30"
VERSION_PARAMETER = f"/cdk-bootstrap/{QUALIFIER}/version"


def assets_bucket(account: str, region: str) -> str:
    """The bucket the CDK publishes to."""
    return f"cdk-{QUALIFIER}-assets-{account}-{region}"


def install(context: Context) -> None:
    """Create both once the server listens."""

    def create() -> None:
        bucket = assets_bucket(context.account, context.region)
        location = {"CreateBucketConfiguration": {"LocationConstraint": context.region}}
        context.client("s3").create_bucket(Bucket=bucket, **({} if context.region == "us-east-1" else location))
        context.client("ssm").put_parameter(Name=VERSION_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String")

    context.on_start(create)
