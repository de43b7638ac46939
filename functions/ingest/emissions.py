"""What the decisions of a group emitted: one record per model."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.ingest.events import DecisionEvent, Event
from greenfraud.carbon import INTENSITY_G_PER_KWH, EmissionsRecord, Intensity
from greenfraud.items.decision import Decision


@dataclass(frozen=True)
class Grid:
    """The electricity behind the figures of the decisions."""

    intensity_g_per_kwh: float
    pue: float


def emissions_of(events: Iterable[Event], grid: Grid) -> list[EmissionsRecord]:
    """One record per model that decided, summed over its decisions."""
    by_model: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for event in events:
        if isinstance(event, DecisionEvent):
            by_model[event.decision.family, event.decision.version].append(event.decision)
    return [_record(family, version, decisions, grid) for (family, version), decisions in by_model.items()]


def _intensity(grid: Grid, region: str) -> Intensity:
    """Return the intensity with its source: the published table where the figures agree, else the setting."""
    published = INTENSITY_G_PER_KWH.get(region)
    if published is not None and published.g_per_kwh == grid.intensity_g_per_kwh:
        return published
    return Intensity(grid.intensity_g_per_kwh, "setting GRID_INTENSITY_G_PER_KWH", datetime.now(UTC).strftime("%Y"))


def _record(family: str, version: str, decisions: Sequence[Decision], grid: Grid) -> EmissionsRecord:
    region = os.environ.get("AWS_REGION", "unknown")
    intensity = _intensity(grid, region)
    return EmissionsRecord(
        stage="serve",
        family=family,
        version=version,
        duration_seconds=sum(one.duration_seconds for one in decisions),
        energy_kwh=sum(one.energy_kwh for one in decisions),
        emissions_g=sum(one.emissions_g for one in decisions),
        intensity_g_per_kwh=intensity.g_per_kwh,
        intensity_source=intensity.source,
        intensity_date=intensity.date,
        pue=grid.pue,
        method="constant",
        region=region,
        functional_unit="score",
        functional_units=len(decisions),
        recorded_at=datetime.now(UTC).isoformat(),
    )
