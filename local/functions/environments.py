"""Execution environments: one process per concurrent invocation, kept warm, started cold, killed when it hangs."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from local import processes
from local.context import REGION, Keys
from local.functions import packages
from local.functions.build_cache import python_version
from local.functions.reservations import ThrottledError
from local.functions.runtime_api import Invocation, Outcome, RuntimeApi

# AWS stops initialisation after 10 s and repeats it inside the invocation; a loaded laptop compiling a fresh layer
# needs longer.
INIT_SECONDS = 90.0
# AWS allows 1,000 at once. Here each is a process, so more than this wait for their turn.
MAX_ENVIRONMENTS = 8
QUEUE_SECONDS = 60.0
IDLE_SECONDS = 600.0
# DynamoDB answers within milliseconds whatever else an account does. Here it shares a laptop's processor with training,
# and what would be an outage there is a moment's wait.
DYNAMODB_ANSWER_SECONDS = "10"


@dataclass(frozen=True)
class Definition:
    """Everything that makes two environments interchangeable."""

    name: str
    version: str
    handler: str
    task: Path
    opt: Path | None
    memory_mb: int
    log_group: str
    log_format: str
    variables: tuple[tuple[str, str], ...]
    endpoint: str
    keys: Keys

    def environ(self, runtime_api: str, log_stream: str) -> dict[str, str]:
        """The variables Lambda sets, and then the function's own.

        AWS_EXECUTION_ENV stays unset: with it, from Python 3.12, the runtime client starts a thread for each poll.
        """
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "HOME": "/tmp",  # noqa: S108 - as on Lambda, the only folder a function may write to
            "PYTHONPATH": os.pathsep.join(str(folder) for folder in self.search_path()),
            "_HANDLER": self.handler,
            "LAMBDA_TASK_ROOT": str(self.task),
            "LAMBDA_RUNTIME_DIR": str(packages.managed_runtime()),
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "AWS_LAMBDA_LOG_FORMAT": self.log_format,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.keys.access_key,
            "AWS_SECRET_ACCESS_KEY": self.keys.secret_key,
            "AWS_SESSION_TOKEN": self.keys.token or "",
            "AWS_ENDPOINT_URL": self.endpoint,
            "DYNAMODB_ANSWER_SECONDS": DYNAMODB_ANSWER_SECONDS,
            **dict(self.variables),
        }

    def search_path(self) -> list[Path]:
        """Lambda's own order: the function, its layers, the managed runtime."""
        layers = []
        if self.opt is not None:
            layers = [self.opt / f"python/lib/python{python_version()}/site-packages", self.opt / "python"]
        return [self.task, *layers, packages.managed_runtime()]


class Environment:
    """One process of a function under the Lambda runtime client, with the endpoint it polls."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.log_stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{definition.version}]{os.urandom(16).hex()}"
        self.last_used = time.monotonic()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process that writes to it
        self._log_read = 0
        self._api = RuntimeApi()
        started = time.monotonic()
        self._process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()
        self._api.asked_for_work.wait(INIT_SECONDS)
        self.init_seconds = time.monotonic() - started

    def _start(self) -> subprocess.Popen[bytes]:
        # -S keeps the host's own packages out: a function that works here must carry all it imports.
        arguments = [sys.executable, "-S", "-m", "awslambdaric", self.definition.handler]
        environ = self.definition.environ(self._api.address, self.log_stream)
        return processes.start(
            arguments,
            cwd=self.definition.task,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def _watch(self) -> None:
        status = self._process.wait()
        self._api.report(Outcome("exit", str(status).encode()))

    def invoke(self, invocation: Invocation, timeout_seconds: float) -> Outcome | None:
        """The outcome, or None when the function ran out of time."""
        if self._process.poll() is None:
            self._api.invocations.put(invocation)
        try:
            return self._api.outcomes.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def new_log_lines(self) -> list[str]:
        """What the process wrote since the last call. It writes without buffering, so nothing is still on its way."""
        self._log_read, start = os.fstat(self._log.fileno()).st_size, self._log_read
        text = os.pread(self._log.fileno(), self._log_read - start, start)
        return text.decode(errors="replace").splitlines()

    @property
    def alive(self) -> bool:
        """Whether the process can take another invocation."""
        return self._process.poll() is None

    def close(self) -> None:
        """Kill the process and everything it started."""
        processes.end_session(self._process.pid)
        self._api.close()


def last_alive(idle: list[Environment]) -> Environment | None:
    """Take the environment used last; those whose process has ended meanwhile are dropped."""
    while idle:
        candidate = idle.pop()
        if candidate.alive:
            return candidate
        candidate.close()
    return None


class Pool:
    """Keeps environments warm and bounds how many there are."""

    def __init__(self) -> None:
        self._idle: dict[Definition, list[Environment]] = {}
        self._busy: dict[str, set[Environment | object]] = {}
        self._changed = threading.Condition()

    def acquire(self, definition: Definition) -> tuple[Environment, bool]:
        """A free environment and whether it had to be started; ThrottledError after a wait above our own limit."""
        seat = self._take_seat(definition.name)
        try:
            warm = self._take_idle(definition)
            environment = warm or Environment(definition)
        except BaseException:
            self._leave(definition.name, seat)
            raise
        with self._changed:
            self._busy[definition.name].discard(seat)
            self._busy[definition.name].add(environment)
        return environment, warm is None

    def _take_seat(self, name: str) -> object:
        seat = object()
        with self._changed:
            busy = self._busy.setdefault(name, set())
            if not self._changed.wait_for(lambda: len(busy) < MAX_ENVIRONMENTS, QUEUE_SECONDS):
                raise ThrottledError(f"{name} has {MAX_ENVIRONMENTS} environments, all busy")
            busy.add(seat)
        return seat

    def _take_idle(self, definition: Definition) -> Environment | None:
        with self._changed:
            stale = self._remove_stale(definition)
            found = last_alive(self._idle.get(definition, []))
        for environment in stale:
            environment.close()
        return found

    def _remove_stale(self, definition: Definition) -> list[Environment]:
        """Environments of an older deployment of the same version, and any that nobody used for long."""
        oldest = time.monotonic() - IDLE_SECONDS
        stale = []
        for known, environments in self._idle.items():
            replaced = known != definition and (known.name, known.version) == (definition.name, definition.version)
            out = [one for one in environments if replaced or one.last_used < oldest]
            environments[:] = [one for one in environments if one not in out]
            stale += out
        return stale

    def release(self, environment: Environment, *, reusable: bool) -> None:
        """Put it back for the next invocation, or end it."""
        self._leave(environment.definition.name, environment)
        if not reusable or not environment.alive:
            environment.close()
            return
        environment.last_used = time.monotonic()
        with self._changed:
            self._idle.setdefault(environment.definition, []).append(environment)

    def _leave(self, name: str, seat: Environment | object) -> None:
        with self._changed:
            self._busy[name].discard(seat)
            self._changed.notify()

    def close(self) -> None:
        """End every process, idle or not."""
        with self._changed:
            everyone = [one for idle in self._idle.values() for one in idle]
            everyone += [one for busy in self._busy.values() for one in busy if isinstance(one, Environment)]
            self._idle.clear()
        for environment in everyone:
            environment.close()
