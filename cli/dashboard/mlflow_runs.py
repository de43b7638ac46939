"""MLflow's runs, read from its database file: importing MLflow would take longer than making the whole page."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

QUERY = "SELECT run_uuid, start_time, end_time, status FROM runs WHERE lifecycle_stage = 'active' ORDER BY start_time"
SOURCES = ("tags", "params", "latest_metrics WHERE NOT is_nan")  # MLflow stores NaN as 0 with a mark
BUSY_SECONDS = 30


@dataclass(frozen=True)
class MlflowRun:
    """One run: an execution (`is_parent`) or one family that learned one chunk."""

    started_at: datetime
    ended_at: datetime | None
    status: str
    tags: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)

    @property
    def execution(self) -> str:
        """The 12 digits of the execution it belongs to."""
        return self.tags.get("execution", "")

    @property
    def is_parent(self) -> bool:
        """Whether it stands for a whole execution."""
        return self.tags.get("is_parent") == "true"


def read_runs(database: Path) -> list[MlflowRun]:
    """All active runs, oldest first. OSError or sqlite3.Error when there is no such database or it is another's."""
    database.stat()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as connection:
        tags, params, metrics = (_by_run(connection, source) for source in SOURCES)
        return [
            MlflowRun(_at(start), _at(end) if end else None, status, tags.get(run, {}), params.get(run, {}), metrics.get(run, {}))
            for run, start, end, status in connection.execute(QUERY)
        ]


def _by_run(connection: sqlite3.Connection, source: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for run, key, value in connection.execute(f"SELECT run_uuid, key, value FROM {source}"):  # noqa: S608 - of SOURCES
        found.setdefault(run, {})[key] = value
    return found


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
