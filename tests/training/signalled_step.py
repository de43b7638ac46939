"""The entry point of a job in a process of its own, which a signal hits within one call of one method.

Signals from outside come at moments that nobody can choose. The processes are forked from one that has imported the libraries.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

STEPS_BETWEEN_SAVES = 30  # so that a short fit has several
LIBRARIES = ["torch", "onnx", "codecarbon", "boto3", "pyarrow.parquet", "mlflow.store.tracking.sqlalchemy_store"]
SECONDS = 600


@dataclass(frozen=True)
class Signalled:
    """Which signal comes within which call of which method, `module.Class.method`."""

    number: signal.Signals
    method: str
    call: int

    def arm(self) -> None:
        """Let the method send this process the signal before it returns for the given time."""
        module, owner_name, name = self.method.rsplit(".", 2)
        owner, calls = getattr(import_module(module), owner_name), count(1)
        original = getattr(owner, name)

        def method(*arguments: Any, **named: Any) -> Any:
            result = original(*arguments, **named)
            if next(calls) == self.call:
                os.kill(os.getpid(), self.number)
            return result

        setattr(owner, name, method)


def run_step(step: str, folder: Path, signalled: Signalled | None = None) -> int:
    """Run a job whose folder and environment are prepared; returns its exit code, negative for a signal that killed it."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(LIBRARIES)
    process = processes.Process(target=_become_job, args=(step, folder / "log", dict(os.environ), signalled))
    process.start()
    process.join(SECONDS)
    assert process.exitcode is not None, "the job hangs"
    return process.exitcode


def _become_job(step: str, log: Path, environ: dict[str, str], signalled: Signalled | None) -> None:
    with log.open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.update(environ)
    from training.__main__ import main
    from training.model import savepoint

    savepoint.STEPS_BETWEEN_SAVES = STEPS_BETWEEN_SAVES
    if signalled:
        signalled.arm()
    sys.exit(main([step]))
