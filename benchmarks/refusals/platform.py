"""An embedded AWS of a walk's own: ports, folder, state, and what it wrote down of refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.ports import free_port
from cli.target import Target
from local import processes

ROOT = Path(__file__).resolve().parents[2]
RECORD_SECONDS = 1.5  # the record is written every second
PAUSE_SECONDS = 0.2
T = TypeVar("T")


class RefusedError(Exception):
    """The record tells of a refusal."""


class StuckError(Exception):
    """Something that was waited for did not happen."""


class NotStartedError(Exception):
    """The embedded AWS did not come up."""


@dataclass(frozen=True)
class Platform:
    """One that is up."""

    folder: Path
    target: Target
    process_id: int

    @property
    def log(self) -> str:
        """What the server said so far."""
        return (self.folder / "serve.log").read_text(encoding="utf-8", errors="replace")

    @property
    def record(self) -> dict[str, Any]:
        """Roles with what they are granted and what they used, and every refusal; see local/permissions/record.py."""
        file = self.folder / "permissions" / f"{self.process_id}.json"
        found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"roles": {}, "denied": []}
        return found

    def deploy(self, assembly: Path) -> subprocess.CompletedProcess[str]:
        """Send an assembly by the project's own command."""
        command = [sys.executable, "-m", "local", "deploy", str(assembly), "--endpoint", str(self.target.endpoint)]
        return subprocess.run(command, cwd=self.folder, env=environment(self.folder), capture_output=True, text=True, check=False)

    def client(self, service: str) -> Any:
        """The operator's client."""
        return self.target.client(service)

    def check(self) -> None:
        """Raise RefusedError when the record tells of a refusal."""
        if self.record["denied"]:
            raise RefusedError("refused")

    def wait_for(self, what: str, condition: Callable[[], T | None], seconds: float) -> T:
        """The first value of `condition` that is true. Raises RefusedError as soon as the record tells of a refusal, StuckError."""
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            self.check()
            if time.monotonic() > deadline:
                raise StuckError(f"{what}: nothing after {seconds:.0f} s")
            time.sleep(PAUSE_SECONDS)
        return value


@contextmanager
def platform(folder: Path) -> Iterator[Platform]:
    """One that is up while the block runs, in a new folder of its own. Raises NotStartedError."""
    layers = ROOT / ".local/cache/layers"  # the build of the runtime layer is shared, nothing else
    layers.mkdir(parents=True, exist_ok=True)
    (folder / ".local/cache").mkdir(parents=True)
    (folder / ".local/cache/layers").symlink_to(layers)
    with (folder / "serve.log").open("ab") as log:
        process = start(folder, log)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise NotStartedError((folder / "serve.log").read_text(encoding="utf-8").strip()[-500:])
            ready = json.loads(line)
            yield Platform(folder, Target(ready["endpoint"], api_url=ready["api"]), process.pid)
        finally:
            processes.end_session(process.pid)  # nothing of it is kept
            process.wait()


def start(folder: Path, log: Any) -> subprocess.Popen[bytes]:
    """The server's process, on free ports."""
    ports = ["--port", str(free_port()), "--http-port", str(free_port()), "--state", str(folder / "state")]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": log}
    return processes.start([sys.executable, "-m", "local", "serve", *ports], cwd=folder, env=environment(folder), **streams)


def environment(folder: Path) -> dict[str, str]:
    """The operator's variables, with the refusals kept in the walk's own folder."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GREENFRAUD_"))}
    return {**given, "GREENFRAUD_PERMISSIONS": str(folder / "permissions"), "PYTHONUNBUFFERED": "1"}
