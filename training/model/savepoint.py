"""The state of a fit under way, kept in a file: a job that was killed at any step resumes from it.

The file is written beside its place and renamed, and begins with its own digest, which shows what a sync to S3 or a full disk
tore. A fit ignores a state that is damaged or that another fit left.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import torch

from greenfraud.canonical import sha256_hex
from training.job.interruption import Interrupted

if TYPE_CHECKING:
    from pathlib import Path

Item = TypeVar("Item")

log = logging.getLogger(__name__)
FILE_NAME = "fit.pt"
STEPS_BETWEEN_SAVES = 200  # a save costs about as much as a step: half a percent, and a kill loses a second of work
DIGEST_CHARACTERS = 64


class Part(Protocol):
    """What a step changes: it returns its state, and loads one that another process or device saved."""

    def state_dict(self) -> dict[str, Any]:
        """Return tensors and plain data."""
        ...

    def load_state_dict(self, state: dict[str, Any], /) -> object:
        """Resume from there."""
        ...


class Savepoint:
    """The file where one fit keeps its state; `identity`, plain data, differs between any two fits whose bits may differ."""

    def __init__(self, folder: Path, identity: Mapping[str, Any], must_stop: Callable[[], bool]) -> None:
        """Store the place; `resume` calls `must_stop` after every step."""
        self._file, self._identity, self._must_stop = folder / FILE_NAME, dict(identity), must_stop
        self._steps = 0

    def resume(self, steps: Iterable[Item], parts: Mapping[str, Part]) -> Iterator[Item]:
        """Yield the steps that are left, and save the state of the parts now and then. Raises Interrupted where the fit must stop.

        The iterable is asked for its first step after the parts have their state back.
        """
        self._restore(parts)
        for step in steps:
            yield step
            self._steps += 1
            if self._must_stop():
                self._save(parts)
                raise Interrupted(f"stopped by SIGTERM; the fit is kept after step {self._steps}")
            if self._steps % STEPS_BETWEEN_SAVES == 0:
                self._save(parts)
        self._save(parts)

    def _save(self, parts: Mapping[str, Part]) -> None:
        states = {name: part.state_dict() for name, part in parts.items()}
        buffer = io.BytesIO()
        torch.save({"identity": self._identity, "steps": self._steps, "parts": states}, buffer)
        body = buffer.getvalue()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".part")
        unfinished.write_bytes(sha256_hex(body).encode() + body)
        unfinished.replace(self._file)

    def _restore(self, parts: Mapping[str, Part]) -> None:
        found = self._read()
        if found is None:
            log.info("the fit begins")
            return
        for name, part in parts.items():
            part.load_state_dict(found["parts"][name])
        self._steps = found["steps"]
        log.info("the fit goes on after step %d", self._steps)

    def _read(self) -> dict[str, Any] | None:
        if not self._file.is_file():
            return None
        content = self._file.read_bytes()
        digest, body = content[:DIGEST_CHARACTERS], content[DIGEST_CHARACTERS:]
        if digest != sha256_hex(body).encode():
            log.warning("ignoring %s: it is damaged", self._file.name)
            return None
        found: dict[str, Any] = torch.load(io.BytesIO(body), map_location="cpu", weights_only=True)
        names = self._identity.keys() | found["identity"].keys()
        different = sorted(name for name in names if self._identity.get(name) != found["identity"].get(name))
        if different:
            log.warning("ignoring %s: another fit left it, whose %s differs", self._file.name, ", ".join(different))
            return None
        return found
