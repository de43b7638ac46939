"""What an answer costs in energy and emissions: measured duration times the hardware the function reserves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from greenfraud.carbon import emissions_g, inference_energy_kwh


class Cost(NamedTuple):
    """Duration, energy before PUE, and emissions of one answer."""

    duration_seconds: float
    energy_kwh: float
    emissions_g: float


@dataclass(frozen=True)
class Footprint:
    """The hardware reserved and the grid it runs on."""

    memory_mb: int
    intensity_g_per_kwh: float
    pue: float

    def of(self, duration_seconds: float) -> Cost:
        """The cost of having held this memory for that long."""
        energy_kwh = inference_energy_kwh(duration_seconds, self.memory_mb)
        return Cost(duration_seconds, energy_kwh, emissions_g(energy_kwh, self.intensity_g_per_kwh, self.pue))
