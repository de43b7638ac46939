"""State machines, event rules and schedules."""

from __future__ import annotations

import json

from local.cloudformation.providers.resource import Properties, Provider, Resource

NAMED = ("StateMachineName", "StateMachineType", "Tags")
DEFINED = ("Definition", "DefinitionString", "DefinitionSubstitutions")


def create_machine(resource: Resource) -> None:
    """Create it in the backend that executes; an invalid definition fails here."""
    name = resource.name("StateMachineName")
    arguments = {
        "name": name,
        "type": resource.properties.get("StateMachineType", "STANDARD"),
        **resource.only("Tags"),
        **machine_settings(resource),
    }
    arn = resource.call("stepfunctions", "create_state_machine", arguments)["stateMachineArn"]
    resource.identify(arn, Arn=arn, Name=name, StateMachineRevisionId="INITIAL")


def update_machine(resource: Resource, _: Properties) -> None:
    """New executions follow the new definition."""
    arguments = {"stateMachineArn": resource.physical_resource_id, **machine_settings(resource)}
    resource.call("stepfunctions", "update_state_machine", arguments)


def machine_settings(resource: Resource) -> Properties:
    """The definition with its substitutions made, and everything else the template sets."""
    properties = resource.properties
    definition = properties.get("DefinitionString") or json.dumps(properties["Definition"])
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        definition = definition.replace(f"${{{name}}}", str(value))
    return {"definition": definition, **resource.without(*NAMED, *DEFINED)}


def delete_machine(resource: Resource) -> None:
    """Delete it; running executions end."""
    resource.client("stepfunctions").delete_state_machine(stateMachineArn=resource.physical_resource_id)


def put_rule(resource: Resource, _: Properties | None = None) -> None:
    """Create or change the rule and its targets."""
    name = resource.name("Name")
    arn = resource.call("events", "put_rule", {"Name": name, **resource.without("Name", "Targets")})["RuleArn"]
    resource.identify(name, Arn=arn)
    if targets := resource.properties.get("Targets"):
        resource.call("events", "put_targets", {"Rule": name, "Targets": targets, **resource.only("EventBusName")})


def update_rule(resource: Resource, old: Properties) -> None:
    """Targets that left the template leave the rule."""
    kept = {target["Id"] for target in resource.properties.get("Targets", [])}
    gone = [target["Id"] for target in old.get("Targets", []) if target["Id"] not in kept]
    if gone:
        resource.client("events").remove_targets(Rule=resource.physical_resource_id, Ids=gone)
    put_rule(resource)


def delete_rule(resource: Resource) -> None:
    """Remove the targets first, as the API demands."""
    client, rule = resource.client("events"), resource.physical_resource_id
    if ids := [target["Id"] for target in resource.properties.get("Targets", [])]:
        client.remove_targets(Rule=rule, Ids=ids)
    client.delete_rule(Name=rule)


def create_schedule(resource: Resource) -> None:
    """Create the schedule; the embedded scheduler fires it."""
    name = resource.name("Name")
    made = resource.call("scheduler", "create_schedule", {**resource.properties, "Name": name})
    resource.identify(name, Arn=made["ScheduleArn"])


def update_schedule(resource: Resource, _: Properties) -> None:
    """Change everything but its name and group."""
    arguments = {**resource.properties, "Name": resource.physical_resource_id}
    resource.call("scheduler", "update_schedule", arguments)


def delete_schedule(resource: Resource) -> None:
    """Delete it."""
    arguments = {"Name": resource.physical_resource_id, **resource.only("GroupName")}
    resource.call("scheduler", "delete_schedule", arguments)


def create_schedule_group(resource: Resource) -> None:
    """Create the group."""
    name = resource.name("Name")
    made = resource.call("scheduler", "create_schedule_group", {**resource.properties, "Name": name})
    resource.identify(name, Arn=made["ScheduleGroupArn"])


def delete_schedule_group(resource: Resource) -> None:
    """Delete it with what is left in it."""
    resource.client("scheduler").delete_schedule_group(Name=resource.physical_resource_id)


PROVIDERS = (
    Provider(
        type="AWS::StepFunctions::StateMachine",
        create=create_machine,
        update=update_machine,
        delete=delete_machine,
        replaced_by=frozenset({"StateMachineName", "StateMachineType"}),
    ),
    Provider(
        type="AWS::Events::Rule",
        create=put_rule,
        update=update_rule,
        delete=delete_rule,
        replaced_by=frozenset({"Name", "EventBusName"}),
    ),
    Provider(
        type="AWS::Scheduler::Schedule",
        create=create_schedule,
        update=update_schedule,
        delete=delete_schedule,
        replaced_by=frozenset({"Name", "GroupName"}),
    ),
    Provider(type="AWS::Scheduler::ScheduleGroup", create=create_schedule_group, delete=delete_schedule_group),
)
