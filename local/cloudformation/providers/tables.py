"""DynamoDB tables."""

from __future__ import annotations

from typing import Any

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.tables import state

CREATED_WITH = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode", "Tags")
NO_STREAM: Properties = {"StreamSpecification": {"StreamEnabled": False}}


def create_table(resource: Resource) -> None:
    """Create the table, its expiry and recovery settings, and put back the items it held before the last stop."""
    name = resource.name("TableName")
    arguments = {"TableName": name, **resource.only(*CREATED_WITH), **stream(resource.properties)}
    described = resource.call("dynamodb", "create_table", arguments | encryption(resource.properties))
    identify_table(resource, described["TableDescription"])
    apply_settings(resource)
    state.restore_table(name)


def identify_table(resource: Resource, description: dict[str, Any]) -> None:
    """Answer the name as `Ref`; the stream's ARN exists only while the stream does."""
    attributes = {"Arn": description["TableArn"]}
    if description.get("LatestStreamArn"):
        attributes["StreamArn"] = description["LatestStreamArn"]
    resource.identify(description["TableName"], **attributes)


def adopt_table(resource: Resource, identifier: dict[str, str]) -> None:
    """Take over the table of that name, as it is."""
    identify_table(resource, resource.client("dynamodb").describe_table(**identifier)["Table"])


def stream(properties: Properties) -> Properties:
    """CloudFormation enables a stream by naming its view type."""
    specification = properties.get("StreamSpecification")
    return {"StreamSpecification": {"StreamEnabled": True, **specification}} if specification else {}


def encryption(properties: Properties) -> Properties:
    """`SSEEnabled` is called `Enabled` by the API."""
    specification = properties.get("SSESpecification")
    if not specification:
        return {}
    own_key = {name: value for name, value in specification.items() if name != "SSEEnabled"}
    return {"SSESpecification": {"Enabled": specification["SSEEnabled"], **own_key}}


def apply_settings(resource: Resource) -> None:
    """Expiry and recovery: separate calls, and the expiry call refuses to set what is set."""
    client, table = resource.client("dynamodb"), resource.physical_resource_id
    expiry = resource.properties.get("TimeToLiveSpecification")
    current = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if expiry and current.get("AttributeName") != expiry["AttributeName"]:
        resource.call("dynamodb", "update_time_to_live", {"TableName": table, "TimeToLiveSpecification": expiry})
    if recovery := resource.properties.get("PointInTimeRecoverySpecification"):
        arguments = {"TableName": table, "PointInTimeRecoverySpecification": recovery}
        resource.call("dynamodb", "update_continuous_backups", arguments)


def update_table(resource: Resource, old: Properties) -> None:
    """Change in place what DynamoDB changes in place: indexes one by one, the stream, settings."""
    table, properties = resource.physical_resource_id, resource.properties
    for change in index_changes(old, properties):
        arguments = {"TableName": table, **resource.only("AttributeDefinitions"), "GlobalSecondaryIndexUpdates": [change]}
        resource.call("dynamodb", "update_table", arguments)
    if stream(properties) != stream(old):
        resource.call("dynamodb", "update_table", {"TableName": table, **(stream(properties) or NO_STREAM)})
    if encryption(properties) != encryption(old):
        resource.call("dynamodb", "update_table", {"TableName": table, **encryption(properties)})
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
    """Delete the table with its items."""
    resource.client("dynamodb").delete_table(TableName=resource.physical_resource_id)


PROVIDERS = (
    Provider(
        "AWS::DynamoDB::Table",
        create_table,
        update_table,
        delete_table,
        adopt=adopt_table,
        replaced_by=("TableName", "KeySchema", "BillingMode"),
    ),
)
