"""Starting and stopping the embedded AWS, and sending it the synthesised template."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from cli.errors import CommandError, InputError

LOG = Path(".local/logs/serve.log")
CONSOLE_FILE = Path(".local/console-address")  # where a browser is led that asks the API for its first page
START_SECONDS, STOP_SECONDS = 120, 60
INPUT_FAULT = 2


@dataclass(frozen=True)
class Ready:
    """The addresses at which the embedded AWS answers, whether its process has ended, and its number."""

    endpoint: str
    api: str
    has_ended: Callable[[], bool] = lambda: False
    process_id: int = 0


@contextmanager
def embedded_aws(*, port: int, http_port: int, state: Path, note: Callable[[str], None]) -> Iterator[Ready]:
    """The embedded AWS while the block runs. It is stopped on every way out, and so is every process it started.

    InputError when a port is in use; CommandError with the end of its log when it does not come up.
    """
    LOG.parent.mkdir(parents=True, exist_ok=True)
    CONSOLE_FILE.unlink(missing_ok=True)  # of a run that was killed: whoever listens there now is nobody of ours
    with LOG.open("w", encoding="utf-8") as log:
        served = ["serve", "--port", str(port), "--http-port", str(http_port), "--state", str(state), "--front", str(CONSOLE_FILE)]
        process = _start(served, stderr=log)
        try:
            yield replace(_wait_until_ready(process), has_ended=lambda: process.poll() is not None, process_id=process.pid)
        finally:
            _stop(process, note)


def deploy(assembly: Path, endpoint: str, show: Callable[[str], None]) -> None:
    """Create or update the stacks of `assembly`. CommandError with the failing resource and its reason."""
    process = _start(["deploy", str(assembly), "--endpoint", endpoint], stderr=subprocess.STDOUT)
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            show(lines[-1])
        code = process.wait()
    finally:
        _kill(process)
    if code:
        raise CommandError("the deployment failed: " + "\n".join(lines[-5:]))


def _start(arguments: list[str], *, stderr: Any) -> Any:
    """`python -m local ...` as a process in a group of its own, so that Ctrl-C reaches us and we stop it in order."""
    return subprocess.Popen(
        [sys.executable, "-m", "local", *arguments],
        stdout=subprocess.PIPE,
        stderr=stderr,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def _wait_until_ready(process: Any) -> Ready:
    lines: Queue[str | None] = Queue()
    threading.Thread(target=_follow, args=(process.stdout, lines), daemon=True).start()
    with suppress(Empty):
        while (line := lines.get(timeout=START_SECONDS)) is not None:
            if (ready := _ready_line(line)) is not None:
                return ready
    code = _exit_code(process)
    reason = LOG.read_text(encoding="utf-8").strip().splitlines()[-8:]
    message = "\n".join(reason) or f"it printed nothing within {START_SECONDS} s"
    if code == INPUT_FAULT:
        raise InputError(message)
    raise CommandError(f"the embedded AWS did not start: {message}\nIts log: {LOG}")


def _exit_code(process: Any) -> int | None:
    """Return the exit code, None while the process runs: it ends a moment after its output does."""
    with suppress(subprocess.TimeoutExpired):
        return int(process.wait(2))
    return None


def _follow(stream: Any, lines: Queue[str | None]) -> None:
    """Hand on what the server prints until it ends: an unread pipe would stop it."""
    for line in stream:
        lines.put(line)
    lines.put(None)


def _ready_line(line: str) -> Ready | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return Ready(message["endpoint"], message["api"]) if isinstance(message, dict) and message.get("ready") else None


def _stop(process: Any, note: Callable[[str], None]) -> None:
    """Ask it to save its state and end; whatever is left of its group afterwards is killed."""
    try:
        process.terminate()
        code = process.wait(STOP_SECONDS)
        if code not in {0, INPUT_FAULT}:
            note(f"the embedded AWS ended with {code}; its log: {LOG}")
    except subprocess.TimeoutExpired:
        note(f"the embedded AWS did not stop within {STOP_SECONDS} s and was killed: its state is that of the last save")
    except KeyboardInterrupt:
        note("stopped at once: the state of this run is not saved")
    finally:
        _kill(process)


def _kill(process: Any) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
