"""S3 buckets and bucket policies."""

from __future__ import annotations

from typing import Any

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.context import REGION
from local.tables import state


def create_bucket(resource: Resource) -> None:
    """Create the bucket, configure it and put back what it held before the last stop."""
    bucket = resource.name("BucketName")
    created = {"Bucket": bucket, "CreateBucketConfiguration": {"LocationConstraint": REGION}}
    resource.call("s3", "create_bucket", {**created, "ObjectLockEnabledForBucket": "ObjectLockEnabled" in resource.properties})
    identify_bucket(resource, bucket)
    configure_bucket(resource, {})
    state.restore_bucket(bucket)


def adopt_bucket(resource: Resource, identifier: dict[str, str]) -> None:
    """Take over the bucket of that name, as it is."""
    resource.client("s3").head_bucket(Bucket=identifier["BucketName"])
    identify_bucket(resource, identifier["BucketName"])


def identify_bucket(resource: Resource, bucket: str) -> None:
    """Answer the name as `Ref`."""
    resource.identify(bucket, Arn=f"arn:aws:s3:::{bucket}", RegionalDomainName=f"{bucket}.s3.{REGION}.amazonaws.com")


def configure_bucket(resource: Resource, _: Properties) -> None:
    """Apply every setting of the template.

    Access logs are recorded only: moto writes none, and refuses the setting before the log bucket's own policy stands.
    """
    for name, value in resource.without("BucketName", "LoggingConfiguration", "ObjectLockEnabled").items():
        operation, argument, convert = BUCKET_SETTINGS[name]
        resource.call("s3", operation, {"Bucket": resource.physical_resource_id, argument: convert(value)})


def delete_bucket(resource: Resource) -> None:
    """As AWS does, refuse while objects are left in it."""
    resource.client("s3").delete_bucket(Bucket=resource.physical_resource_id)


def encryption(value: Any) -> Any:
    """`ServerSideEncryptionByDefault` is called `ApplyServerSideEncryptionByDefault` by the API."""
    rules = value["ServerSideEncryptionConfiguration"]
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]} for rule in rules]}


def lifecycle(value: Any) -> Any:
    """CloudFormation's flat lifecycle rules as the API's nested ones; days are whole days."""
    return {"Rules": [lifecycle_rule(dict(rule), position) for position, rule in enumerate(value["Rules"])]}


def lifecycle_rule(rule: dict[str, Any], position: int) -> dict[str, Any]:
    """One rule; a part that the API does not have fails later, under its own name."""
    converted = {"ID": rule.pop("Id", f"rule-{position}"), "Filter": {"Prefix": rule.pop("Prefix", "")}}
    if "ExpirationInDays" in rule:
        converted["Expiration"] = {"Days": rule.pop("ExpirationInDays")}
    if "ExpiredObjectDeleteMarker" in rule:
        converted["Expiration"] = {"ExpiredObjectDeleteMarker": rule.pop("ExpiredObjectDeleteMarker")}
    return converted | rule


def as_is(value: Any) -> Any:
    """The API takes the template's value."""
    return value


def notification(value: Any) -> Any:
    """Only EventBridge may be told; the API takes a mapping, empty where the template says that it is."""
    if set(value) != {"EventBridgeConfiguration"}:
        raise ValueError(f"NotificationConfiguration: {', '.join(sorted(value))}: only EventBridgeConfiguration is provided for")
    return {"EventBridgeConfiguration": {}} if value["EventBridgeConfiguration"].get("EventBridgeEnabled") else {}


BUCKET_SETTINGS = {
    "AccessControl": ("put_bucket_acl", "ACL", str.lower),
    "BucketEncryption": ("put_bucket_encryption", "ServerSideEncryptionConfiguration", encryption),
    "LifecycleConfiguration": ("put_bucket_lifecycle_configuration", "LifecycleConfiguration", lifecycle),
    "NotificationConfiguration": ("put_bucket_notification_configuration", "NotificationConfiguration", notification),
    "ObjectLockConfiguration": ("put_object_lock_configuration", "ObjectLockConfiguration", as_is),
    "PublicAccessBlockConfiguration": ("put_public_access_block", "PublicAccessBlockConfiguration", as_is),
    "Tags": ("put_bucket_tagging", "Tagging", lambda value: {"TagSet": value}),
    "VersioningConfiguration": ("put_bucket_versioning", "VersioningConfiguration", as_is),
}


def put_policy(resource: Resource, _: Properties | None = None) -> None:
    """Attach the policy; moto evaluates it (see `bucket_policies` for statements that demand TLS)."""
    bucket = resource.properties["Bucket"]
    resource.call("s3", "put_bucket_policy", {"Bucket": bucket, "Policy": resource.properties["PolicyDocument"]})
    resource.identify(bucket)


def delete_policy(resource: Resource) -> None:
    """Detach the policy."""
    resource.client("s3").delete_bucket_policy(Bucket=resource.physical_resource_id)


PROVIDERS = (
    Provider("AWS::S3::Bucket", create_bucket, configure_bucket, delete_bucket, adopt=adopt_bucket, replaced_by=("BucketName",)),
    Provider("AWS::S3::BucketPolicy", put_policy, put_policy, delete_policy, replaced_by=("Bucket",)),
)
