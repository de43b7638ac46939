"""State machines and schedules."""

from __future__ import annotations

from datetime import UTC, datetime

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.events.cron import next_firing


def create_machine(resource: Resource) -> None:
    """Create it in the backend that executes; an invalid definition fails here."""
    arguments = {"name": resource.name("StateMachineName"), **machine_settings(resource), **resource.only("Tags")}
    resource.identify(resource.call("stepfunctions", "create_state_machine", arguments)["stateMachineArn"])


def update_machine(resource: Resource, _: Properties) -> None:
    """New executions follow the new definition."""
    arguments = {"stateMachineArn": resource.physical_resource_id, **machine_settings(resource)}
    resource.call("stepfunctions", "update_state_machine", arguments)


def machine_settings(resource: Resource) -> Properties:
    """The definition, and everything else that may change in place; ValueError for JSONata."""
    definition = resource.properties["DefinitionString"]
    if '"QueryLanguage":"JSONata"' in definition.replace(" ", ""):
        raise ValueError("the embedded AWS evaluates JSONPath, not JSONata")
    return {"definition": definition, **resource.without("DefinitionString", "StateMachineName", "Tags")}


def delete_machine(resource: Resource) -> None:
    """Delete it; running executions end."""
    resource.client("stepfunctions").delete_state_machine(stateMachineArn=resource.physical_resource_id)


def create_schedule(resource: Resource) -> None:
    """Create the schedule, which `local.events.schedules` fires."""
    check_expression(resource)
    name = resource.name()
    resource.call("scheduler", "create_schedule", {**resource.properties, "Name": name})
    resource.identify(name)


def check_expression(resource: Resource) -> None:
    """Raise InvalidScheduleError for an expression that would never fire here."""
    properties = resource.properties
    next_firing(properties["ScheduleExpression"], after=datetime.now(UTC), zone=properties["ScheduleExpressionTimezone"])


def update_schedule(resource: Resource, _: Properties) -> None:
    """Change everything but its name."""
    check_expression(resource)
    resource.call("scheduler", "update_schedule", {**resource.properties, "Name": resource.physical_resource_id})


def delete_schedule(resource: Resource) -> None:
    """Delete the schedule."""
    resource.client("scheduler").delete_schedule(Name=resource.physical_resource_id)


PROVIDERS = (
    Provider("AWS::StepFunctions::StateMachine", create_machine, update_machine, delete_machine, replaced_by=("StateMachineName",)),
    Provider("AWS::Scheduler::Schedule", create_schedule, update_schedule, delete_schedule),
)
