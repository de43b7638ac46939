"""What a job consumed: energy by CodeCarbon's offline tracker, CPU seconds, and the records made of both."""

from __future__ import annotations

import logging
import os
import resource
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from greenfraud.carbon import EmissionsRecord, Method
from greenfraud.metrics import NAMESPACE
from greenfraud.naming import emissions_key
from training.job.bucket import Bucket, client
from training.job.contract import job_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from greenfraud.carbon import Stage
    from training.job.settings import Settings

QUARANTINED = "QuarantinedChunks"  # the metric of chunks that nobody has let through yet
SHARED = "shared"  # the family of a job that works for all of them
METHODS = {"cpu_load": "cpu_load", "constant": "constant", "intel_rapl": "rapl"}


@dataclass(frozen=True)
class Footprint:
    """Seconds, megabytes at the peak, kilowatt-hours before PUE, and grams of CO2 equivalent after it.

    `started_at` is in seconds since the epoch.
    """

    started_at: float
    duration_seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    energy_kwh: float
    emissions_g: float
    method: Method


class Meter:
    """Measures from its creation until `stop`."""

    def __init__(self, settings: Settings) -> None:
        """Start measuring."""
        self._settings = settings
        self._tracker = _tracker(settings)
        self._tracker.start()
        self._started, self._cpu = time.monotonic(), _cpu_seconds()

    def stop(self) -> Footprint:
        """Return what was consumed since the start."""
        emissions_kg = self._tracker.stop() or 0.0
        consumed = self._tracker.final_emissions_data.energy_consumed  # CodeCarbon has multiplied by PUE
        duration_seconds = time.monotonic() - self._started
        return Footprint(
            started_at=time.time() - duration_seconds,
            duration_seconds=duration_seconds,
            cpu_seconds=_cpu_seconds() - self._cpu,
            peak_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,  # Linux counts kilobytes
            energy_kwh=consumed / self._settings.pue,
            emissions_g=emissions_kg * 1000.0,
            method=_method(self._tracker),
        )


def _tracker(settings: Settings) -> Any:
    from codecarbon import OfflineEmissionsTracker

    logging.getLogger("codecarbon").setLevel(logging.ERROR)  # after the import, which sets it itself
    _tell_cpu_model()
    return OfflineEmissionsTracker(
        country_iso_code=settings.country_iso3,
        force_carbon_intensity_g_co2e_kwh=settings.grid_intensity_g_per_kwh,
        pue=settings.pue,
        tracking_mode="process",  # two jobs may share a machine
        measure_power_secs=1,
        save_to_file=False,
        save_to_api=False,
        allow_multiple_runs=True,
        log_level="error",
    )


def _tell_cpu_model() -> None:
    """Answer CodeCarbon's question for the CPU model: cpuinfo starts processes for it and takes over a second."""
    import cpuinfo  # type: ignore[import-untyped]

    model = cpu_model()
    if model:  # arm64 has none; there, cpuinfo's slow way stays
        cpuinfo.get_cpu_info = lambda: {"brand_raw": model}


def _method(tracker: Any) -> Method:
    modes = [getattr(part, "_mode", None) for part in tracker._hardware]  # noqa: SLF001  said nowhere else
    return cast("Method", next((METHODS[mode] for mode in modes if mode in METHODS), "constant"))


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
    record = EmissionsRecord(
        stage=stage,
        duration_seconds=footprint.duration_seconds,
        energy_kwh=footprint.energy_kwh,
        emissions_g=footprint.emissions_g,
        intensity_g_per_kwh=settings.grid_intensity_g_per_kwh,
        intensity_source=settings.grid_intensity_source,
        pue=settings.pue,
        method=footprint.method,
        region=os.environ.get("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", "unknown")),
        functional_unit="job",
        family=family,
        version=version,
        chunk=chunk,
        recorded_at=now.isoformat(timespec="seconds"),
    )
    Bucket(settings.lake_bucket).put_json(emissions_key(now.date(), stage, job_name()), record.to_json())
    _put_metrics(family or SHARED, footprint)


def _put_metrics(family: str, footprint: Footprint) -> None:
    values = {"TrainingEmissionsGrams": footprint.emissions_g, "TrainingEnergyKwh": footprint.energy_kwh}
    store_metrics(values, Family=family)
    store_metrics({"TrainingJobSeconds": footprint.duration_seconds})  # what machines are paid for, less their start


def store_metrics(values: Mapping[str, float], **dimensions: str) -> None:
    """Put values of our namespace to CloudWatch, under dimensions that have few values."""
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    data = [{"MetricName": name, "Dimensions": named, "Value": value} for name, value in values.items()]
    client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)


def cpu_model() -> str | None:
    """Return the CPU's model as the kernel names it; None where it names none, as on arm64."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)
