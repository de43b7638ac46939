"""Lambda functions, layers, versions, aliases, permissions and event source mappings."""

from __future__ import annotations

import io
import zipfile

from moto.awslambda.models import lambda_backends

from local.cloudformation.providers.resource import Properties, Provider, Resource

# Kept by us on moto's function, which forgets them; the executor reads them there.
REMEMBERED = ("LoggingConfig", "SnapStart")
# Recorded only: no limit is enforced and nothing is tagged after creation.
CODE_ONLY = ("Code", "FunctionName", "Architectures", "PackageType", "Tags")
RECORDED_ONLY = ("ReservedConcurrentExecutions", "RecursiveLoop", "RuntimeManagementConfig")


def configuration(resource: Resource) -> Properties:
    """What creating and reconfiguring have in common."""
    return resource.without(*REMEMBERED, *CODE_ONLY, *RECORDED_ONLY)


def create_function(resource: Resource) -> None:
    """Create the function from its asset or its inline source."""
    name = resource.name("FunctionName")
    arguments = {"FunctionName": name, "Code": code(resource.properties["Code"]), **configuration(resource)}
    made = resource.call("lambda", "create_function", arguments | resource.only("Architectures", "PackageType", "Tags"))
    resource.identify(name, Arn=made["FunctionArn"])
    remember(resource)


def update_function(resource: Resource, old: Properties) -> None:
    """Reconfigure, then send the new code, as CloudFormation does."""
    name = {"FunctionName": resource.physical_resource_id}
    resource.call("lambda", "update_function_configuration", name | configuration(resource))
    if resource.properties["Code"] != old.get("Code"):
        resource.call("lambda", "update_function_code", name | code(resource.properties["Code"]))
    remember(resource)


def code(declared: Properties) -> Properties:
    """The asset's place, or inline source zipped as `index.py`."""
    if "ZipFile" not in declared:
        return declared
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(zipfile.ZipInfo("index.py"), declared["ZipFile"])
    return {"ZipFile": archive.getvalue()}


def remember(resource: Resource) -> None:
    """Keep on moto's function what its own API loses: `logging_config` and `snap_start` (dicts, may be empty)."""
    function = lambda_backends[resource.account][resource.region].get_function(resource.physical_resource_id)
    function.logging_config = resource.properties.get("LoggingConfig", {})
    function.snap_start = resource.properties.get("SnapStart", {})


def delete_function(resource: Resource) -> None:
    """Delete the function with its versions and aliases."""
    resource.client("lambda").delete_function(FunctionName=resource.physical_resource_id)


def create_layer(resource: Resource) -> None:
    """Publish the next version of the layer."""
    arguments = {"LayerName": resource.name("LayerName"), **resource.without("LayerName")}
    arn = resource.call("lambda", "publish_layer_version", arguments)["LayerVersionArn"]
    resource.identify(arn, LayerVersionArn=arn)


def delete_layer(resource: Resource) -> None:
    """Delete that version; functions that have it keep it, as in AWS."""
    arn, _, number = resource.physical_resource_id.rpartition(":")
    resource.client("lambda").delete_layer_version(LayerName=arn, VersionNumber=int(number))


def create_version(resource: Resource) -> None:
    """Publish the code and configuration the function has now."""
    made = resource.client("lambda").publish_version(FunctionName=resource.properties["FunctionName"])
    number = str(made["Version"])
    arn = made["FunctionArn"].removesuffix(f":{number}") + f":{number}"
    resource.identify(arn, Version=number, FunctionArn=arn)


def create_alias(resource: Resource) -> None:
    """Name a version."""
    arn = resource.call("lambda", "create_alias", resource.without(*ALIAS_RECORDED))["AliasArn"]
    resource.identify(arn, AliasArn=arn)


def update_alias(resource: Resource, _: Properties) -> None:
    """Move the alias at once: gradual shifting belongs to CodeDeploy, which is inert here."""
    resource.call("lambda", "update_alias", resource.without(*ALIAS_RECORDED))


def delete_alias(resource: Resource) -> None:
    """Forget the alias."""
    names = {name: resource.properties[name] for name in ("FunctionName", "Name")}
    resource.client("lambda").delete_alias(**names)


ALIAS_RECORDED = ("ProvisionedConcurrencyConfig",)


def permission_target(resource: Resource) -> Properties:
    """Function, qualifier and statement id; the template may name an alias by its ARN."""
    name = resource.properties["FunctionName"]
    target = {"FunctionName": name, "StatementId": resource.name()[-100:]}
    parts = name.split(":")
    if len(parts) == QUALIFIED_ARN_PARTS:
        target |= {"FunctionName": ":".join(parts[:-1]), "Qualifier": parts[-1]}
    return target


QUALIFIED_ARN_PARTS = 8


def create_permission(resource: Resource) -> None:
    """Add the statement to the function's policy; nothing enforces it here."""
    arguments = permission_target(resource) | resource.without("FunctionName")
    resource.call("lambda", "add_permission", arguments)
    resource.identify(resource.name())


def delete_permission(resource: Resource) -> None:
    """Take the statement away."""
    resource.client("lambda").remove_permission(**permission_target(resource))


def create_mapping(resource: Resource) -> None:
    """Connect a queue or a stream to a function."""
    made = resource.call("lambda", "create_event_source_mapping", resource.properties)
    resource.identify(made["UUID"], Id=made["UUID"], EventSourceMappingArn=made.get("EventSourceMappingArn", ""))


def update_mapping(resource: Resource, _: Properties) -> None:
    """Change it in place, all but its source."""
    settings = resource.without("EventSourceArn", "StartingPosition", "StartingPositionTimestamp", "Tags")
    resource.call("lambda", "update_event_source_mapping", {"UUID": resource.physical_resource_id, **settings})


def delete_mapping(resource: Resource) -> None:
    """Disconnect."""
    resource.client("lambda").delete_event_source_mapping(UUID=resource.physical_resource_id)


def replaced_by(*names: str) -> frozenset[str]:
    """Properties that cannot change in place."""
    return frozenset(names)


PROVIDERS = (
    Provider(
        type="AWS::Lambda::Function",
        create=create_function,
        update=update_function,
        delete=delete_function,
        replaced_by=replaced_by("FunctionName", "PackageType"),
    ),
    Provider(type="AWS::Lambda::LayerVersion", create=create_layer, delete=delete_layer),
    Provider(type="AWS::Lambda::Version", create=create_version),
    Provider(
        type="AWS::Lambda::Alias",
        create=create_alias,
        update=update_alias,
        delete=delete_alias,
        replaced_by=replaced_by("FunctionName", "Name"),
    ),
    Provider(type="AWS::Lambda::Permission", create=create_permission, delete=delete_permission),
    Provider(
        type="AWS::Lambda::EventSourceMapping",
        create=create_mapping,
        update=update_mapping,
        delete=delete_mapping,
        replaced_by=replaced_by("EventSourceArn", "StartingPosition", "StartingPositionTimestamp"),
    ),
)
