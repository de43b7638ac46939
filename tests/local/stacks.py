"""Stacks of CloudFormation on a server."""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.local.workbench import Embedded


class Stacks:
    """Deploys hand-written templates to one server, by change sets."""

    def __init__(self, server: Embedded) -> None:
        self.client = server.client("cloudformation")

    def deploy(self, stack: str, template: dict[str, Any]) -> dict[str, Any]:
        """Create or update a stack; its description."""
        names = {"StackName": stack, "ChangeSetName": f"c{uuid.uuid4().hex}"}
        kind = "UPDATE" if self.exists(stack) else "CREATE"
        self.client.create_change_set(**names, ChangeSetType=kind, TemplateBody=json.dumps(template))
        self.client.execute_change_set(**names)
        return self.describe(stack)

    def exists(self, stack: str) -> bool:
        """Whether there is such a stack."""
        return stack in {one["StackName"] for one in self.client.describe_stacks()["Stacks"]}

    def describe(self, stack: str) -> dict[str, Any]:
        """A stack's description."""
        described: dict[str, Any] = self.client.describe_stacks(StackName=stack)["Stacks"][0]
        return described

    def outputs(self, stack: str) -> dict[str, str]:
        """A stack's outputs by key."""
        return {output["OutputKey"]: output["OutputValue"] for output in self.describe(stack)["Outputs"]}

    def delete(self, stack: str) -> None:
        """Delete a stack."""
        self.client.delete_stack(StackName=stack)
