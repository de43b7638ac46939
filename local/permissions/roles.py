"""The roles of the deployed stacks as their authors know them: the path of the construct, and the line that grants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from moto.cloudformation.models import cloudformation_backends

from local.context import ACCOUNT, REGION
from local.permissions.callers import role_named

ASSEMBLY = Path(__file__).resolve().parents[2] / "cdk.out"
GRANTED = "greenfraud:granted"  # metadata of a role's construct; see cdk/components/grants.py


def deployed_roles() -> dict[str, str]:
    """Construct paths, such as `GreenFraud-Serving/Score/Role`, by the role's name."""
    found = {}
    for stack in list(cloudformation_backends[ACCOUNT][REGION].stacks.values()):
        for logical_id, resource in list(stack.resource_map._parsed_resources.items()):
            if getattr(resource, "type", "") == "AWS::IAM::Role":
                definition = stack.resource_map._resource_json_map.get(logical_id, {})  # also while the stack is being made
                metadata = definition.get("Metadata", {})
                path = metadata.get("aws:cdk:path", f"{stack.name}/{logical_id}")
                found[str(resource.physical_resource_id)] = str(path).removesuffix("/Resource")
    return found


def statements_of(role_name: str) -> list[dict[str, Any]]:
    """What the role's inline policies state, every reference resolved."""
    role = role_named(role_name)
    documents = [json.loads(text) for text in role.policies.values()] if role else []
    return [statement for document in documents for statement in document["Statement"]]


def granting_lines(path: str, action: str, resource: str) -> list[str]:
    """The lines of `cdk/` that grant a role this action on this resource, as the synthesised assembly tells.

    Who is no role of the assembly is granted things by the resources themselves. A statement that was taken out of the
    template since is found too, which is what one wants to know of a denial.
    """
    return [entry["at"] for entry in grants_of(path) if action in entry["actions"] and covers(entry["resources"], resource)]


def grants_of(path: str) -> Iterator[dict[str, Any]]:
    """The grants that the assembly remembers of the role at a construct's path; for another path those of resources."""
    remembered = {
        construct: [entry["data"] for entry in entries if entry["type"] == GRANTED]
        for file in ASSEMBLY.glob("*.metadata.json")
        for construct, entries in json.loads(file.read_text()).items()
    }
    if f"/{path}" in remembered:
        yield from remembered[f"/{path}"]
    else:
        yield from (entry for data in remembered.values() for entry in data if entry.get("to") == "services")


def covers(resources: list[Any], resource: str) -> bool:
    """Whether one of a template's resources may stand for an ARN; what a reference stands for is taken for anything."""
    return any(fnmatchcase(resource, spelled(one)) for one in resources)


def spelled(value: Any) -> str:
    """A template's value as a pattern: references are `*`."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and "Fn::Join" in value:
        return "".join(spelled(part) for part in value["Fn::Join"][1])
    return "*"
