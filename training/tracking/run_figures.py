"""What a job consumed, under the names that MLflow's pages group: `system/` has a tab of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from training.tracking.full_refit import COSTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.job.footprint import Footprint
    from training.job.settings import Settings


def consumption(footprint: Footprint, settings: Settings) -> dict[str, float]:
    """Return the metrics: time and memory, energy before PUE, and emissions with what they were computed from."""
    return {
        "system/duration_seconds": footprint.duration_seconds,
        "system/cpu_seconds": footprint.cpu_seconds,
        "system/peak_memory_mb": footprint.peak_memory_mb,
        "energy_kwh": footprint.energy_kwh,
        "emissions_g": footprint.emissions_g,
        "intensity_g_per_kwh": settings.grid_intensity_g_per_kwh,
        "pue": settings.pue,
        **_beside(footprint),
    }


def _beside(footprint: Footprint) -> dict[str, float]:
    """Return the share of making the hardware, the seconds that no clock saw, and CodeCarbon's own figures."""
    measured = footprint.measured.described() if footprint.measured else {}
    seen = {name.replace("_", "/", 1): value for name, value in measured.items() if isinstance(value, float)}
    embodied = {} if footprint.embodied_g is None else {"embodied_g": footprint.embodied_g}
    return {**embodied, "system/estimated_seconds": footprint.estimated_seconds, **seen}


def savings(saved: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the metrics of what was saved against a full refit; None where none was measured."""
    return {f"saved_{name}": saved[name] for name in COSTS}


def method_tags(footprint: Footprint, settings: Settings) -> dict[str, str]:
    """Return how energy was found, for which hardware, and the source of the grid's carbon intensity."""
    tags = {"emissions_method": footprint.method, "intensity_source": settings.grid_intensity_source}
    hardware = {"hardware": footprint.hardware.name} if footprint.hardware else {}
    measured = {"measured_method": footprint.measured.method} if footprint.measured else {}
    return {**tags, **hardware, **measured}
