"""What earlier executions of the pipeline cost and brought: one small record of each, by which the next ones are judged."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from greenfraud.errors import ContractError
from greenfraud.faults import told
from greenfraud.naming import RUNS, run_key

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One execution that trained: `ended_at` in RFC 3339, seconds of machines and grams of CO2 equivalent of all its jobs.

    `training_seconds` and `training_grams` are those of its `trainings`, one per family and chunk; the others run once. `frauds`
    is how many it learned, None where that does not compare. `gain_minor` is how much cheaper a week became by what it promoted,
    0 where nothing was, None where no model stood before. `manifest_version` is that of the features it learned.
    """

    execution: str
    ended_at: str
    manifest_version: str
    seconds: float
    grams: float
    training_seconds: float
    training_grams: float
    trainings: int
    frauds: int | None
    gain_minor: float | None

    @property
    def key(self) -> str:
        """Where it lies among the artifacts; keys sort as runs ended."""
        return run_key(self.ended_at, self.execution)

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_bytes(cls, content: bytes) -> PastRun:
        """Read the stored form. Raises ContractError."""
        try:
            body = json.loads(content)
            return cls(**{name: body[name] for name in cls.__slots__})
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"the record of an earlier execution is unusable: {told(error)}") from None


def read_past_runs(s3: Any, bucket: str, newest: int) -> list[PastRun]:
    """Return the newest records, oldest first; of an execution whose end was tried again, the last. Raises ContractError."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=RUNS)
    by_execution = {
        key.rpartition("-")[2]: key for key in sorted(item["Key"] for page in pages for item in page.get("Contents", []))
    }
    keys = sorted(by_execution.values())[-newest:]
    return [PastRun.from_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
