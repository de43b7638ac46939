"""Energy and emissions of the hardware that a piece of work reserved.

Energy follows the Software Carbon Intensity specification (ISO/IEC 21031): what was reserved counts, used or
not; location-based intensity; no offsets. Coefficients are those of Cloud Carbon Footprint for AWS
(https://www.cloudcarbonfootprint.org/docs/methodology/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

Stage = Literal["features", "train", "evaluate", "materialize", "compact", "monitor", "label", "serve", "report"]
Method = Literal["rapl", "cpu_load", "constant", "calibrated"]

IDLE_WATTS_PER_VCPU = 0.74
FULL_WATTS_PER_VCPU = 3.5
WATTS_PER_GB = 0.392
# Cloud Carbon Footprint's assumption where the load of a serverless processor is unknown.
SERVERLESS_UTILISATION = 0.5
AWS_PUE = 1.135
# The memory at which AWS says that a function has the equivalent of one vCPU (Lambda guide, "memory").
LAMBDA_MB_PER_VCPU = 1769
_JOULES_PER_KWH = 3.6e6


class Intensity(NamedTuple):
    """Location-based grams of CO2 equivalent per kilowatt-hour, and who said so when."""

    g_per_kwh: float
    source: str
    date: str


# The table carries no date of its own; these are the figures of its revision 0656d55 as read on that day.
_CCF = "Cloud Carbon Footprint, AWS region table (EEA, EPA eGRID, carbonfootprint.com)"
_READ = "2026-11-22"
INTENSITY_G_PER_KWH: Mapping[str, Intensity] = {
    "eu-north-1": Intensity(8.0, _CCF, _READ),
    "eu-west-3": Intensity(52.0, _CCF, _READ),
    "ca-central-1": Intensity(130.0, _CCF, _READ),
    "eu-west-1": Intensity(316.0, _CCF, _READ),
    "eu-central-1": Intensity(338.0, _CCF, _READ),
    "us-east-1": Intensity(379.0, _CCF, _READ),
    "ap-south-1": Intensity(708.0, _CCF, _READ),
}


def reserved_energy_kwh(
    duration_seconds: float, *, vcpus: float, memory_gb: float, utilisation: float = SERVERLESS_UTILISATION
) -> float:
    """Return kilowatt-hours before PUE: idle to full watts per vCPU by load, plus watts per gigabyte.

    >>> round(reserved_energy_kwh(3600, vcpus=2, memory_gb=8, utilisation=1.0), 6)
    0.010136
    """
    watts_per_vcpu = IDLE_WATTS_PER_VCPU + utilisation * (FULL_WATTS_PER_VCPU - IDLE_WATTS_PER_VCPU)
    return (vcpus * watts_per_vcpu + memory_gb * WATTS_PER_GB) * duration_seconds / _JOULES_PER_KWH


def inference_energy_kwh(duration_seconds: float, memory_mb: int) -> float:
    """Return kilowatt-hours before PUE of a Lambda that held `memory_mb` for `duration_seconds`.

    >>> f"{inference_energy_kwh(0.012, 1769):.3g}"
    '9.32e-09'
    """
    return reserved_energy_kwh(duration_seconds, vcpus=memory_mb / LAMBDA_MB_PER_VCPU, memory_gb=memory_mb / 1024)


def emissions_g(energy_kwh: float, intensity_g_per_kwh: float, pue: float = AWS_PUE) -> float:
    """Return grams of CO2 equivalent: energy x PUE x grid intensity, the `E x I` of SCI.

    A 12 ms score of a 1769 MB function on the United States' average grid:

    >>> f"{emissions_g(inference_energy_kwh(0.012, 1769), 369) * 1e6:.1f} micrograms"
    '3.9 micrograms'
    """
    return energy_kwh * pue * intensity_g_per_kwh


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionsRecord:
    """What one job or batch emitted, never without the method, the intensity's source and the boundary.

    `functional_units` counts the `functional_unit`s that the work delivered: 1 job, or n scores.
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

    def to_json(self) -> dict[str, Any]:
        """Return the record as it is stored under `emissions/` in the lake."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> EmissionsRecord:
        """Read a stored record; unknown keys are ignored."""
        return cls(**{name: body[name] for name in cls.__slots__ if name in body})
