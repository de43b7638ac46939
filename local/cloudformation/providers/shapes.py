"""CloudFormation's values in the shape an API wants: names by case, numbers and booleans from text, JSON as text."""

from __future__ import annotations

import json
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

BOOLEANS = {"true": True, "false": False}


def fit(shape: Shape, value: Any, path: str) -> Any:
    """`value` as `shape` wants it; ValueError names a property the API does not have."""
    if isinstance(shape, StructureShape):
        return fit_structure(shape, value, path)
    if isinstance(shape, ListShape):
        return [fit(shape.member, entry, f"{path}[{position}]") for position, entry in enumerate(value)]
    if isinstance(shape, MapShape):
        return fit_map(shape, value, path)
    return fit_scalar(shape, value)


def fit_structure(shape: StructureShape, value: dict[str, Any], path: str) -> dict[str, Any]:
    """Each property under the API's spelling of its name: CloudFormation capitalises, some APIs do not."""
    members = {name.lower(): name for name in shape.members}
    fitted = {}
    for name, entry in value.items():
        member = members.get(name.lower())
        if member is None:
            message = f"{path}: the embedded AWS knows no property {name}"
            raise ValueError(message)
        fitted[member] = fit(shape.members[member], entry, f"{path}.{name}")
    return fitted


def fit_map(shape: MapShape, value: Any, path: str) -> dict[str, Any]:
    """A map, or a list of Key and Value pairs (tags) as one."""
    pairs = {tag["Key"]: tag["Value"] for tag in value} if isinstance(value, list) else value
    return {key: fit(shape.value, entry, f"{path}.{key}") for key, entry in pairs.items()}


def fit_scalar(shape: Shape, value: Any) -> Any:
    """A number, a boolean or text; a document becomes JSON where the API takes text."""
    kind = shape.type_name
    if kind == "string":
        return as_text(value)
    if kind == "boolean":
        return BOOLEANS[value.lower()] if isinstance(value, str) else value
    if kind in ("integer", "long"):
        return int(value)
    return float(value) if kind in ("float", "double") else value


def as_text(value: Any) -> str:
    """Text as it is, booleans in lower case, anything structured as compact JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else str(value)
