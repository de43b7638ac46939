"""One side of a comparison in a process of its own, so that its peak memory is its alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any, NamedTuple


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
