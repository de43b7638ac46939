"""Starts processes that die with the server, also when the server is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

# The kernel sends the parent-death signal when the *thread* that started the child ends. Request threads are
# short-lived, so every child is started by this one, which lives as long as the server.
STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="process-starter")


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends; without effect outside Linux."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)


def prepare_child(parent: int, niceness: int) -> None:
    """Run first in a new process: let others go before it by its niceness, and end it with its parent."""
    os.nice(niceness)
    die_with_parent(parent)


def start(
    arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], niceness: int = 0, **streams: Any
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own; `streams` are Popen's stdin, stdout, stderr and pass_fds."""

    def launch() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            list(arguments),
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
            preexec_fn=partial(prepare_child, os.getpid(), niceness),  # noqa: PLW1509 - system calls, from a thread that holds no lock
            **streams,
        )

    return STARTER.submit(launch).result()


def end_session(leader: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Signal every process of the session that `leader` leads; does nothing when they are gone."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return
