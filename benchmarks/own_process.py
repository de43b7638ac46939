"""One side of a comparison in a process of its own, so that its peak memory is its alone."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, TypeVar

Given = TypeVar("Given")


@contextmanager
def server_apart(serve: Callable[[Given, Connection], None], given: Given) -> Iterator[str]:
    """Yield the URL of a server in a process of its own, which tells its port by the connection and is ended afterwards."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(given, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


class Finished(NamedTuple):
    """What a process printed last, a JSON document, and its peak memory in MB (10^6 bytes) by ru_maxrss."""

    result: dict[str, Any]
    peak_mb: float


def run(*arguments: str) -> Finished:
    """Run this Python with `arguments`. Raises CalledProcessError when it fails.

    Who calls this must be small: Linux counts the caller's own size at the start as the child's.
    """
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    bytes_per_unit = 1 if sys.platform == "darwin" else 1024
    return Finished(json.loads(output.splitlines()[-1]), usage.ru_maxrss * bytes_per_unit / 1e6)
