"""A process that has imported the heavy libraries once and forks a copy of itself for each training job.

`python -m local.jobs.zygote` reads one JSON request per line on stdin and writes one JSON event per line on stdout:
`{"ready": …}` once, then for each job `{"job", "pid"}` and `{"job", "exit"}` (a negative exit is a signal). It ends
with its stdin, and its jobs end with it. It never imports anything of `training`: a job sees the code as it is now.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from local.processes import die_with_parent

# Forking is safe only while there is one thread. These must be set before the libraries are loaded.
SINGLE_THREADED = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}

# onnxruntime is missing on purpose: importing it starts a thread, and takes 0.05 s.
# MLflow imports its SQL stores with the first run: that takes longer than training a chunk.
PRELOADED = (
    "torch",
    "mlflow",
    "mlflow.store.tracking.sqlalchemy_store",
    "mlflow.store.model_registry.sqlalchemy_store",
    "pandas",
    "pyarrow.parquet",
    "onnx",
    "codecarbon",
    "matplotlib.backends.backend_svg",
    "boto3",
)
# A comma-separated list in place of PRELOADED; empty imports nothing.
PRELOAD_VARIABLE = "GREENFRAUD_JOB_PRELOAD"


class Zygote:
    """Reads requests, forks, reports; in a forked child `serve` returns the request to run."""

    def __init__(self) -> None:
        self._requests = os.dup(0)
        self._events = os.dup(1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        self._jobs: dict[int, str] = {}
        self._unread = b""
        self.process_id = os.getpid()

    def report(self, **event: Any) -> None:
        """Write one event."""
        os.write(self._events, json.dumps(event).encode() + b"\n")

    def serve(self) -> dict[str, Any] | None:
        """Fork a child for each request until stdin ends (None); in a child, the request it is for."""
        child_ended, wakeup = os.pipe()
        for end in (child_ended, wakeup):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self._requests, selectors.EVENT_READ)
            selector.register(child_ended, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if child_ended in ready:
                    os.read(child_ended, 4096)
                    self._reap()
                if self._requests not in ready:
                    continue
                received = os.read(self._requests, 65536)
                if not received:
                    return None
                for request in self._complete(received):
                    if self._fork(request):
                        return request

    def _complete(self, received: bytes) -> list[dict[str, Any]]:
        *lines, self._unread = (self._unread + received).split(b"\n")
        return [json.loads(line) for line in lines]

    def _fork(self, request: dict[str, Any]) -> bool:
        pid = os.fork()
        if pid == 0:
            os.close(self._requests)
            os.close(self._events)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return True
        self._jobs[pid] = request["job"]
        self.report(job=request["job"], pid=pid)
        return False

    def _reap(self) -> None:
        while self._jobs:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if pid in self._jobs:
                self.report(job=self._jobs.pop(pid), exit=os.waitstatus_to_exitcode(status))

    def end_jobs(self) -> None:
        """Kill every job that still runs."""
        for pid in self._jobs:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def preload() -> list[str]:
    """Import what the jobs need; the modules that could not be imported."""
    names = os.environ.get(PRELOAD_VARIABLE, ",".join(PRELOADED)).split(",")
    missing = []
    for name in filter(None, names):
        try:
            importlib.import_module(name)
        except ImportError as failure:
            missing.append(f"{name} ({failure})")
    # A job shares these pages as long as nothing writes to them; its collector would, for a second of every job's end.
    gc.collect()
    gc.freeze()
    return missing


def become_job(request: dict[str, Any], zygote: int) -> None:
    """Turn this child into the job's process: session, environment, folder, log."""
    os.setsid()
    die_with_parent(zygote)
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115 - the job's own for its whole life
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.path[0] = request["cwd"]
    importlib.invalidate_caches()


def run(arguments: list[str]) -> None:
    """What `python ARGUMENTS` does: `-m module`, `-c code` or a script."""
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    elif arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        exec(compile(arguments[1], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - as python -c does
    else:
        sys.argv = arguments
        sys.path[0] = str(Path(arguments[0]).parent)
        runpy.run_path(arguments[0], run_name="__main__")


def is_single_threaded() -> bool:
    """Whether forking is safe, counting also the threads Python does not know of."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) == 1 if tasks.exists() else threading.active_count() == 1


def main() -> int:
    """Import, say so, serve; the exit code of the zygote or, in a child, of its job."""
    os.environ.update(SINGLE_THREADED)
    zygote = Zygote()
    missing = preload()
    zygote.report(ready=not missing and is_single_threaded(), missing=missing)
    request = zygote.serve()
    if request is None:
        zygote.end_jobs()
        return 0
    try:
        become_job(request, zygote.process_id)
        run(request["arguments"])
    except SystemExit:
        raise
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
