"""What a resource of a stack is, and what a provider says about its type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.cloudformation.names import physical_name
from local.cloudformation.providers.shapes import fit

Properties = dict[str, Any]


@dataclass
class Resource:
    """One resource: its resolved properties and, once created, what `Ref` and `Fn::GetAtt` answer for it."""

    type: str
    logical_resource_id: str
    stack: str
    account: str
    region: str
    client: Callable[[str], Any]
    properties: Properties
    generation: int = 0
    retained: bool = False
    physical_resource_id: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def cf_resource_type(self) -> str:
        """The name moto's answers read the type by."""
        return self.type

    def name(self, property_name: str | None = None) -> str:
        """The name the template gives, or the deterministic one."""
        generated = physical_name(self.type, self.stack, self.logical_resource_id, self.generation)
        return str(self.properties.get(property_name, generated)) if property_name else generated

    def identify(self, physical_id: str, **attributes: Any) -> None:
        """Record what `Ref` and `Fn::GetAtt` answer."""
        self.physical_resource_id = physical_id
        self.attributes = attributes

    def get_cfn_attribute(self, name: str) -> Any:
        """`Fn::GetAtt`; KeyError names an attribute the provider does not know."""
        try:
            return self.attributes[name]
        except KeyError:
            message = f"{self.type}: the embedded AWS provides no attribute {name}"
            raise KeyError(message) from None

    def call(self, service: str, operation: str, arguments: Properties) -> Any:
        """Call an operation with CloudFormation's values, fitted to the operation's own names and types."""
        client = self.client(service)
        shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation]).input_shape
        return getattr(client, operation)(**fit(shape, arguments, self.type))

    def only(self, *names: str) -> Properties:
        """The named properties, those that are set."""
        return {name: self.properties[name] for name in names if name in self.properties}

    def without(self, *names: str) -> Properties:
        """Every property but the named ones: what the API does not know then fails, it is not dropped."""
        return {name: value for name, value in self.properties.items() if name not in names}


def refuse_import(resource: Resource, _: dict[str, str]) -> None:
    """What a provider without `adopt` answers to an import."""
    message = f"{resource.type} cannot be imported in the embedded AWS"
    raise ValueError(message)


@dataclass(frozen=True, kw_only=True)
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
    replaced_by: frozenset[str] = frozenset()

    def must_replace(self, old: Properties, new: Properties) -> bool:
        """Whether the change cannot be made in place."""
        return self.update is None or any(old.get(name) != new.get(name) for name in self.replaced_by)
