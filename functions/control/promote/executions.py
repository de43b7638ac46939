"""Whether an execution is what it says: running, and of our state machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenfraud.errors import UnknownCaller
from greenfraud.executions import RUNNING, status_of


class Executions:
    """The executions of one state machine, as Step Functions knows them."""

    def __init__(self, client: Callable[[], Any], machine_arn: str) -> None:
        self._client = client
        self._machine_arn = machine_arn

    def check_running(self, arn: str) -> None:
        """Raises UnknownCaller unless `arn` is a running execution of the machine: only such a one may act in its own name."""
        if not arn.startswith(f"{self._machine_arn.replace(':stateMachine:', ':execution:')}:"):
            raise UnknownCaller(f"execution_arn: no execution of {self._machine_arn}")
        status = status_of(self._client(), arn)
        if status is None:
            raise UnknownCaller(f"execution_arn: {self._machine_arn} has no such execution")
        if status != RUNNING:
            raise UnknownCaller(f"execution_arn: the execution is not running but {status}, so it promotes nothing")
