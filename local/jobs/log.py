"""The log of one training job: a file that can be followed, and the same lines in CloudWatch Logs."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from local.monitoring import log_streams
from local.permissions.callers import Caller
from local.permissions.decision import AccessDeniedError

FOLDER = Path(".local/logs/jobs")
GROUP = "/aws/sagemaker/TrainingJobs"


class JobLog:
    """Ships what the job writes to its file, complete line by complete line."""

    def __init__(self, job: str, caller: Caller) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.path = (FOLDER / f"{job}.log").absolute()
        self.path.write_bytes(b"")
        self._stream = f"{job}/algo-1-{int(time.time())}"
        self._shipped = 0
        self._caller = caller

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
        lines = [line for line in text.decode(errors="replace").splitlines() if line]
        if lines:
            with contextlib.suppress(AccessDeniedError):  # as in AWS, the job goes on without its log
                log_streams.write(self._caller, GROUP, self._stream, lines)

    def tail(self, characters: int = 500) -> str:
        """The end of the log, for a job that left no reason."""
        return self.path.read_text(errors="replace")[-characters:].strip() if self.path.exists() else ""
