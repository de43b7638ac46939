"""What a synthesised template allows, one grant per action and resource, and the same template without one of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.permissions.roles import spelled

Template = dict[str, Any]
IDENTITY, TOPIC, FUNCTION = "AWS::IAM::Policy", "AWS::SNS::TopicPolicy", "AWS::Lambda::Permission"


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource: where the template states it, and who has it."""

    stack: str
    logical_id: str  # of the policy or permission
    statement: int  # its place in the policy, from 0
    place: int  # of the resource in the statement, from 0
    holder: str  # construct path of the role; of the policy itself where that belongs to a resource
    action: str
    resource: str  # `*` stands for what the template refers to
    is_of_role: bool


def grants_of(templates: Mapping[str, Template]) -> list[Grant]:
    """Every grant of the roles' inline policies, the topics' policies and the functions' permissions, by stack."""
    return [grant for stack, template in sorted(templates.items()) for grant in grants_of_stack(stack, template["Resources"])]


def grants_of_stack(stack: str, resources: Mapping[str, Any]) -> Iterator[Grant]:
    """The grants of one template."""
    for logical_id, resource in resources.items():
        is_of_role = resource["Type"] == IDENTITY
        holder = resources[resource["Properties"]["Roles"][0]["Ref"]] if is_of_role else resource
        for number, statement in enumerate(statements_of(resource)):
            for action in many(statement["Action"]) if statement["Effect"] == "Allow" else ():
                for place, target in enumerate(many(statement["Resource"])):
                    yield Grant(stack, logical_id, number, place, path_of(holder), action, spelled(target), is_of_role)


def statements_of(resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements of a policy; a function's permission is one, its source in place of a resource."""
    properties = resource["Properties"]
    if resource["Type"] == FUNCTION:
        return [{"Effect": "Allow", "Action": properties["Action"], "Resource": properties.get("SourceArn", "*")}]
    if resource["Type"] in (IDENTITY, TOPIC):
        found: list[dict[str, Any]] = properties["PolicyDocument"]["Statement"]
        return found
    return []


def path_of(resource: Mapping[str, Any]) -> str:
    """A construct's path, such as `GreenFraud-Serving/Score/Role`."""
    return str(resource["Metadata"]["aws:cdk:path"]).removesuffix("/Resource")


def many(value: Any) -> list[Any]:
    """One or several, as a list."""
    return value if isinstance(value, list) else [value]


def without(template: Template, grant: Grant) -> Template:
    """The template without a grant; a policy that states nothing any more goes as a whole, as nobody would write it."""
    changed = copy.deepcopy(template)
    resource = changed["Resources"][grant.logical_id]
    left = [] if resource["Type"] == FUNCTION else list(rest_of(statements_of(resource), grant))
    if left:
        resource["Properties"]["PolicyDocument"]["Statement"] = left
    else:
        remove(changed["Resources"], grant.logical_id)
    return changed


def rest_of(statements: list[dict[str, Any]], grant: Grant) -> Iterator[dict[str, Any]]:
    """The statements without the grant: its statement keeps its other actions, and its action the other resources."""
    for number, statement in enumerate(statements):
        if number != grant.statement:
            yield statement
            continue
        actions = [action for action in many(statement["Action"]) if action != grant.action]
        resources = [target for place, target in enumerate(many(statement["Resource"])) if place != grant.place]
        if actions:
            yield {**statement, "Action": actions}
        if resources:
            yield {**statement, "Action": grant.action, "Resource": resources}


def remove(resources: dict[str, Any], logical_id: str) -> None:
    """Take a resource out, also where others wait for it."""
    del resources[logical_id]
    for resource in resources.values():
        if "DependsOn" in resource:
            resource["DependsOn"] = [one for one in many(resource["DependsOn"]) if one != logical_id]
