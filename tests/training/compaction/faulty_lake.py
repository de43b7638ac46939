"""A lake in memory, whose power fails after so many steps, in the middle of a write or a removal too."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from greenfraud.canonical import sha256_hex
from greenfraud.errors import NotFound, StateConflict


class PowerFailure(BaseException):
    """Nothing that the program does can follow it."""


@dataclass
class FaultyLake:
    """Objects by key; `steps_left` counts reads, writes and removals down, and `watch` is called after each of them."""

    objects: dict[str, bytes] = field(default_factory=dict)
    steps_left: int | None = None
    watch: Callable[[], None] | None = None

    def folders(self, prefix: str) -> list[str]:
        return sorted({key.removeprefix(prefix).partition("/")[0] for key in self.keys(prefix)})

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))

    def first_key(self, prefix: str) -> str | None:
        return next(iter(self.keys(prefix)), None)

    def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise NotFound(key)
        return self.objects[key]

    def get_json(self, key: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.get(key))
        return document

    def put(self, key: str, body: bytes) -> None:
        self.objects[key] = body

    def fetch(self, key: str, path: Path) -> str | None:
        self._step()
        if key not in self.objects:
            return None
        path.write_bytes(self.objects[key])
        return sha256_hex(self.objects[key])

    def replace(self, key: str, path: Path, tag: str | None) -> None:
        self._step()
        there = self.objects.get(key)
        if tag != (None if there is None else sha256_hex(there)):
            raise StateConflict(key)
        self.objects[key] = path.read_bytes()
        self._step()

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._step()
            self.objects.pop(key, None)

    def _step(self) -> None:
        if self.watch is not None:
            self.watch()
        if self.steps_left is not None:
            self.steps_left -= 1
            if self.steps_left < 0:
                raise PowerFailure
