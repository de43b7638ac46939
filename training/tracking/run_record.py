"""What MLflow is to know of one training, kept among the artifacts before MLflow hears of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from greenfraud.canonical import sha256_hex
from training.tracking.datasets import Context, Data

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGEST_DIGITS = 16


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One run below its execution's; times are in seconds since the epoch, `inputs` by context."""

    name: str
    family: str
    chunk: str
    version: str
    started_at: float
    ended_at: float
    tags: Mapping[str, str]
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float | None]
    history: Mapping[str, list[float]]
    inputs: Mapping[Context, Data]
    has_bundle: bool

    @property
    def digest(self) -> str:
        """What tells the attempts at one training apart: of a repeated one, only the last is shown."""
        return sha256_hex(self.to_bytes())[:DIGEST_DIGITS]

    def to_bytes(self) -> bytes:
        """Return the stored form."""
        return json.dumps(asdict(self), sort_keys=True).encode()  # a diverged loss is NaN, which Python reads again

    @classmethod
    def from_bytes(cls, content: bytes) -> RunRecord:
        """Read the stored form."""
        body = json.loads(content)
        return cls(**{**body, "inputs": {context: Data(**data) for context, data in body["inputs"].items()}})
