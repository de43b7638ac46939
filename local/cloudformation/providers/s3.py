"""S3 buckets and bucket policies."""

from __future__ import annotations

import re
from typing import Any

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.tables import state


def create_bucket(resource: Resource) -> None:
    """Create the bucket, configure it and put back what it held before the last stop."""
    bucket = resource.name("BucketName")
    location = {"CreateBucketConfiguration": {"LocationConstraint": resource.region}}
    resource.client("s3").create_bucket(Bucket=bucket, **({} if resource.region == "us-east-1" else location))
    identify_bucket(resource, bucket)
    configure_bucket(resource, {})
    state.restore_bucket(bucket)


def adopt_bucket(resource: Resource, identifier: dict[str, str]) -> None:
    """Take over the bucket of that name, as it is."""
    resource.client("s3").head_bucket(Bucket=identifier["BucketName"])
    identify_bucket(resource, identifier["BucketName"])


def identify_bucket(resource: Resource, bucket: str) -> None:
    """`Ref` is the name."""
    resource.identify(
        bucket,
        Arn=f"arn:aws:s3:::{bucket}",
        DomainName=f"{bucket}.s3.amazonaws.com",
        RegionalDomainName=f"{bucket}.s3.{resource.region}.amazonaws.com",
    )


def configure_bucket(resource: Resource, _: Properties) -> None:
    """Apply every setting of the template; one the embedded AWS does not know fails."""
    for name, value in resource.without("BucketName", *BUCKET_RECORDED_ONLY).items():
        if name not in BUCKET_SETTINGS:
            message = f"AWS::S3::Bucket: the embedded AWS knows no property {name}"
            raise ValueError(message)
        operation, argument, convert = BUCKET_SETTINGS[name]
        arguments = {"Bucket": resource.physical_resource_id, argument: convert(value)}
        resource.call("s3", operation, arguments)


def delete_bucket(resource: Resource) -> None:
    """As AWS does, refuse while objects are left in it."""
    resource.client("s3").delete_bucket(Bucket=resource.physical_resource_id)


def encryption(value: Any) -> Any:
    """`ServerSideEncryptionByDefault` is called `ApplyServerSideEncryptionByDefault` by the API."""
    renamed = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    rules = value["ServerSideEncryptionConfiguration"]
    return {"Rules": [{renamed.get(name, name): entry for name, entry in rule.items()} for rule in rules]}


def lifecycle(value: Any) -> Any:
    """CloudFormation's flat lifecycle rules as the API's nested ones; days are whole days."""
    return {"Rules": [lifecycle_rule(rule, position) for position, rule in enumerate(value["Rules"])]}


def lifecycle_rule(rule: dict[str, Any], position: int) -> dict[str, Any]:
    """One rule; a part the embedded AWS does not know fails later, under its own name."""
    converted = {
        "ID": rule.get("Id", f"rule-{position}"),
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
    }
    for name, entry in rule.items():
        if name in ("Id", "Status", "Prefix"):
            continue
        if name == "ExpirationInDays":
            converted["Expiration"] = {"Days": entry}
        elif name == "Transitions":
            converted[name] = [{"Days": move["TransitionInDays"], **storage_class(move)} for move in entry]
        elif name == "NoncurrentVersionTransitions":
            converted[name] = [{"NoncurrentDays": move["TransitionInDays"], **storage_class(move)} for move in entry]
        else:
            converted[name] = entry
    return converted


def storage_class(move: dict[str, Any]) -> dict[str, Any]:
    """The class objects move to."""
    return {"StorageClass": move["StorageClass"]}


def canned(value: str) -> str:
    """`LogDeliveryWrite` is called `log-delivery-write` by the API."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "-", value).lower()


def as_is(value: Any) -> Any:
    """The API takes the template's value."""
    return value


# Moto writes no access logs, and refuses the setting before the log bucket's own policy stands.
BUCKET_RECORDED_ONLY = ("LoggingConfiguration",)
BUCKET_SETTINGS = {
    "AccessControl": ("put_bucket_acl", "ACL", canned),
    "BucketEncryption": ("put_bucket_encryption", "ServerSideEncryptionConfiguration", encryption),
    "LifecycleConfiguration": ("put_bucket_lifecycle_configuration", "LifecycleConfiguration", lifecycle),
    "OwnershipControls": ("put_bucket_ownership_controls", "OwnershipControls", as_is),
    "PublicAccessBlockConfiguration": ("put_public_access_block", "PublicAccessBlockConfiguration", as_is),
    "Tags": ("put_bucket_tagging", "Tagging", lambda value: {"TagSet": value}),
    "VersioningConfiguration": ("put_bucket_versioning", "VersioningConfiguration", as_is),
}


def put_policy(resource: Resource, _: Properties | None = None) -> None:
    """Attach the policy; moto evaluates it (see engine repairs for SSL-only statements)."""
    bucket = resource.properties["Bucket"]
    resource.call("s3", "put_bucket_policy", {"Bucket": bucket, "Policy": resource.properties["PolicyDocument"]})
    resource.identify(bucket)


def delete_policy(resource: Resource) -> None:
    """Detach the policy."""
    resource.client("s3").delete_bucket_policy(Bucket=resource.physical_resource_id)


PROVIDERS = (
    Provider(
        type="AWS::S3::Bucket",
        create=create_bucket,
        update=configure_bucket,
        delete=delete_bucket,
        adopt=adopt_bucket,
        replaced_by=frozenset({"BucketName"}),
    ),
    Provider(
        type="AWS::S3::BucketPolicy",
        create=put_policy,
        update=put_policy,
        delete=delete_policy,
        replaced_by=frozenset({"Bucket"}),
    ),
)
