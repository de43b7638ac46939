"""What a batch leaves in the lake: one file per kind and day, and one emissions record per model."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.ingest.events import Decided, Event, Reported
from greenfraud import naming
from greenfraud.canonical import sha256_hex
from greenfraud.carbon import INTENSITY_G_PER_KWH, EmissionsRecord, Intensity
from greenfraud.instants import day_of

Files = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Grid:
    """The electricity behind the figures of the decisions."""

    intensity_g_per_kwh: float
    pue: float


class Lake:
    """The lake bucket, seen by the ingest function."""

    def __init__(self, client: Callable[[], Any], bucket: str, grid: Grid) -> None:
        self._client = client
        self._bucket = bucket
        self._grid = grid

    def land(self, events: Sequence[Event], applied: Sequence[Event]) -> None:
        """Write every event, and the emissions of those that this batch applied.

        A redelivered event is written again (readers de-duplicate by id), but its emissions are counted once.
        """
        if events:
            for key, rows in files_of(events, batch_id(events)).items():
                self._put(key, "".join(f"{json.dumps(row)}\n" for row in rows))
        for record in emissions_of(applied, self._grid):
            name = batch_id([event for event in applied if isinstance(event, Decided)])
            key = naming.emissions_key(datetime.now(UTC).date(), "serve", f"{record.family}-{record.version}-{name}")
            self._put(key, json.dumps(record.to_json()))

    def _put(self, key: str, text: str) -> None:
        self._client().put_object(Bucket=self._bucket, Key=key, Body=text.encode())


def batch_id(events: Iterable[Event]) -> str:
    """The same events make the same id, so that a batch delivered twice overwrites its own files."""
    return sha256_hex("\n".join(event.event_id for event in events))[:24]


def files_of(events: Iterable[Event], batch: str) -> Files:
    """The rows of each file, by key."""
    files: Files = defaultdict(list)
    for event in events:
        for key, row in _rows_of(event, batch):
            files[key].append(row)
    return files


def _rows_of(event: Event, batch: str) -> list[tuple[str, dict[str, Any]]]:
    if isinstance(event, Reported):
        return [(_landing(naming.labels_prefix(day_of(event.label.observed_us)), batch), event.label.lake_row())]
    row, day = event.transaction.lake_row(), day_of(event.transaction.occurred_us)
    return [
        (_landing(naming.transactions_prefix(day), batch), row),
        (naming.decisions_key(day, batch), row | event.answer),
    ]


def _landing(prefix: str, batch: str) -> str:
    return f"{prefix}landing-{batch}.jsonl"


def emissions_of(applied: Iterable[Event], grid: Grid) -> list[EmissionsRecord]:
    """One record per model that decided, summed over its decisions."""
    by_model: dict[tuple[str, str], list[Decided]] = defaultdict(list)
    for event in applied:
        if isinstance(event, Decided):
            by_model[event.family, event.version].append(event)
    return [_record(family, version, decided, grid) for (family, version), decided in by_model.items()]


def _intensity(grid: Grid, region: str) -> Intensity:
    """Who says that the grid is this clean: the published table, or else whoever set it."""
    published = INTENSITY_G_PER_KWH.get(region)
    if published is not None and published.g_per_kwh == grid.intensity_g_per_kwh:
        return published
    return Intensity(grid.intensity_g_per_kwh, "setting GRID_INTENSITY_G_PER_KWH", datetime.now(UTC).strftime("%Y"))


def _record(family: str, version: str, decided: Sequence[Decided], grid: Grid) -> EmissionsRecord:
    region = os.environ.get("AWS_REGION", "unknown")
    intensity = _intensity(grid, region)
    return EmissionsRecord(
        stage="serve",
        family=family,
        version=version,
        duration_seconds=sum(event.duration_seconds for event in decided),
        energy_kwh=sum(event.energy_kwh for event in decided),
        emissions_g=sum(event.emissions_g for event in decided),
        intensity_g_per_kwh=intensity.g_per_kwh,
        intensity_source=intensity.source,
        intensity_date=intensity.date,
        pue=grid.pue,
        method="constant",
        region=region,
        functional_unit="score",
        functional_units=len(decided),
        recorded_at=datetime.now(UTC).isoformat(),
    )
