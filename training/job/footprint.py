"""What a job cost: what it reserved from start to end, CPU seconds, what CodeCarbon saw beside it, and the records made of them."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from greenfraud.carbon import RESERVED, EmissionsRecord, Method, account, intensity_of
from greenfraud.metrics import NAMESPACE
from greenfraud.naming import emissions_key
from training.job.bucket import Bucket, client
from training.job.contract import job_name
from training.job.machine import held
from training.job.tracker import EnergyTracker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from greenfraud.carbon import Reservation, Stage
    from training.job.settings import Settings
    from training.job.tracker import Measured

QUARANTINED = "QuarantinedChunks"  # the metric of chunks that nobody has let through yet
SHARED = "shared"  # the family of a job that works for all of them


@dataclass(frozen=True)
class Footprint:
    """Seconds, megabytes at the peak, kilowatt-hours before PUE, and grams of CO2 equivalent after it.

    `started_at` is in seconds since the epoch. Energy and grams are those of the hardware held for `duration_seconds`, used or
    not, of which `estimated_seconds` were seen by no clock; `embodied_g` is the share of making it.
    """

    started_at: float
    duration_seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    energy_kwh: float
    emissions_g: float
    method: Method
    embodied_g: float | None = None
    estimated_seconds: float = 0.0
    hardware: Reservation | None = None
    measured: Measured | None = None


class Meter:
    """Measures from its creation until `stop`; what was held before and after that is added."""

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        """Start measuring; CodeCarbon writes its own file into `folder` where one is given."""
        self._settings = settings
        self._held = held(time.time())
        self._tracker = EnergyTracker(settings, folder)
        self._cpu = _cpu_seconds()

    def stop(self) -> Footprint:
        """Return what was consumed and held."""
        measured, hardware = self._tracker.stop(), self._held.reservation
        seconds, settings = self._held.seconds_until(time.time()), self._settings
        amounts = account(
            hardware,
            seconds,
            intensity_g_per_kwh=settings.grid_intensity_g_per_kwh,
            pue=settings.pue,
            counted_kwh=0.0 if hardware.gpu else measured.gpu_kwh,  # of cards that no table knows
        )
        return Footprint(
            started_at=self._held.started_at,
            duration_seconds=seconds,
            cpu_seconds=_cpu_seconds() - self._cpu,
            peak_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,  # Linux counts kilobytes
            energy_kwh=amounts.energy_kwh,
            emissions_g=amounts.emissions_g,
            method=RESERVED,
            embodied_g=amounts.embodied_g,
            estimated_seconds=self._held.unseen_seconds,
            hardware=hardware,
            measured=measured,
        )


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def store_footprint(  # noqa: PLR0913
    settings: Settings,
    stage: Stage,
    footprint: Footprint,
    *,
    family: str | None = None,
    version: str | None = None,
    chunk: str | None = None,
) -> None:
    """Write the job's one emissions record to the lake, and its two CloudWatch metrics."""
    now = datetime.now(UTC)
    about = {"family": family, "version": version, "chunk": chunk, "recorded_at": now.isoformat(timespec="seconds")}
    record = record_of(settings, stage, footprint, **about)
    Bucket(settings.lake_bucket).put_json(emissions_key(now.date(), stage, job_name()), record.to_json())
    _put_metrics(family or SHARED, footprint)


def record_of(settings: Settings, stage: Stage, footprint: Footprint, **about: Any) -> EmissionsRecord:
    """Return the record of a job: what it held and for how long, the grid, and what CodeCarbon saw of it."""
    region = os.environ.get("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", "unknown"))
    grid = intensity_of(region, settings.grid_intensity_g_per_kwh, settings.grid_intensity_source)
    hardware, measured = footprint.hardware, footprint.measured
    return EmissionsRecord(
        stage=stage,
        duration_seconds=footprint.duration_seconds,
        energy_kwh=footprint.energy_kwh,
        emissions_g=footprint.emissions_g,
        embodied_g=footprint.embodied_g,
        intensity_g_per_kwh=grid.g_per_kwh,
        intensity_source=grid.source,
        intensity_date=grid.date,
        intensity_year=grid.year,
        pue=settings.pue,
        method=footprint.method,
        region=region,
        functional_unit="job",
        estimated_seconds=footprint.estimated_seconds,
        cpu_seconds=footprint.cpu_seconds,
        **(hardware.described() if hardware else {}),
        **(measured.described() if measured else {}),
        **about,
    )


def _put_metrics(family: str, footprint: Footprint) -> None:
    values = {"TrainingEmissionsGrams": footprint.emissions_g, "TrainingEnergyKwh": footprint.energy_kwh}
    store_metrics(values, Family=family)
    store_metrics({"TrainingJobSeconds": footprint.duration_seconds})  # what machines are paid for


def store_metrics(values: Mapping[str, float], **dimensions: str) -> None:
    """Put values of our namespace to CloudWatch, under dimensions that have few values."""
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    data = [{"MetricName": name, "Dimensions": named, "Value": value} for name, value in values.items()]
    client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)
