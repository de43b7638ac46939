"""DynamoDB tables, in both CloudFormation forms: a global table of one region is a table."""

from __future__ import annotations

from typing import Any

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.tables import state

CREATED_WITH = (
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "BillingMode",
    "ProvisionedThroughput",
    "Tags",
    "DeletionProtectionEnabled",
    "TableClass",
)
APPLIED_AFTER = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification")
CONVERTED = ("TableName", "StreamSpecification", "SSESpecification")
NO_STREAM: Properties = {"StreamSpecification": {"StreamEnabled": False}}
REPLICA_SETTINGS = ("PointInTimeRecoverySpecification", "Tags", "DeletionProtectionEnabled", "TableClass")


def create_table(resource: Resource) -> None:
    """Create the table, its expiry and recovery settings, and put back the items it held before the last stop."""
    name = resource.name("TableName")
    unknown = set(resource.properties) - {*CREATED_WITH, *APPLIED_AFTER, *CONVERTED}
    if unknown:
        message = f"{resource.type}: the embedded AWS knows no property {', '.join(sorted(unknown))}"
        raise ValueError(message)
    arguments = {"TableName": name, **resource.only(*CREATED_WITH), **stream(resource.properties)}
    described = resource.call("dynamodb", "create_table", arguments | encryption(resource.properties))
    identify_table(resource, described["TableDescription"])
    apply_settings(resource)
    state.restore_table(name)


def identify_table(resource: Resource, description: dict[str, Any]) -> None:
    """`Ref` is the name; the stream's ARN exists only while the stream does."""
    attributes = {"Arn": description["TableArn"], "TableId": description.get("TableId", "")}
    if description.get("LatestStreamArn"):
        attributes["StreamArn"] = description["LatestStreamArn"]
    resource.identify(description["TableName"], **attributes)


def adopt_table(resource: Resource, identifier: dict[str, str]) -> None:
    """Take over the table of that name, as it is."""
    identify_table(resource, resource.client("dynamodb").describe_table(**identifier)["Table"])


def stream(properties: Properties) -> Properties:
    """CloudFormation enables a stream by naming its view type."""
    specification = properties.get("StreamSpecification")
    if not specification:
        return {}
    return {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": specification["StreamViewType"]}}


def encryption(properties: Properties) -> Properties:
    """`SSEEnabled` is called `Enabled` by the API."""
    specification = properties.get("SSESpecification")
    if not specification:
        return {}
    renamed = {"SSEEnabled": "Enabled"}
    return {"SSESpecification": {renamed.get(name, name): value for name, value in specification.items()}}


def apply_settings(resource: Resource) -> None:
    """Expiry and recovery: separate calls, and the expiry call refuses to set what is set."""
    client, table = resource.client("dynamodb"), resource.physical_resource_id
    expiry = resource.properties.get("TimeToLiveSpecification", {}).get("AttributeName")
    current = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if expiry and current.get("AttributeName") != expiry:
        specification = {"AttributeName": expiry, "Enabled": True}
        client.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    if recovery := resource.properties.get("PointInTimeRecoverySpecification"):
        arguments = {"TableName": table, "PointInTimeRecoverySpecification": recovery}
        resource.call("dynamodb", "update_continuous_backups", arguments)


def update_table(resource: Resource, old: Properties) -> None:
    """Change in place what DynamoDB changes in place: indexes one by one, stream, billing, protection, settings."""
    table, properties = resource.physical_resource_id, resource.properties
    for change in index_changes(old, properties):
        arguments = {"TableName": table, **resource.only("AttributeDefinitions"), "GlobalSecondaryIndexUpdates": [change]}
        resource.call("dynamodb", "update_table", arguments)
    changed: Properties = {
        name: properties[name]
        for name in ("BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled", "TableClass")
        if name in properties and properties[name] != old.get(name)
    }
    if stream(properties) != stream(old):
        changed |= stream(properties) or NO_STREAM
    if changed:
        resource.call("dynamodb", "update_table", {"TableName": table, **changed})
    apply_settings(resource)
    identify_table(resource, resource.client("dynamodb").describe_table(TableName=table)["Table"])


def index_changes(old: Properties, new: Properties) -> list[Properties]:
    """Deletions first, then creations; a changed index is both."""
    before = {index["IndexName"]: index for index in old.get("GlobalSecondaryIndexes", [])}
    after = {index["IndexName"]: index for index in new.get("GlobalSecondaryIndexes", [])}
    gone = [name for name in before if after.get(name) != before[name]]
    made = [name for name in after if after[name] != before.get(name)]
    return [{"Delete": {"IndexName": name}} for name in gone] + [{"Create": after[name]} for name in made]


def delete_table(resource: Resource) -> None:
    """Delete the table; a protected one refuses."""
    resource.client("dynamodb").delete_table(TableName=resource.physical_resource_id)


def as_table(properties: Properties) -> Properties:
    """A global table with its one replica as a plain table; more replicas fail, there is one region."""
    replicas = properties.get("Replicas", [])
    if len(replicas) > 1:
        message = "AWS::DynamoDB::GlobalTable: the embedded AWS has one region, so one replica"
        raise ValueError(message)
    replica = replicas[0] if replicas else {}
    settings = {name: replica[name] for name in REPLICA_SETTINGS if name in replica}
    rest = {name: value for name, value in properties.items() if name != "Replicas"}
    return {"BillingMode": "PAY_PER_REQUEST", **rest, **settings}


def create_global_table(resource: Resource) -> None:
    """Create it as a table."""
    declared, resource.properties = resource.properties, as_table(resource.properties)
    try:
        create_table(resource)
    finally:
        resource.properties = declared


def update_global_table(resource: Resource, old: Properties) -> None:
    """Update it as a table."""
    declared, resource.properties = resource.properties, as_table(resource.properties)
    try:
        update_table(resource, as_table(old))
    finally:
        resource.properties = declared


REPLACED_BY = frozenset({"TableName", "KeySchema", "LocalSecondaryIndexes"})
PROVIDERS = (
    Provider(
        type="AWS::DynamoDB::Table",
        create=create_table,
        update=update_table,
        delete=delete_table,
        adopt=adopt_table,
        replaced_by=REPLACED_BY,
    ),
    Provider(
        type="AWS::DynamoDB::GlobalTable",
        create=create_global_table,
        update=update_global_table,
        delete=delete_table,
        replaced_by=REPLACED_BY,
    ),
)
