"""What the decisions of a group emitted: one record per model."""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.ingest.events import DecisionEvent, Event
from greenfraud.carbon import (
    LAMBDA_MB_PER_VCPU,
    RESERVED,
    UNSEEN_SECONDS_PER_SCORE,
    EmissionsRecord,
    Reservation,
    intensity_of,
    of_lambda,
)
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


def _record(family: str, version: str, decisions: Sequence[Decision], grid: Grid) -> EmissionsRecord:
    region = os.environ.get("AWS_REGION", "unknown")
    today = datetime.now(UTC).date().isoformat()
    intensity = intensity_of(region, grid.intensity_g_per_kwh, "setting GRID_INTENSITY_G_PER_KWH", today)
    seconds, energy_kwh = sum(one.duration_seconds for one in decisions), sum(one.energy_kwh for one in decisions)
    hardware = held_by(seconds, energy_kwh)
    return EmissionsRecord(
        stage="serve",
        family=family,
        version=version,
        duration_seconds=seconds,
        energy_kwh=energy_kwh,
        emissions_g=sum(one.emissions_g for one in decisions),
        embodied_g=hardware.embodied_g(seconds),
        intensity_g_per_kwh=intensity.g_per_kwh,
        intensity_source=intensity.source,
        intensity_date=intensity.date,
        intensity_year=intensity.year,
        pue=grid.pue,
        method=RESERVED,
        region=region,
        functional_unit="score",
        functional_units=len(decisions),
        recorded_at=datetime.now(UTC).isoformat(),
        **hardware.described(),
        estimated_seconds=UNSEEN_SECONDS_PER_SCORE * len(decisions),
    )


def held_by(seconds: float, energy_kwh: float) -> Reservation:
    """Return the memory of the scoring function that used this energy: a decision tells both, and power grows with memory.

    All functions of a deployment run on one kind of processor, this one's.
    """
    one_vcpu = of_lambda(LAMBDA_MB_PER_VCPU, platform.machine())
    whole = one_vcpu.energy_kwh(seconds)
    return of_lambda(round(LAMBDA_MB_PER_VCPU * energy_kwh / whole) if whole else 0, platform.machine())
