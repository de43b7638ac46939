"""Rules of EventBridge's own bus."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource


def create_rule(resource: Resource) -> None:
    """Create the rule with its targets."""
    put_rule(resource, resource.name("Name"))


def update_rule(resource: Resource, old: Properties) -> None:
    """Put it anew; targets that are no longer named are taken away first."""
    named = {target["Id"] for target in resource.properties["Targets"]}
    if gone := [target["Id"] for target in old["Targets"] if target["Id"] not in named]:
        resource.client("events").remove_targets(Rule=resource.physical_resource_id, Ids=gone)
    put_rule(resource, resource.physical_resource_id)


def put_rule(resource: Resource, name: str) -> None:
    """Put the rule and its targets under a name."""
    made = resource.call("events", "put_rule", {"Name": name, **resource.without("Targets", "Name")})
    resource.call("events", "put_targets", {"Rule": name, **resource.only("Targets")})
    resource.identify(name, Arn=made["RuleArn"])


def delete_rule(resource: Resource) -> None:
    """Take its targets away, then the rule."""
    client, name = resource.client("events"), resource.physical_resource_id
    client.remove_targets(Rule=name, Ids=[target["Id"] for target in resource.properties["Targets"]])
    client.delete_rule(Name=name)


PROVIDERS = (Provider("AWS::Events::Rule", create_rule, update_rule, delete_rule),)
