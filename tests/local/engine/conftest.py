"""Hand-written templates and their stacks, on the shared server or on servers of a test's own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.context import connect

ROOT = Path(__file__).parents[3]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A server of the test's own, on a state folder it chooses."""

    def __init__(self, state: Path) -> None:
        command = [sys.executable, "-m", "local", "serve", "--state", str(state)]
        ports = ["--port", str(free_port()), "--http-port", str(free_port())]
        environ = {**os.environ, "GREENFRAUD_JOB_PRELOAD": "json"}
        self.process = subprocess.Popen([*command, *ports], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.endpoint: str = json.loads(self.process.stdout.readline())["endpoint"]

    def client(self, service: str) -> Any:
        """A client of this server."""
        return connect(service, endpoint=self.endpoint)

    def stop(self) -> None:
        """Stop it as a person would; it saves its state and ends well."""
        self.process.terminate()
        assert self.process.wait(60) == 0


class Stacks:
    """Deploys hand-written templates to one server, by change sets."""

    def __init__(self, server: Any) -> None:
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


@pytest.fixture
def stacks(embedded: Any) -> Stacks:
    """Stacks on the shared server."""
    return Stacks(embedded)


@pytest.fixture
def stack_name() -> str:
    """A stack name no other test uses."""
    return f"Test{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def server_on() -> Callable[[Path], tuple[Server, Stacks]]:
    """Starts a server on a state folder."""

    def start(state: Path) -> tuple[Server, Stacks]:
        server = Server(state)
        return server, Stacks(server)

    return start
