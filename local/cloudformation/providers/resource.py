"""What a resource of a stack is, and what a provider says about its type."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.cloudformation.names import physical_name
from local.cloudformation.providers.shapes import fit

Properties = dict[str, Any]
PROVIDED: dict[str, list[str]] = tomllib.loads(Path(__file__).parents[1].joinpath("provided.toml").read_text())


@dataclass
class Resource:
    """One resource: its resolved properties and, once created, what `Ref` and `Fn::GetAtt` answer for it."""

    type: str
    logical_resource_id: str
    stack: str
    client: Callable[[str], Any]
    properties: Properties
    generation: int = 0
    deletion_policy: str = "Delete"
    is_new: bool = True  # until the operation that creates it has ended well
    physical_resource_id: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def cf_resource_type(self) -> str:
        """The name moto's answers read the type by."""
        return self.type

    @property
    def is_retained(self) -> bool:
        """Whether it outlives its stack, or the way back from a failure."""
        return self.deletion_policy == "Retain" or (self.deletion_policy == "RetainExceptOnCreate" and not self.is_new)

    def name(self, property_name: str = "") -> str:
        """The name the template gives, or the deterministic one."""
        generated = physical_name(self.type, self.stack, self.logical_resource_id, self.generation)
        return str(self.properties.get(property_name, generated))

    def identify(self, physical_id: str, **attributes: Any) -> None:
        """Record what `Ref` and `Fn::GetAtt` answer."""
        self.physical_resource_id = physical_id
        self.attributes = attributes

    def get_cfn_attribute(self, name: str) -> Any:
        """`Fn::GetAtt`; KeyError names an attribute the provider does not know."""
        if name not in self.attributes:
            raise KeyError(f"{self.type}: the embedded AWS provides no attribute {name}")
        return self.attributes[name]

    def call(self, service: str, operation: str, arguments: Properties) -> Any:
        """Call an operation with CloudFormation's values, fitted to the operation's own names and types."""
        client = self.client(service)
        shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape
        return getattr(client, operation)(**fit(shape, arguments, self.type))

    def only(self, *names: str) -> Properties:
        """The named properties, those that are set."""
        return {name: self.properties[name] for name in names if name in self.properties}

    def without(self, *names: str) -> Properties:
        """Every property but the named ones."""
        return {name: value for name, value in self.properties.items() if name not in names}


def check_properties(type_: str, properties: Properties) -> None:
    """Raise ValueError when a property is not provided for: it would be dropped in silence."""
    unknown = sorted(unprovided(properties, PROVIDED[type_]))
    if unknown:
        raise ValueError(f"{type_}: the embedded AWS knows no property {', '.join(unknown)}")


def unprovided(properties: Properties, provided: list[str], prefix: str = "") -> Iterator[str]:
    """Every property, by its path, that is not in the list; members count where the list has members."""
    for name, value in properties.items():
        path = prefix + name
        if path not in provided:
            yield path
        elif any(known.startswith(f"{path}.") for known in provided):
            yield from unprovided(value, provided, f"{path}.")


def refuse_import(resource: Resource, _: dict[str, str]) -> None:
    """What a provider without `adopt` answers to an import."""
    raise ValueError(f"{resource.type} cannot be imported in the embedded AWS")


@dataclass(frozen=True)
class Provider:
    """How a type is created, updated and deleted.

    Without `update`, or when a property of `replaced_by` changes, the resource is replaced: created anew, the old
    one deleted once the whole stack stands. `update` gets the resource with its new properties and the old ones,
    `adopt` what names the standing resource that an import takes into the stack.
    """

    type: str
    create: Callable[[Resource], None]
    update: Callable[[Resource, Properties], None] | None = None
    delete: Callable[[Resource], None] | None = None
    adopt: Callable[[Resource, dict[str, str]], None] = refuse_import
    replaced_by: tuple[str, ...] = ()

    def must_replace(self, old: Properties, new: Properties) -> bool:
        """Whether the change cannot be made in place."""
        return self.update is None or any(old.get(name) != new.get(name) for name in self.replaced_by)
