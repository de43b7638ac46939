"""The HTTP API as a page, from the OpenAPI document that a test holds equal to the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from toolchain.site.tables import table

TITLE = """# The API

Made from [openapi.json](../../source/docs/openapi.json.md), which a test holds equal to the code. What becomes of every input:
[what is accepted](../inputs.md). In AWS every request but `GET /health` is signed ([deploying](../deploy.md#deploy)).
"""
BOUNDS = {"minLength": "at least {} characters", "maxLength": "at most {} characters", "minimum": ">= {}", "maximum": "<= {}"}
BOUNDS |= {"exclusiveMinimum": "> {}", "exclusiveMaximum": "< {}", "minItems": "at least {}", "maxItems": "at most {}"}


def api_page(document: Mapping[str, Any]) -> str:
    """The page of an OpenAPI document: each operation, then each shape that goes in or out."""
    lines = [TITLE]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            lines += _operation(f"{method.upper()} {path}", operation)
    lines += ["## Shapes", ""]
    for name, schema in document["components"]["schemas"].items():
        lines += [f"### {name}", "", *_said(schema), *_fields(schema)]
    return "\n".join(lines)


def _operation(title: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield from [f"## `{title}`", "", *_said(operation)]
    if parameters := operation.get("parameters"):
        named = [(f"`{one['name']}`", one["in"], kind(one["schema"]), one.get("description", "")) for one in parameters]
        yield from table(["parameter", "in", "kind", "what it is"], named)
    if "requestBody" in operation:
        yield from [f"Body: {_content(operation['requestBody'])}", ""]
    rows = [(code, one["description"], _content(one)) for code, one in operation["responses"].items()]
    yield from table(["answer", "", "shape"], rows)


def _fields(schema: Mapping[str, Any]) -> list[str]:
    if "properties" not in schema:
        return [kind(schema), ""]
    needed = schema.get("required", [])
    rows = [
        (f"`{name}`", "yes" if name in needed else "", kind(one), one.get("description", ""))
        for name, one in schema["properties"].items()
    ]
    return table(["field", "needed", "kind", "what it is"], rows)


def kind(schema: Mapping[str, Any]) -> str:
    """A schema in words.

    >>> kind({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]}), kind({"$ref": "#/components/schemas/Scored"})
    ('string, at most 3 characters, or null', '[Scored](#scored)')
    >>> kind({"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2})
    'list of `a` or `b`, at most 2'
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if choices := schema.get("anyOf", schema.get("oneOf")):
        words = [kind(one) for one in choices]
        return (", or " if any("," in word for word in words) else " or ").join(words)
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    base = " or ".join(f"`{value}`" for value in values) or _type(schema)
    return ", ".join([base, *(text.format(schema[name]) for name, text in BOUNDS.items() if name in schema)])


def _type(schema: Mapping[str, Any]) -> str:
    name = str(schema.get("type", "anything"))
    if name == "array":
        return f"list of {kind(schema.get('items', {}))}"
    if name == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {kind(schema['additionalProperties'])}"
    return f"{name} ({schema['format']})" if "format" in schema else name


def _said(described: Mapping[str, Any]) -> list[str]:
    return [described["description"], ""] if described.get("description") else []


def _content(body: Mapping[str, Any]) -> str:
    return ", ".join(kind(one.get("schema", {})) for one in body.get("content", {}).values())
