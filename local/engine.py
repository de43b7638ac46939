"""Repairs of moto's CloudFormation engine: what creates, changes and deletes stacks goes through `Deployment`."""

from __future__ import annotations

import json
import threading
from typing import Any
from urllib.parse import unquote, urlparse

import moto.cloudformation.models as cloudformation
from moto.cloudformation import responses
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.core.config import default_user_config
from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends

from local.context import Context
from local.deployment import Deployment, ResourceFailedError
from local.providers import PROVIDERS
from local.providers.resource import Resource

NOTHING: dict[str, Any] = {"Resources": {}}
one_deployment = threading.RLock()


class ChangeSetNotFound(ServiceException):  # type: ignore[misc]
    """The code the CDK CLI waits for; moto answers another."""

    code = "ChangeSetNotFound"


def install(context: Context) -> None:
    """Replace the engine's entry points, and know the policies AWS manages, so that a misspelt one fails."""
    default_user_config["iam"]["load_aws_managed_policies"] = True

    def create_stack(self: CloudFormationBackend, name: str, template: str, parameters: Any, **options: Any) -> Stack:
        check_types(template)
        stack = new_stack(self, name, parameters, options)
        deploy(context, self, stack, template, parameters)
        return stack

    def update_stack(self: CloudFormationBackend, name: str, template: str, **options: Any) -> Stack:
        check_types(template)
        stack = self.get_stack(name)
        stack.role_arn = options["role_arn"]
        stack.tags = options["tags"] if options["tags"] is not None else stack.tags
        resolved = self._resolve_update_parameters(instance=stack, incoming_params=options["parameters"])
        deploy(context, self, stack, template, resolved)
        return stack

    def execute_change_set(self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = find_change_set(self, change_set_name, stack_name)
        stack = self.stacks[change_set.stack_id]
        succeeded = deploy(context, self, stack, change_set.template, change_set.parameters)
        change_set.execution_status = "EXECUTE_COMPLETE" if succeeded else "EXECUTE_FAILED"

    def delete_stack(self: CloudFormationBackend, name_or_stack_id: str) -> None:
        for stack in list(self.stacks.values()):
            if name_or_stack_id in (stack.name, stack.stack_id):
                destroy(context, self, stack)

    for method in (create_stack, update_stack, execute_change_set, delete_stack):
        setattr(CloudFormationBackend, method.__name__, method)
    repair_change_sets()
    repair_templates()


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


def deploy(context: Context, backend: CloudFormationBackend, stack: Stack, template: str, parameters: dict[str, str]) -> bool:
    """Bring the stack to the template; on failure back to what it was. False when it failed: the stack says why."""
    with one_deployment:
        previous, old_parameters = stack.template_dict or NOTHING, stack.parameters
        kind, back = ("UPDATE", "UPDATE_ROLLBACK") if previous["Resources"] else ("CREATE", "ROLLBACK")
        enter(stack, f"{kind}_IN_PROGRESS", "User Initiated")
        stack.resource_map.cross_stack_resources = backend.exports
        attempt = Deployment(stack=stack, template=Stack.parse_template(template), parameters=parameters, client=context.client)
        try:
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
        keep_retained=kind == "UPDATE",
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


def check_types(template: str) -> None:
    """Refuse a template with a type that has no provider, before anything is created."""
    resources = Stack.parse_template(template).get("Resources", {})
    unknown = sorted({entry["Type"] for entry in resources.values()} - set(PROVIDERS))
    if unknown:
        message = f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
        raise ValidationError(message=message)


def find_change_set(backend: CloudFormationBackend, name: str, stack: str | None = None) -> ChangeSet:
    """The newest change set of that name or ARN; moto ignores the stack and crashes on a missing one."""
    for change_set in reversed(backend.change_sets.values()):
        named = name in (change_set.change_set_id, change_set.change_set_name)
        if named and (stack is None or stack in (change_set.stack_id, change_set.stack_name)):
            return change_set
    message = f"ChangeSet [{name}] does not exist"
    raise ChangeSetNotFound(message)


def repair_change_sets() -> None:
    """Change sets belong to a stack, may be missing, and are refused when a type is unknown."""
    handler, create = responses.CloudFormationResponse, CloudFormationBackend.create_change_set

    def describe(self: Any) -> Any:
        name, stack = self._get_param("ChangeSetName"), self._get_param("StackName")
        return responses.ActionResult(find_change_set(self.cloudformation_backend, name, stack))

    def delete(self: Any) -> Any:
        name, stack = self._get_param("ChangeSetName"), self._get_param("StackName")
        try:
            found = find_change_set(self.cloudformation_backend, name, stack)
        except ChangeSetNotFound:
            return responses.EmptyResult()  # as in AWS, deleting what is not there succeeds
        del self.cloudformation_backend.change_sets[found.change_set_id]
        return responses.EmptyResult()

    def create_checked(self: CloudFormationBackend, **arguments: Any) -> tuple[str, str]:
        check_types(arguments["template"])
        if arguments["change_set_type"] == "CREATE":
            make_room(self, arguments["stack_name"])
        created: tuple[str, str] = create(self, **arguments)
        return created

    handler.describe_change_set = describe
    handler.delete_change_set = delete
    CloudFormationBackend.create_change_set = create_checked


def make_room(backend: CloudFormationBackend, stack_name: str) -> None:
    """A stack that only ever had a change set makes room for the next one; any other refuses."""
    for stack in list(backend.stacks.values()):
        if stack.name == stack_name and stack.status == "REVIEW_IN_PROGRESS":
            del backend.stacks[stack.stack_id]
        elif stack.name == stack_name:
            message = f"Stack [{stack_name}] already exists and cannot be created again with the changeSet."
            raise ValidationError(message=message)


def repair_templates() -> None:
    """Templates are JSON before they are YAML (ten times faster), come from any S3 address, and create nothing lazily."""
    parse_yaml = Stack.parse_template

    def parse_template(template: str) -> Any:
        return json.loads(template) if template.lstrip().startswith("{") else parse_yaml(template)

    def parse_change_set(self: ChangeSet) -> None:
        self.template_dict = parse_template(self.template)

    def standing(self: ResourceMap, key: str) -> Any:
        if key in self._parsed_resources:
            return self._parsed_resources[key]
        if key in self._resource_json_map:
            return None  # its condition is false
        raise KeyError(key)

    def stack_resources(self: Stack) -> list[Resource]:
        return [entry for entry in self.resource_map._parsed_resources.values() if isinstance(entry, Resource)]

    Stack.parse_template = staticmethod(parse_template)
    Stack.stack_resources = property(stack_resources)
    ChangeSet._parse_template = parse_change_set
    ResourceMap.__getitem__ = standing
    responses.get_stack_from_s3_url = template_from_url
    keep_resolved_parameters()


def keep_resolved_parameters() -> None:
    """`UsePreviousValue` hands the resolved value of an SSM parameter back in as if it were the parameter's name."""
    resolve = ResourceMap.parse_ssm_parameter

    def parse_ssm_parameter(self: ResourceMap, value: str, value_type: str) -> Any:
        from moto.ssm import ssm_backends

        if ssm_backends[self._account_id][self._region_name].get_parameter(value) is None:
            return value
        return resolve(self, value, value_type)

    ResourceMap.parse_ssm_parameter = parse_ssm_parameter


def template_from_url(url: str, account_id: str, partition: str) -> str:
    """The template at an S3 address, whether the bucket stands in the host or in the path."""
    address = urlparse(url)
    backend = s3_backends[account_id][partition]
    host, path = address.netloc.split(".")[0], unquote(address.path.lstrip("/"))
    bucket, key = (host, path) if host in backend.buckets else path.split("/", 1)
    found = backend.get_object(bucket, key)
    if found is None:
        message = f"S3 error: no template at {url}"
        raise ValidationError(message=message)
    return str(found.value.decode())
