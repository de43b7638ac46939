"""Tasks that can be broken, held up and counted, and the states around them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.workbench import chain

SOURCE = """
import pathlib, time
folder = pathlib.Path({folder!r})
def handler(event, context):
    key = str(event["key"])
    with (folder / "began").open("a") as log:
        log.write(key + "\\n")
    while (folder / ("slow " + key)).exists():
        time.sleep(0.05)
    if (folder / ("broken " + key)).exists():
        raise ValueError(key + " is broken")
    return event
"""


@dataclass(frozen=True)
class Works:
    """Tasks that can be broken, held up and counted."""

    embedded: Any
    folder: Path
    function: str

    def task(self, key: str, **changes: Any) -> dict[str, Any]:
        """A state that answers its `key` (an expression or plain text), with the counts of redrives and retries."""
        named = {"key.$": key} if key.startswith(("$", "States.")) else {"key": key}
        counts = {"redriven.$": "$$.Execution.RedriveCount", "retried.$": "$$.State.RetryCount"}
        parameters = {**named, **counts}
        return {"Type": "Task", "Resource": self.function, "Parameters": parameters, **changes}

    def mend(self, *keys: str, kind: str = "broken") -> None:
        """Let these keys succeed from now on."""
        for key in keys:
            (self.folder / f"{kind} {key}").unlink()

    def damage(self, *keys: str, kind: str = "broken") -> None:
        """Let these keys fail, or be held up, until they are mended."""
        for key in keys:
            (self.folder / f"{kind} {key}").touch()

    @property
    def began(self) -> list[str]:
        """The key of every task that began, in order."""
        log = self.folder / "began"
        return log.read_text().split() if log.exists() else []

    @property
    def client(self) -> Any:
        """Step Functions."""
        return self.embedded.client("stepfunctions")

    def redrive(self, ended: dict[str, Any]) -> dict[str, Any]:
        """The execution, redriven and ended again."""
        self.client.redrive_execution(executionArn=ended["executionArn"])
        return self.end_of(ended["executionArn"])

    def end_of(self, arn: str) -> dict[str, Any]:
        """The description of an execution that has ended, its output parsed."""
        self.embedded.wait_until(lambda: self.client.describe_execution(executionArn=arn)["status"] != "RUNNING")
        description = self.client.describe_execution(executionArn=arn)
        return description | ({"output": json.loads(description["output"])} if "output" in description else {})

    def events(self, arn: str) -> list[dict[str, Any]]:
        """The history."""
        return list(self.client.get_execution_history(executionArn=arn, maxResults=1000)["events"])

    def left(self, arn: str, state: str) -> int:
        """How often a state of an execution has been left: what it answered is then noted."""
        exits = [event["stateExitedEventDetails"]["name"] for event in self.events(arn) if "stateExitedEventDetails" in event]
        return exits.count(state)

    def code_of_refusal(self, arn: str) -> tuple[str, str]:
        """Code and message with which a redrive is refused."""
        with pytest.raises(ClientError) as refused:
            self.client.redrive_execution(executionArn=arn)
        return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


def mapping(items: str, **states: dict[str, Any]) -> dict[str, Any]:
    """A Map over `items`, one after the other, whose iterations are a chain of states."""
    return {"Type": "Map", "ItemsPath": items, "MaxConcurrency": 1, "ItemProcessor": chain(**states)}


def keys(output: Any) -> Any:
    """An output with each task's answer reduced to its key."""
    return [keys(part) for part in output] if isinstance(output, list) else output["key"]
