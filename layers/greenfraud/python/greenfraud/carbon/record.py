"""What one job or batch emitted, as it is stored, with all that is needed to check it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Stage = Literal["features", "train", "evaluate", "materialize", "compact", "monitor", "label", "serve", "report"]
# `reserved`: coefficients of the hardware held, from start to end. The others stand in records of earlier releases, which
# counted what a job used by CodeCarbon (rapl, cpu_load, constant), and scores by one coefficient for all processors (constant).
Method = Literal["reserved", "rapl", "cpu_load", "constant", "calibrated"]
RESERVED: Method = "reserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionsRecord:
    """What one job or batch emitted, never without the method, the intensity's source and the boundary.

    `energy_kwh` is before PUE and `emissions_g` after it, without `embodied_g`, the share of making the hardware; a record of
    an earlier release knows no such share (None), and what it says of energy is what its `method` tells.
    `functional_units` counts the `functional_unit`s that the work delivered: 1 job, or n scores.
    `estimated_seconds` of `duration_seconds` were seen by no clock. `measured_*` is what CodeCarbon saw of the same work, within
    its own boundary: from the step's first to its last line of work, and a constant for memory.
    """

    stage: Stage
    duration_seconds: float
    energy_kwh: float
    emissions_g: float
    intensity_g_per_kwh: float
    intensity_source: str
    pue: float
    method: Method
    region: str
    functional_unit: str
    functional_units: int = 1
    family: str | None = None
    version: str | None = None
    chunk: str | None = None
    intensity_date: str | None = None
    recorded_at: str | None = None
    intensity_year: int | None = None
    embodied_g: float | None = None
    hardware: str | None = None
    vcpus: float | None = None
    memory_gb: float | None = None
    gpus: int | None = None
    estimated_seconds: float | None = None
    cpu_seconds: float | None = None
    measured_method: str | None = None
    measured_energy_kwh: float | None = None
    measured_cpu_kwh: float | None = None
    measured_memory_kwh: float | None = None
    measured_gpu_kwh: float | None = None

    @property
    def total_g(self) -> float | None:
        """Grams of using and of making the hardware, E x I + M; None where the making is not known."""
        return None if self.embodied_g is None else self.emissions_g + self.embodied_g

    def to_json(self) -> dict[str, Any]:
        """Return the record as it is stored under `emissions/` in the lake."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> EmissionsRecord:
        """Read a stored record; unknown keys are ignored."""
        return cls(**{name: body[name] for name in cls.__slots__ if name in body})
