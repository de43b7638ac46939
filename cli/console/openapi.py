"""The API's description as operations that a form can send: their parameters, and a body that works as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cli.errors import CommandError

DESCRIPTION = Path(__file__).resolve().parents[2] / "docs/openapi.json"
METHODS = ("get", "post")
USUAL: Mapping[str, Any] = {"boolean": False, "integer": 1, "number": 1.0}
# What a form may send beside reading; what changes production has commands, which ask before they do it.
TRIED = ("/v1/score", "/v1/labels", "/v1/releases", "/v1/reviews")

Schema = Mapping[str, Any]


class Parameter(NamedTuple):
    """A parameter of the path or the query, with an example or nothing."""

    name: str
    place: str
    is_required: bool
    description: str
    example: str


class Operation(NamedTuple):
    """A method of a path; `body` is an example as text, None where nothing is sent."""

    method: str
    path: str
    description: str
    parameters: Sequence[Parameter]
    body: str | None
    statuses: Sequence[tuple[str, str]]

    @property
    def name(self) -> str:
        """How it is asked for."""
        return f"{self.method} {self.path}"

    @property
    def is_tried(self) -> bool:
        """Whether a form may send it."""
        return self.method == "GET" or self.path.startswith(TRIED)


@cache
def description() -> Schema:
    """The description of this release's API. CommandError outside a checkout."""
    try:
        document: Schema = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    except OSError:
        raise CommandError("the API's description is not there: docs/openapi.json, in the project's folder") from None
    return document


def operations(document: Schema, examples: Mapping[str, Any]) -> list[Operation]:
    """Every operation; `examples` are values by name, from which bodies and parameters are made."""
    return [
        _operation(document, examples, method, path, one)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
        if method in METHODS
    ]


def _operation(document: Schema, examples: Mapping[str, Any], method: str, path: str, one: Schema) -> Operation:
    content = one.get("requestBody", {}).get("content", {}).get("application/json")
    body = None if content is None else example_of(content["schema"], document["components"]["schemas"], examples)
    return Operation(
        method.upper(),
        path,
        one.get("description") or one.get("summary", ""),
        [_parameter(each, examples) for each in one.get("parameters", [])],
        None if body is None else json.dumps(body, indent=1),
        [(status, told["description"]) for status, told in one["responses"].items()],
    )


def _parameter(one: Schema, examples: Mapping[str, Any]) -> Parameter:
    example = str(examples.get(one["name"], "")) if one["required"] else ""
    return Parameter(one["name"], one["in"], one["required"], one.get("description", ""), example)


def example_of(schema: Schema, schemas: Schema, examples: Mapping[str, Any]) -> Any:
    """A value that a schema takes: of an object what it requires, of several forms the first.

    >>> person = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["name"]}
    >>> example_of({"anyOf": [{"$ref": "#/components/schemas/Person"}]}, {"Person": person}, {"name": "ada"})
    {'name': 'ada'}
    """
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, examples)
    if (given := _given(schema)) is not None:
        return given
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], schemas, examples)
    if schema.get("type") == "array":
        return [example_of(schema["items"], schemas, examples)]
    return dict(_required(schema, schemas, examples)) if "properties" in schema else USUAL.get(schema.get("type", ""), "text")


def _given(schema: Schema) -> Any:
    """A value that the schema itself names; None where it names none."""
    several = [*schema.get("examples", []), *schema.get("enum", [])]
    return schema.get("const", schema.get("default", several[0] if several else None))


def _required(schema: Schema, schemas: Schema, examples: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    either = schema["oneOf"][0].get("required", []) if "oneOf" in schema else []
    for name in (*schema.get("required", []), *either):
        yield name, examples[name] if name in examples else example_of(schema["properties"][name], schemas, examples)
