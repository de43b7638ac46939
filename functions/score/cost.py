"""What an answer costs in energy and emissions: measured duration times the hardware the function reserves."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from greenfraud.carbon import Reservation, account, of_lambda


class Cost(NamedTuple):
    """Duration, energy before PUE, and emissions of one answer: of using the hardware, and of its making."""

    duration_seconds: float
    energy_kwh: float
    emissions_g: float
    embodied_g: float = 0.0


def of_request(duration_seconds: float, answers: Sequence[Cost]) -> Cost:
    """The cost of a request: what its answers tell of themselves, so that its metrics and their records sum up to the same."""
    energy_kwh, emissions_g, embodied_g = (sum(one[place] for one in answers) for place in (1, 2, 3))
    return Cost(duration_seconds, energy_kwh, emissions_g, embodied_g)


@dataclass(frozen=True)
class Footprint:
    """The hardware reserved and the grid it runs on."""

    memory_mb: int
    intensity_g_per_kwh: float
    pue: float
    machine: str = field(default_factory=platform.machine)

    @cached_property
    def reservation(self) -> Reservation:
        """The memory, and the vCPU that comes with it."""
        return of_lambda(self.memory_mb, self.machine)

    def of(self, duration_seconds: float) -> Cost:
        """The cost of having held this memory for that long."""
        amounts = account(self.reservation, duration_seconds, intensity_g_per_kwh=self.intensity_g_per_kwh, pue=self.pue)
        return Cost(duration_seconds, *amounts)
