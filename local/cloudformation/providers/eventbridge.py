"""Event buses, and the rules that listen on them."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource


def create_bus(resource: Resource) -> None:
    """Create the bus."""
    name = resource.properties["Name"]
    made = resource.call("events", "create_event_bus", {"Name": name, **resource.only("Tags")})
    resource.identify(name, Arn=made["EventBusArn"], Name=name)


def delete_bus(resource: Resource) -> None:
    """Delete it; its rules are gone by then."""
    resource.client("events").delete_event_bus(Name=resource.physical_resource_id)


def create_rule(resource: Resource) -> None:
    """Create the rule with its targets."""
    name = resource.name("Name")
    put_rule(resource, name)


def update_rule(resource: Resource, old: Properties) -> None:
    """Put it anew; targets that are no longer named are taken away first."""
    kept = {target["Id"] for target in resource.properties["Targets"]}
    gone = [target["Id"] for target in old["Targets"] if target["Id"] not in kept]
    if gone:
        resource.client("events").remove_targets(Rule=resource.physical_resource_id, Ids=gone, **on_bus(resource))
    put_rule(resource, resource.physical_resource_id)


def put_rule(resource: Resource, name: str) -> None:
    """Put the rule and its targets under a name."""
    made = resource.call("events", "put_rule", {"Name": name, **resource.without("Targets", "Name")})
    resource.call("events", "put_targets", {"Rule": name, **resource.only("EventBusName", "Targets")})
    resource.identify(name, Arn=made["RuleArn"])


def delete_rule(resource: Resource) -> None:
    """Take its targets away, then the rule."""
    events, name = resource.client("events"), resource.physical_resource_id
    events.remove_targets(Rule=name, Ids=[target["Id"] for target in resource.properties["Targets"]], **on_bus(resource))
    events.delete_rule(Name=name, **on_bus(resource))


def on_bus(resource: Resource) -> Properties:
    """The bus of a rule, for calls that name a rule."""
    return resource.only("EventBusName")


PROVIDERS = (
    Provider("AWS::Events::EventBus", create_bus, delete=delete_bus, replaced_by=("Name",)),
    Provider("AWS::Events::Rule", create_rule, update_rule, delete_rule, replaced_by=("EventBusName",)),
)
