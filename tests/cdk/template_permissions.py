"""Permissions of the synthesised templates, spelled so that a person can read and compare them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Template = Mapping[str, Any]


class Spelling:
    """Spells ARNs with construct paths in place of logical ids, whose hashes say nothing."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        """Learn the paths of all resources, and which of them an export stands for."""
        self._paths = {
            name: resource["Metadata"]["aws:cdk:path"].removesuffix("/Resource")
            for template in templates.values()
            for name, resource in template["Resources"].items()
            if "Metadata" in resource
        }
        outputs = [output for template in templates.values() for output in template.get("Outputs", {}).values()]
        self._exports = {output["Export"]["Name"]: output["Value"] for output in outputs if "Export" in output}

    def __call__(self, value: Any) -> str:
        """Spell text, or what stands for text: `<GreenFraud-Data/Buckets/Lake.Arn>/features/*`."""
        match value:
            case str():
                return value
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(self(part) for part in parts)
            case {"Ref": name}:
                return f"<{self._paths.get(name, name)}>"
            case {"Fn::GetAtt": [name, attribute]}:
                return f"<{self._paths[name]}.{attribute}>"
            case {"Fn::ImportValue": export}:
                return self(self._exports[export])
            case {"Fn::Sub": text}:
                return str(text)
        raise ValueError(f"no spelling for {value}")

    def within(self, node: Any) -> Any:
        """The same structure with every text spelled."""
        if isinstance(node, list):
            return [self.within(entry) for entry in node]
        if isinstance(node, dict) and not any(key == "Ref" or key.startswith("Fn::") for key in node):
            return {key: self.within(entry) for key, entry in node.items()}
        return node if isinstance(node, bool | int | float) else self(node)


def listed(value: Any) -> list[Any]:
    """IAM writes a list of one as the one."""
    return value if isinstance(value, list) else [value]


def inline_statements(template: Template, role: str) -> Iterator[Mapping[str, Any]]:
    """The statements of every inline policy of a role, by the role's logical id."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::IAM::Policy" and {"Ref": role} in resource["Properties"]["Roles"]:
            yield from resource["Properties"]["PolicyDocument"]["Statement"]


def managed_policies(resource: Mapping[str, Any]) -> list[str]:
    """Names of the policies of AWS that a role has, as `policy:<name>`."""
    arns = resource["Properties"].get("ManagedPolicyArns", [])
    texts = [arn if isinstance(arn, str) else "".join(part for part in arn["Fn::Join"][1] if isinstance(part, str)) for arn in arns]
    return [f"policy:{text.rsplit('/', 1)[-1]}" for text in texts]


def roles(template: Template) -> dict[str, Mapping[str, Any]]:
    """Roles by logical id."""
    return {name: one for name, one in template["Resources"].items() if one["Type"] == "AWS::IAM::Role"}


def path_of(resource: Mapping[str, Any]) -> str:
    """The construct's path."""
    path: str = resource["Metadata"]["aws:cdk:path"]
    return path.removesuffix("/Resource")
