"""The log of one training job: a file that can be followed, and the same lines in CloudWatch Logs."""

from __future__ import annotations

import time
from pathlib import Path

from moto.logs.models import logs_backends

from local.context import ACCOUNT, REGION

FOLDER = Path(".local/logs/jobs")
GROUP = "/aws/sagemaker/TrainingJobs"


class JobLog:
    """Ships what the job writes to its file, complete line by complete line."""

    def __init__(self, job: str) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.path = (FOLDER / f"{job}.log").absolute()
        self.path.write_bytes(b"")
        self._stream = f"{job}/algo-1-{int(time.time())}"
        self._shipped = 0
        self._backend = logs_backends[ACCOUNT][REGION]
        if GROUP not in self._backend.groups:
            self._backend.create_log_group(GROUP, {})
        self._backend.create_log_stream(GROUP, self._stream)

    def ship(self, *, last: bool = False) -> None:
        """Send new complete lines; with `last` also one that has no end yet."""
        if not self.path.exists():  # someone tidied up; the job goes on
            return
        with self.path.open("rb") as file:
            file.seek(self._shipped)
            text = file.read()
        if not last:
            text = text[: text.rfind(b"\n") + 1]
        self._shipped += len(text)
        now = int(time.time() * 1000)
        lines = [line for line in text.decode(errors="replace").splitlines() if line]
        if lines:
            events = [{"timestamp": now, "message": line} for line in lines]
            self._backend.put_log_events(GROUP, self._stream, events)

    def tail(self, characters: int = 500) -> str:
        """The end of the log, for a job that left no reason."""
        return self.path.read_text(errors="replace")[-characters:].strip() if self.path.exists() else ""
