"""Starts the processes of training jobs: forked from the warm zygote, or plain when that is not possible."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local import processes

PYTHON_NAMES = ("python", "python3")
READY_SECONDS = 180.0
NICENESS = 10  # in AWS a job has a machine of its own; here it must not keep scores waiting
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class JobProcess:
    """One job's process, as far as its owner needs to know it."""

    ended: threading.Event = field(default_factory=threading.Event)
    started: threading.Event = field(default_factory=threading.Event)
    pid: int | None = None
    exit_code: int | None = None

    def finish(self, exit_code: int) -> None:
        """Keep the exit code; negative is a signal."""
        self.exit_code = exit_code
        self.started.set()
        self.ended.set()

    def send(self, number: signal.Signals) -> None:
        """Signal the job and all it started."""
        if self.pid is not None and not self.ended.is_set():
            processes.end_session(self.pid, number)


class JobStarter:
    """Knows the zygote; starts it in the background and again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._zygote: subprocess.Popen[bytes] | None = None
        self._ready = threading.Event()
        self._usable = False
        self._jobs: dict[str, JobProcess] = {}

    def warm_up(self) -> None:
        """Start the zygote unless it runs."""
        with self._lock:
            if self._zygote is not None and self._zygote.poll() is None:
                return
            self._ready.clear()
            self._zygote = processes.start(
                [sys.executable, "-m", "local.jobs.zygote"],
                cwd=ROOT,
                env=os.environ,
                niceness=NICENESS,  # of all the jobs that it forks
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            threading.Thread(target=self._listen, args=(self._zygote,), daemon=True).start()

    def start(self, name: str, command: Sequence[str], env: dict[str, str], log: Path) -> JobProcess:
        """Run `command` from the repository's root, its output going to `log`."""
        if command[0] in PYTHON_NAMES:
            self.warm_up()
            self._ready.wait(READY_SECONDS)
            if self._usable:
                return self._fork(name, command, env, log)
            command = [sys.executable, *command[1:]]
        return start_plainly(command, env, log)

    def _fork(self, name: str, command: Sequence[str], env: dict[str, str], log: Path) -> JobProcess:
        job = self._jobs[name] = JobProcess()
        request = {"job": name, "arguments": list(command[1:]), "env": env, "cwd": str(ROOT), "log": str(log)}
        with self._lock:
            try:
                zygote = self._zygote
                assert zygote is not None
                assert zygote.stdin is not None
                zygote.stdin.write(json.dumps(request).encode() + b"\n")
                zygote.stdin.flush()
            except OSError:
                job.finish(-signal.SIGKILL)
        return job

    def _listen(self, zygote: subprocess.Popen[bytes]) -> None:
        assert zygote.stdout is not None
        for line in zygote.stdout:
            self._take(json.loads(line))
        self._usable = False
        self._ready.set()
        for name in list(self._jobs):  # their parent is gone, and the kernel takes them along
            self._jobs.pop(name).finish(-signal.SIGKILL)

    def _take(self, event: dict[str, Any]) -> None:
        if "ready" in event:
            self._usable = event["ready"]
            if not self._usable:
                why = ", ".join(event["missing"]) or "a library started a thread"
                print(f"training jobs start cold: {why}", file=sys.stderr, flush=True)
            self._ready.set()
        elif "pid" in event:
            job = self._jobs[event["job"]]
            job.pid = event["pid"]
            job.started.set()
        else:
            self._jobs.pop(event["job"]).finish(event["exit"])

    def close(self) -> None:
        """End the zygote and so every job."""
        with self._lock:
            if self._zygote is not None and self._zygote.stdin is not None:
                self._zygote.stdin.close()
                try:
                    self._zygote.wait(2)
                except subprocess.TimeoutExpired:
                    processes.end_session(self._zygote.pid)


def start_plainly(command: Sequence[str], env: dict[str, str], log: Path) -> JobProcess:
    """A process of its own, importing everything itself."""
    job = JobProcess()
    with log.open("ab") as output:
        streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
        process = processes.start(command, cwd=ROOT, env=env, niceness=NICENESS, **streams)
    job.pid = process.pid
    job.started.set()
    threading.Thread(target=lambda: job.finish(process.wait()), daemon=True).start()
    return job
