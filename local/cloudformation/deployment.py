"""Brings a stack's resources to what a template says, in order, and back again when one of them fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.cloudformation.models import Event, Stack
from moto.cloudformation.parsing import clean_json

from local.cloudformation.dependencies import creation_order
from local.cloudformation.providers import PROVIDERS
from local.cloudformation.providers.resource import Properties, Resource, check_properties

# Where a retained resource holds the name, the next one of its logical id gets another, as in AWS.
_names_taken: dict[tuple[str, str], int] = {}


class ResourceFailedError(Exception):
    """A resource that could not be brought to its declared state; the message names it and the reason."""

    def __init__(self, logical_id: str, type_: str, cause: Exception) -> None:
        reason = cause.args[0] if isinstance(cause, KeyError) and cause.args else cause
        super().__init__(f"{logical_id} ({type_}): {reason}")


@dataclass(kw_only=True)
class Deployment:
    """One pass over a stack. `resource_map` is moto's: it resolves the intrinsic functions."""

    stack: Stack
    template: dict[str, Any]
    parameters: dict[str, str]
    client: Callable[[str], Any]
    imports: dict[str, dict[str, str]] = field(default_factory=dict)  # logical id -> what names the standing resource
    superseded: list[tuple[str, Resource]] = field(default_factory=list)

    @property
    def parsed(self) -> dict[str, Any]:
        """What stands: resources by logical id, between parameters, mappings and pseudo parameters."""
        parsed: dict[str, Any] = self.stack.resource_map._parsed_resources
        return parsed

    def run(self) -> None:
        """Create, update or replace in dependency order, then delete what is superseded or left the template.

        Deletions come last: a version published on the way gets its function's new code, and nothing is lost
        before everything new stands. Raises ResourceFailedError; `undo_replacements` then precedes any further pass.
        """
        resources = self.template["Resources"]
        standing = [name for name, entry in self.parsed.items() if isinstance(entry, Resource)]
        self.load()
        for logical_id in creation_order(resources):
            self.apply(logical_id, resources[logical_id])
        self.check_outputs()
        for logical_id, resource in reversed(self.superseded):
            self.delete(logical_id, resource)
        self.superseded.clear()
        for logical_id in reversed(standing):
            if logical_id not in resources and logical_id in self.parsed:
                self.delete(logical_id, self.parsed.pop(logical_id))

    def load(self) -> None:
        """Give moto's resource map the template's parameters, mappings and conditions."""
        resource_map = self.stack.resource_map
        resource_map._template = self.template
        resource_map._resource_json_map = self.template["Resources"]
        resource_map.input_parameters = self.parameters
        resource_map.resolved_parameters = {}
        resource_map.load_mapping()
        resource_map.load_parameters()
        resource_map.load_conditions()

    def apply(self, logical_id: str, definition: dict[str, Any]) -> None:
        """Bring one resource to its definition."""
        existing = self.parsed.get(logical_id)
        condition = definition.get("Condition")
        if condition and not self.stack.resource_map.lazy_condition_map[condition]:
            if existing is not None:
                self.superseded.append((logical_id, self.parsed.pop(logical_id)))
            return
        with self.naming(logical_id, definition["Type"]):
            properties = clean_json(definition.get("Properties", {}), self.stack.resource_map)
            check_properties(definition["Type"], properties)
            if existing is None:
                generation = _names_taken.get((self.stack.name, logical_id), 0)
                self.create(logical_id, definition, properties, generation=generation)
            elif existing.type != definition["Type"] or must_replace(existing, properties):
                self.superseded.append((logical_id, existing))
                self.create(logical_id, definition, properties, generation=existing.generation + 1)
            elif existing.properties != properties:
                self.update(existing, properties)
            self.parsed[logical_id].deletion_policy = policy_of(definition)

    def create(self, logical_id: str, definition: dict[str, Any], properties: Properties, *, generation: int) -> None:
        """Create it; what already stands under the same logical id stays until the end.

        What stands half made when its creation fails belongs to the stack too, so that the way back disposes of it.
        """
        resource = Resource(
            type=definition["Type"],
            logical_resource_id=logical_id,
            stack=self.stack.name,
            client=self.client,
            properties=properties,
            generation=generation,
            deletion_policy=policy_of(definition),
        )
        if logical_id in self.imports:
            PROVIDERS[resource.type].adopt(resource, self.imports[logical_id])
            resource.is_new = False
        else:
            try:
                PROVIDERS[resource.type].create(resource)
            except Exception:
                if resource.physical_resource_id:
                    self.parsed[logical_id] = resource
                raise
        self.parsed[logical_id] = resource
        self.record(resource, "IMPORT_COMPLETE" if logical_id in self.imports else "CREATE_COMPLETE")

    def update(self, resource: Resource, properties: Properties) -> None:
        """Change it in place. While that runs its properties count as unknown, so that a way back updates it again."""
        old, resource.properties = resource.properties, properties
        update = PROVIDERS[resource.type].update
        assert update is not None  # `must_replace` said so
        try:
            update(resource, old)
        except Exception:
            resource.properties = old | {"": "partly updated"}
            raise
        self.record(resource, "UPDATE_COMPLETE")

    def delete(self, logical_id: str, resource: Resource) -> None:
        """Delete it, unless the template said to retain it."""
        delete = PROVIDERS[resource.type].delete
        if resource.is_retained:
            _names_taken[self.stack.name, logical_id] = resource.generation + 1
            self.record(resource, "DELETE_SKIPPED")
            return
        with self.naming(logical_id, resource.type):
            if delete is not None:
                delete(resource)
            self.record(resource, "DELETE_COMPLETE")

    def undo_replacements(self) -> None:
        """Put the replaced resources back and delete their successors."""
        while self.superseded:
            logical_id, old = self.superseded.pop()
            successor, self.parsed[logical_id] = self.parsed.get(logical_id), old
            if successor is not None and successor is not old:
                self.delete(logical_id, successor)

    def check_outputs(self) -> None:
        """Resolve every output now: one that cannot be resolved fails the deployment, not a later reader."""
        self.stack.template_dict = self.template
        self.stack.output_map = self.stack._create_output_map()
        for name in self.stack.output_map.outputs:
            with self.naming(name, "output"):
                _ = self.stack.output_map[name]

    def settle(self) -> None:
        """The operation ended well: what it created is new no longer, and RetainExceptOnCreate retains it."""
        for entry in self.parsed.values():
            if isinstance(entry, Resource):
                entry.is_new = False

    @contextmanager
    def naming(self, logical_id: str, kind: str) -> Iterator[None]:
        """Turn any error inside into a ResourceFailedError and a failed event of the resource."""
        try:
            yield
        except Exception as error:
            failure = ResourceFailedError(logical_id, kind, error)
            self.record(Resource(kind, logical_id, self.stack.name, self.client, {}), "CREATE_FAILED", str(failure))
            raise failure from error

    def record(self, resource: Resource, status: str, reason: str | None = None) -> None:
        """Add an event to the stack."""
        event = Event(
            stack_id=self.stack.stack_id,
            stack_name=self.stack.name,
            logical_resource_id=resource.logical_resource_id,
            physical_resource_id=resource.physical_resource_id,
            resource_type=resource.type,
            resource_status=status,
            resource_status_reason=reason,
            resource_properties=None,
        )
        self.stack.events.append(event)


def policy_of(definition: dict[str, Any]) -> str:
    """What becomes of a resource that its stack no longer has."""
    return str(definition.get("DeletionPolicy", "Delete"))


def must_replace(existing: Resource, properties: Properties) -> bool:
    """Whether a change of properties needs another resource."""
    changed = existing.properties != properties
    return changed and PROVIDERS[existing.type].must_replace(existing.properties, properties)
