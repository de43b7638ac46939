"""Change sets as the CDK uses them: each belongs to a stack, may be missing, may replace another, may import."""

from __future__ import annotations

from typing import Any

from moto.cloudformation import responses
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend
from moto.core.exceptions import ServiceException

from local.cloudformation import templates
from local.context import Context
from local.patches import replace


class ChangeSetNotFound(ServiceException):  # type: ignore[misc]
    """The code the CDK CLI waits for; moto answers another."""

    code = "ChangeSetNotFound"


def find_change_set(backend: CloudFormationBackend, name: str, stack: str | None = None) -> ChangeSet:
    """The newest change set of that name or ARN; moto ignores the stack and crashes on a missing one."""
    for change_set in reversed(backend.change_sets.values()):
        named = name in (change_set.change_set_id, change_set.change_set_name)
        if named and (stack is None or stack in (change_set.stack_id, change_set.stack_name)):
            return change_set
    message = f"ChangeSet [{name}] does not exist"
    raise ChangeSetNotFound(message)


def install(_: Context) -> None:
    """Change sets belong to a stack, may be missing, remember imports, and are refused when a type is unknown."""
    handler, create = responses.CloudFormationResponse, CloudFormationBackend.create_change_set
    create_answer = handler.create_change_set

    def create_with_imports(self: Any) -> Any:
        answer = create_answer(self)
        created = find_change_set(self.cloudformation_backend, self._get_param("ChangeSetName"), self._get_param("StackName"))
        wanted = self._get_param("ResourcesToImport") or []
        created.imports = {entry["LogicalResourceId"]: entry["ResourceIdentifier"] for entry in wanted}
        return answer

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
        templates.check_types(arguments["template"])
        if arguments["change_set_type"] in ("CREATE", "IMPORT"):
            discard_unmade_stack(self, arguments["stack_name"])
        created: tuple[str, str] = create(self, **arguments)
        return created

    replace(handler, "create_change_set", create_with_imports)
    replace(handler, "describe_change_set", describe)
    replace(handler, "delete_change_set", delete)
    replace(CloudFormationBackend, "create_change_set", create_checked)


def discard_unmade_stack(backend: CloudFormationBackend, stack_name: str) -> None:
    """Discard a stack that only ever had a change set; ValidationError for one that was made."""
    for stack in list(backend.stacks.values()):
        if stack.name == stack_name and stack.status == "REVIEW_IN_PROGRESS":
            del backend.stacks[stack.stack_id]
        elif stack.name == stack_name:
            message = f"Stack [{stack_name}] already exists and cannot be created again with the changeSet."
            raise ValidationError(message=message)
