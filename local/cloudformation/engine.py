"""Repairs of moto's CloudFormation engine: what creates, changes and deletes stacks goes through `Deployment`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.core.config import default_user_config

from local.cloudformation import bootstrap, change_sets, templates
from local.cloudformation.deployment import Deployment, ResourceFailedError
from local.context import OPERATOR_KEYS, Context
from local.patches import replace
from local.permissions.callers import keys_of
from local.permissions.decision import take_on

SESSION = "AWSCloudFormation"  # of a stack's service role
NOTHING: dict[str, Any] = {"Resources": {}}
one_deployment = threading.RLock()


def install(context: Context) -> None:
    """Replace the engine's entry points, and know the policies AWS manages, so that a misspelt one fails."""
    default_user_config["iam"]["load_aws_managed_policies"] = True

    def refuse(*_: Any, **__: Any) -> None:
        raise ValidationError(message="the embedded AWS changes stacks by change sets alone")

    def execute_change_set(self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = change_sets.find_change_set(self, change_set_name, stack_name)
        stack = self.stacks[change_set.stack_id]
        stack.role_arn = change_set.role_arn or stack.role_arn
        succeeded = deploy(context, self, stack, change_set.template, change_set.parameters, change_set.imports)
        change_set.execution_status = "EXECUTE_COMPLETE" if succeeded else "EXECUTE_FAILED"

    def delete_stack(self: CloudFormationBackend, name_or_stack_id: str) -> None:
        for stack in list(self.stacks.values()):
            if name_or_stack_id in (stack.name, stack.stack_id):
                destroy(context, self, stack)

    replace(CloudFormationBackend, "create_stack", refuse)
    replace(CloudFormationBackend, "update_stack", refuse)
    replace(CloudFormationBackend, "execute_change_set", execute_change_set)
    replace(CloudFormationBackend, "delete_stack", delete_stack)
    change_sets.install(context)
    templates.install(context)


def deploy(  # noqa: PLR0913, PLR0917 - what a change set holds
    context: Context,
    backend: CloudFormationBackend,
    stack: Stack,
    template: str,
    parameters: dict[str, str],
    imports: dict[str, dict[str, str]],
) -> bool:
    """Bring the stack to the template; on failure back to what it was. False when it failed: the stack says why."""
    with one_deployment:
        previous, old_parameters = stack.template_dict or NOTHING, stack.parameters
        kind, back = ("UPDATE", "UPDATE_ROLLBACK") if previous["Resources"] else ("CREATE", "ROLLBACK")
        if imports:
            kind, back = "IMPORT", "IMPORT_ROLLBACK"
        set_status(stack, f"{kind}_IN_PROGRESS", "User Initiated")
        stack.resource_map.cross_stack_resources = backend.exports
        attempt = Deployment(
            stack=stack,
            template=Stack.parse_template(template),
            parameters=parameters,
            client=acting_for(context, stack),
            imports=imports,
        )
        try:
            check_role(stack)
            if kind == "CREATE":
                bootstrap.remove_stand_ins(context, attempt.template, parameters)
            attempt.run()
            publish_exports(backend, stack)
            attempt.settle()
        except Exception as failure:  # whatever it was, the stack must say so instead of the server
            set_status(stack, f"{back}_IN_PROGRESS", str(failure))
            undo(attempt, previous, old_parameters)
            set_status(stack, f"{back}_COMPLETE", str(failure))
            return False
        stack.template, stack.parameters = template, parameters
        stack.description = attempt.template.get("Description")
        set_status(stack, f"{kind}_COMPLETE", None)
        return True


def acting_for(context: Context, stack: Stack) -> Callable[[str], Any]:
    """Clients of the stack's service role, by which CloudFormation works; without one it works as whoever asked: the operator."""
    keys = keys_of(stack.role_arn, SESSION) if stack.role_arn else OPERATOR_KEYS
    return lambda service: context.client(service, keys)


def check_role(stack: Stack) -> None:
    """Raise RoleNotAssumableError unless CloudFormation may take on the stack's service role."""
    if stack.role_arn:
        take_on(stack.role_arn, "cloudformation.amazonaws.com", SESSION)


def undo(attempt: Deployment, previous: dict[str, Any], parameters: dict[str, str]) -> None:
    """Return to the previous template. As in AWS, what says Retain is left standing, even when it was only just created."""
    way_back = Deployment(stack=attempt.stack, template=previous, parameters=parameters, client=attempt.client)
    try:
        attempt.undo_replacements()
        way_back.run()
    except ResourceFailedError as failure:
        set_status(attempt.stack, "ROLLBACK_IN_PROGRESS", f"could not be undone: {failure}")


def destroy(context: Context, backend: CloudFormationBackend, stack: Stack) -> None:
    """Delete the stack's resources, last made first; a refusal leaves the stack as DELETE_FAILED with the reason."""
    with one_deployment:
        set_status(stack, "DELETE_IN_PROGRESS", "User Initiated")
        emptying = Deployment(stack=stack, template=NOTHING, parameters={}, client=acting_for(context, stack))
        try:
            emptying.run()
        except ResourceFailedError as failure:
            set_status(stack, "DELETE_FAILED", str(failure))
            return
        publish_exports(backend, stack)
        set_status(stack, "DELETE_COMPLETE", None)
        backend.deleted_stacks[stack.stack_id] = backend.stacks.pop(stack.stack_id)


def set_status(stack: Stack, status: str, reason: str | None) -> None:
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
