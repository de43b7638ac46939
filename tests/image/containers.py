"""Containers of buildah: what their image declares, what is in it, and commands run inside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.local.workbench import wait_until

BUILDAH = str(Path(__file__).resolve().parents[2] / "docker/buildah.sh")
START_SECONDS = 300
RUN_SECONDS = 300


def buildah(*arguments: str) -> str:
    """Run buildah; its output."""
    return subprocess.run([BUILDAH, *arguments], capture_output=True, text=True, check=True).stdout.strip()


@dataclass(frozen=True)
class Container:
    """A container that exists and runs nothing yet."""

    name: str

    @classmethod
    def of(cls, image: str) -> Container:
        """A new container of one of our images."""
        return cls(buildah("from", f"localhost/greenfraud-{image}"))

    @cached_property
    def declared(self) -> dict[str, Any]:
        """What its Dockerfile declares: Cmd, Entrypoint, Env, Healthcheck, User."""
        config: dict[str, Any] = json.loads(buildah("inspect", self.name))["Docker"]["config"]
        return config

    @cached_property
    def root(self) -> Path:
        """Where its files are on this machine."""
        return Path(buildah("mount", self.name))

    @property
    def size_mb(self) -> float:
        """Millions of bytes in its files."""
        found = [(Path(folder) / file).lstat() for folder, _, files in os.walk(self.root) for file in files]
        return sum({(one.st_dev, one.st_ino): one.st_size for one in found}.values()) / 1e6

    def run(
        self, *command: str, env: Mapping[str, str] | None = None, bound: Mapping[Path, str] | None = None, user: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside, to its end; folders of this machine are bound to paths inside."""
        options = [f"--volume={folder}:{path}" for folder, path in (bound or {}).items()] + ([f"--user={user}"] if user else [])
        started = self._running(command, env or {}, options)
        return subprocess.run(started, capture_output=True, text=True, check=False, timeout=RUN_SECONDS)

    @contextmanager
    def serving(self, env: Mapping[str, str]) -> Iterator[Server]:
        """The image's own command, once its own health check passes."""
        command, server = self._running(self.declared["Cmd"], env), Server(self, env)
        with tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            try:
                wait_until(lambda: server.is_healthy() or process.poll() is not None, START_SECONDS)
                if process.poll() is not None:
                    log.seek(0)
                    raise AssertionError(log.read())
                yield server
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                process.wait(timeout=300)

    def _running(self, command: Sequence[str], env: Mapping[str, str], options: Sequence[str] = ()) -> list[str]:
        variables = [f"--env={name}={value}" for name, value in env.items()]
        return [BUILDAH, "run", *variables, *options, self.name, "--", *command]


# Runs inside: one request to the server beside it.
ASK = """
import http.client, os, sys
method, path, body = sys.argv[1:]
api = http.client.HTTPConnection("127.0.0.1", int(os.environ["UVICORN_PORT"]), timeout=60)
api.request(method, path, body or None, {"content-type": "application/json"})
answer = api.getresponse()
print(answer.status, answer.read().decode())
"""


class Server:
    """The server of a container, asked from inside the container."""

    def __init__(self, container: Container, env: Mapping[str, str]) -> None:
        self._container = container
        self._env = env

    def is_healthy(self) -> bool:
        """Whether the image's health check passes."""
        kind, *command = self._container.declared["Healthcheck"]["Test"]
        assert kind == "CMD"
        return self._container.run(*command, env=self._env).returncode == 0

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """Status and JSON of one answer."""
        finished = self._container.run("python3", "-c", ASK, method, path, json.dumps(body) if body else "", env=self._env)
        assert finished.returncode == 0, finished.stderr
        status, _, text = finished.stdout.partition(" ")
        return int(status), json.loads(text)
