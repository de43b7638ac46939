"""Lambda functions, layers, versions, aliases, permissions and event source mappings."""

from __future__ import annotations

from moto.awslambda.models import lambda_backends

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.context import ACCOUNT, REGION

QUALIFIED_ARN_PARTS = 8


def configuration(resource: Resource) -> Properties:
    """What creating and reconfiguring have in common."""
    return resource.without("Architectures", "Code", "LoggingConfig", "ReservedConcurrentExecutions", "Tags", "VpcConfig")


def create_function(resource: Resource) -> None:
    """Create the function from its asset."""
    name = resource.name()
    arguments = {"FunctionName": name, **configuration(resource), **resource.only("Architectures", "Code", "Tags")}
    made = resource.call("lambda", "create_function", arguments)
    resource.identify(name, Arn=made["FunctionArn"])
    remember_logging(resource)
    reserve_concurrency(resource)


def update_function(resource: Resource, old: Properties) -> None:
    """Reconfigure, then send the new code, as CloudFormation does."""
    name = {"FunctionName": resource.physical_resource_id}
    resource.call("lambda", "update_function_configuration", name | configuration(resource))
    if resource.properties["Code"] != old["Code"]:
        resource.call("lambda", "update_function_code", name | resource.properties["Code"])
    remember_logging(resource)
    reserve_concurrency(resource)


def reserve_concurrency(resource: Resource) -> None:
    """Keep so many executions for this function and allow it no more; without the property, none are kept."""
    name, reserved = {"FunctionName": resource.physical_resource_id}, resource.only("ReservedConcurrentExecutions")
    if reserved:
        resource.call("lambda", "put_function_concurrency", name | reserved)
    else:
        resource.client("lambda").delete_function_concurrency(**name)


def remember_logging(resource: Resource) -> None:
    """Keep `logging_config` on moto's function, whose own API loses it; the executor reads it there."""
    function = lambda_backends[ACCOUNT][REGION].get_function(resource.physical_resource_id)
    function.logging_config = resource.properties.get("LoggingConfig", {})


def delete_function(resource: Resource) -> None:
    """Delete the function with its versions and aliases."""
    resource.client("lambda").delete_function(FunctionName=resource.physical_resource_id)


def create_layer(resource: Resource) -> None:
    """Publish the next version of the layer."""
    arn = resource.call("lambda", "publish_layer_version", {"LayerName": resource.name(), **resource.properties})["LayerVersionArn"]
    resource.identify(arn)


def delete_layer(resource: Resource) -> None:
    """Delete that version; functions that have it keep it, as in AWS."""
    arn, _, number = resource.physical_resource_id.rpartition(":")
    resource.client("lambda").delete_layer_version(LayerName=arn, VersionNumber=int(number))


def create_version(resource: Resource) -> None:
    """Publish the code and configuration the function has now."""
    made = resource.client("lambda").publish_version(FunctionName=resource.properties["FunctionName"])
    number = str(made["Version"])
    resource.identify(made["FunctionArn"].removesuffix(f":{number}") + f":{number}", Version=number)


def create_alias(resource: Resource) -> None:
    """Name a version."""
    resource.identify(resource.call("lambda", "create_alias", resource.properties)["AliasArn"])


def update_alias(resource: Resource, _: Properties) -> None:
    """Move the alias at once: gradual shifting belongs to CodeDeploy, which is inert here."""
    resource.call("lambda", "update_alias", resource.properties)


def delete_alias(resource: Resource) -> None:
    """Delete the alias."""
    resource.client("lambda").delete_alias(**resource.only("FunctionName", "Name"))


def permission_target(resource: Resource) -> Properties:
    """Function, qualifier and statement id; the template may name an alias by its ARN."""
    name = resource.properties["FunctionName"]
    target = {"FunctionName": name, "StatementId": resource.name()[-100:]}
    parts = name.split(":")
    if len(parts) == QUALIFIED_ARN_PARTS:
        target |= {"FunctionName": ":".join(parts[:-1]), "Qualifier": parts[-1]}
    return target


def create_permission(resource: Resource) -> None:
    """Add the statement to the function's policy; nothing enforces it here."""
    resource.call("lambda", "add_permission", permission_target(resource) | resource.without("FunctionName"))
    resource.identify(resource.name())


def delete_permission(resource: Resource) -> None:
    """Take the statement away."""
    resource.client("lambda").remove_permission(**permission_target(resource))


def create_mapping(resource: Resource) -> None:
    """Connect a stream to a function."""
    resource.identify(resource.call("lambda", "create_event_source_mapping", resource.properties)["UUID"])


def update_mapping(resource: Resource, _: Properties) -> None:
    """Change it in place, all but its source."""
    settings = resource.without("EventSourceArn", "StartingPosition", "Tags")
    resource.call("lambda", "update_event_source_mapping", {"UUID": resource.physical_resource_id, **settings})


def delete_mapping(resource: Resource) -> None:
    """Disconnect the stream."""
    resource.client("lambda").delete_event_source_mapping(UUID=resource.physical_resource_id)


PROVIDERS = (
    Provider("AWS::Lambda::Function", create_function, update_function, delete_function),
    Provider("AWS::Lambda::LayerVersion", create_layer, delete=delete_layer),
    Provider("AWS::Lambda::Version", create_version),
    Provider("AWS::Lambda::Alias", create_alias, update_alias, delete_alias, replaced_by=("FunctionName", "Name")),
    Provider("AWS::Lambda::Permission", create_permission, delete=delete_permission),
    Provider(
        "AWS::Lambda::EventSourceMapping",
        create_mapping,
        update_mapping,
        delete_mapping,
        replaced_by=("EventSourceArn", "StartingPosition"),
    ),
)
