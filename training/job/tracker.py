"""What CodeCarbon's offline tracker saw of a job: a figure of its own, which stands beside the reserved one and never for it."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from greenfraud.carbon import Method

if TYPE_CHECKING:
    from training.job.settings import Settings

METHODS = {"cpu_load": "cpu_load", "constant": "constant", "intel_rapl": "rapl"}


@dataclass(frozen=True)
class Measured:
    """Kilowatt-hours before PUE, in all and by part; gCO2e after PUE; memory is a constant of CodeCarbon's per tracker."""

    method: Method
    energy_kwh: float
    emissions_g: float
    cpu_kwh: float
    memory_kwh: float
    gpu_kwh: float

    def described(self) -> dict[str, Any]:
        """How a record tells of it."""
        return {f"measured_{name}": value for name, value in asdict(self).items() if name != "emissions_g"}


class EnergyTracker:
    """Runs from its creation until `stop`; writes CodeCarbon's own file into `folder` where one is given."""

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        """Start tracking."""
        self._pue = settings.pue
        self._tracker = _tracker(settings, folder)
        self._tracker.start()

    def stop(self) -> Measured:
        """Return what was seen since the start. CodeCarbon has multiplied by PUE, which is taken out again."""
        emissions_kg = self._tracker.stop() or 0.0
        seen = self._tracker.final_emissions_data
        return Measured(
            method=_method(self._tracker),
            energy_kwh=seen.energy_consumed / self._pue,
            emissions_g=emissions_kg * 1000.0,
            cpu_kwh=seen.cpu_energy / self._pue,
            memory_kwh=seen.ram_energy / self._pue,
            gpu_kwh=seen.gpu_energy / self._pue,
        )


def _tracker(settings: Settings, folder: Path | None) -> Any:
    from codecarbon import OfflineEmissionsTracker

    logging.getLogger("codecarbon").setLevel(logging.ERROR)  # after the import, which sets it itself
    _tell_cpu_model()
    return OfflineEmissionsTracker(
        country_iso_code=settings.country_iso3,
        force_carbon_intensity_g_co2e_kwh=settings.grid_intensity_g_per_kwh,
        pue=settings.pue,
        tracking_mode="process",  # two jobs may share a machine
        measure_power_secs=1,
        save_to_file=folder is not None,
        output_dir=str(folder or "."),
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


def cpu_model() -> str | None:
    """Return the CPU's model as the kernel names it; None where it names none, as on arm64."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)
