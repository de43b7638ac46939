"""Repairs of moto's CloudFormation engine: what creates, changes and deletes stacks goes through `Deployment`."""

from __future__ import annotations

import threading
from typing import Any

import moto.cloudformation.models as cloudformation
from moto.cloudformation.exceptions import AlreadyExistsException
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.core.config import default_user_config

from local.cloudformation import bootstrap, change_sets, templates
from local.cloudformation.deployment import Deployment, ResourceFailedError
from local.context import Context
from local.patches import replace

NOTHING: dict[str, Any] = {"Resources": {}}
one_deployment = threading.RLock()


def install(context: Context) -> None:
    """Replace the engine's entry points, and know the policies AWS manages, so that a misspelt one fails."""
    default_user_config["iam"]["load_aws_managed_policies"] = True

    def create_stack(self: CloudFormationBackend, name: str, template: str, parameters: Any, **options: Any) -> Stack:
        templates.check_types(template)
        stack = new_stack(self, name, parameters, options)
        deploy(context, self, stack, template, parameters)
        return stack

    def update_stack(self: CloudFormationBackend, name: str, template: str, **options: Any) -> Stack:
        templates.check_types(template)
        stack = self.get_stack(name)
        stack.role_arn = options["role_arn"]
        stack.tags = options["tags"] if options["tags"] is not None else stack.tags
        resolved = self._resolve_update_parameters(instance=stack, incoming_params=options["parameters"])
        deploy(context, self, stack, template, resolved)
        return stack

    def execute_change_set(self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = change_sets.find_change_set(self, change_set_name, stack_name)
        stack = self.stacks[change_set.stack_id]
        succeeded = deploy(context, self, stack, change_set.template, change_set.parameters, change_set.imports)
        change_set.execution_status = "EXECUTE_COMPLETE" if succeeded else "EXECUTE_FAILED"

    def delete_stack(self: CloudFormationBackend, name_or_stack_id: str) -> None:
        for stack in list(self.stacks.values()):
            if name_or_stack_id in (stack.name, stack.stack_id):
                destroy(context, self, stack)

    for method in (create_stack, update_stack, execute_change_set, delete_stack):
        replace(CloudFormationBackend, method.__name__, method)
    change_sets.install(context)
    templates.install(context)


def new_stack(backend: CloudFormationBackend, name: str, parameters: dict[str, str], options: dict[str, Any]) -> Stack:
    """An empty stack of that name; what fills it is a deployment like any other."""
    if any(stack.name == name for stack in backend.stacks.values()):
        message = f"Stack {name} already exists"
        raise AlreadyExistsException(message)
    stack = Stack(
        stack_id=cloudformation.generate_stack_id(name, backend.region_name, backend.account_id),
        name=name,
        template={},
        parameters=parameters,
        account_id=backend.account_id,
        region_name=backend.region_name,
        **options,
    )
    backend.stacks[stack.stack_id] = stack
    return stack


def deploy(  # noqa: PLR0913, PLR0917 - what a change set holds
    context: Context,
    backend: CloudFormationBackend,
    stack: Stack,
    template: str,
    parameters: dict[str, str],
    imports: dict[str, dict[str, str]] | None = None,
) -> bool:
    """Bring the stack to the template; on failure back to what it was. False when it failed: the stack says why."""
    with one_deployment:
        previous, old_parameters = stack.template_dict or NOTHING, stack.parameters
        kind, back = ("UPDATE", "UPDATE_ROLLBACK") if previous["Resources"] else ("CREATE", "ROLLBACK")
        if imports:
            kind, back = "IMPORT", "IMPORT_ROLLBACK"
        enter(stack, f"{kind}_IN_PROGRESS", "User Initiated")
        stack.resource_map.cross_stack_resources = backend.exports
        attempt = Deployment(
            stack=stack,
            template=Stack.parse_template(template),
            parameters=parameters,
            client=context.client,
            imports=imports or {},
        )
        try:
            if kind == "CREATE":
                bootstrap.make_room(context, attempt.template, parameters)
            attempt.run()
            publish_exports(backend, stack)
        except Exception as failure:  # whatever it was, the stack must say so instead of the server
            enter(stack, f"{back}_IN_PROGRESS", str(failure))
            undo(attempt, previous, old_parameters, kind)
            enter(stack, f"{back}_COMPLETE", str(failure))
            return False
        stack.template, stack.parameters = template, parameters
        stack.description = attempt.template.get("Description")
        enter(stack, f"{kind}_COMPLETE", None)
        return True


def undo(attempt: Deployment, previous: dict[str, Any], parameters: dict[str, str], kind: str) -> None:
    """Return to the previous template. What a failed creation leaves behind is deleted even where it says Retain."""
    way_back = Deployment(
        stack=attempt.stack,
        template=previous,
        parameters=parameters,
        client=attempt.client,
        keep_retained=kind != "CREATE",
    )
    try:
        attempt.undo_replacements()
        way_back.run()
    except ResourceFailedError as failure:
        enter(attempt.stack, "ROLLBACK_IN_PROGRESS", f"could not be undone: {failure}")


def destroy(context: Context, backend: CloudFormationBackend, stack: Stack) -> None:
    """Delete the stack's resources, last made first; a refusal leaves the stack as DELETE_FAILED with the reason."""
    with one_deployment:
        enter(stack, "DELETE_IN_PROGRESS", "User Initiated")
        emptying = Deployment(stack=stack, template=NOTHING, parameters={}, client=context.client)
        try:
            emptying.run()
        except ResourceFailedError as failure:
            enter(stack, "DELETE_FAILED", str(failure))
            return
        publish_exports(backend, stack)
        enter(stack, "DELETE_COMPLETE", None)
        backend.deleted_stacks[stack.stack_id] = backend.stacks.pop(stack.stack_id)


def enter(stack: Stack, status: str, reason: str | None) -> None:
    """Set the stack's status and say so in an event."""
    stack.status = status
    stack.stack_status_reason = reason
    stack._add_stack_event(status, resource_status_reason=reason)


def publish_exports(backend: CloudFormationBackend, stack: Stack) -> None:
    """Make the stack's exports, and only its present ones, importable by others."""
    for name, export in list(backend.exports.items()):
        if export.exporting_stack_id == stack.stack_id:
            del backend.exports[name]
    for export in stack.exports:
        if export.name in backend.exports:
            message = f"export {export.name} exists already, in another stack"
            raise ValueError(message)
        backend.exports[export.name] = export
