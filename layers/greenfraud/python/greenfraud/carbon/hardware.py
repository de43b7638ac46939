"""What a piece of work reserved: vCPUs, memory and cards, their power, and their share of a server's making."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from greenfraud.carbon.coefficients import GPUS, LAMBDA_MB_PER_VCPU, PROCESSORS, UTILISATION, WATTS_PER_GB
from greenfraud.carbon.embodied import Server
from greenfraud.carbon.instances import FAMILIES, vcpus_of

UNKNOWN = "x86, unknown"
ARM = ("aarch64", "arm64")
# A function's memory is cut from a server that nobody names; the family with the memory per vCPU nearest to Lambda's 1.73 GB.
LAMBDA = {True: ("Graviton2", Server(650.0, 64)), False: (UNKNOWN, Server(710.0, 72))}
# Of a machine of which only its size is known: a common server of AWS, twice 24 cores and 384 GB.
COMMON = Server(1200.0, 96)
_JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True, slots=True)
class Reservation:
    """Hardware held by one piece of work; `name` says whose it is and which share. `gpus` cards of a kind that may be unknown."""

    name: str
    processor: str
    vcpus: float
    memory_gb: float
    embodied_g_per_hour: float
    gpus: int = 0
    gpu: str | None = None

    @property
    def watts(self) -> float:
        """Power before PUE at the assumed load, of vCPUs, memory and cards that the table knows."""
        cards = self.gpus * GPUS[self.gpu].at(UTILISATION) if self.gpu else 0.0
        return self.vcpus * PROCESSORS[self.processor].at(UTILISATION) + self.memory_gb * WATTS_PER_GB + cards

    def described(self) -> dict[str, Any]:
        """How a record tells of it."""
        return {"hardware": self.name, "vcpus": self.vcpus, "memory_gb": self.memory_gb, "gpus": self.gpus}

    def energy_kwh(self, seconds: float) -> float:
        """Kilowatt-hours before PUE of having held it, used or not."""
        return self.watts * seconds / _JOULES_PER_KWH

    def embodied_g(self, seconds: float) -> float:
        """Grams of the server's making that these seconds of its life take."""
        return self.embodied_g_per_hour * seconds / 3600.0


def of_instance(instance_type: str) -> Reservation | None:
    """Return what a SageMaker instance type reserves: all of that instance; None for one that the table does not know.

    >>> of_instance("ml.m5.large").vcpus, of_instance("ml.m5.large").memory_gb, of_instance("ml.zz9.large")
    (2.0, 8.0, None)
    """
    family_name, _, size = instance_type.removeprefix("ml.").partition(".")
    family = FAMILIES.get(family_name)
    try:
        vcpus = vcpus_of(family_name, size)
    except ValueError:
        return None
    if family is None:
        return None
    gpus = family.gpus.get(size, 1) if family.gpu else 0
    embodied = family.server.grams_per_hour(vcpus, gpus)
    return Reservation(instance_type, family.processor, vcpus, vcpus * family.gb_per_vcpu, embodied, gpus, family.gpu)


def of_lambda(memory_mb: float, machine: str) -> Reservation:
    """Return what a function reserves that holds `memory_mb` on this kind of `machine` (as `platform.machine()` says it).

    >>> of_lambda(1769, "aarch64").name, round(of_lambda(1769, "aarch64").watts, 3)
    ('Lambda, 1769 MB of Graviton2', 1.761)
    """
    processor, server = LAMBDA[machine in ARM]
    vcpus = memory_mb / LAMBDA_MB_PER_VCPU
    name = f"Lambda, {memory_mb:g} MB of {processor}"
    return Reservation(name, processor, vcpus, memory_mb / 1024.0, server.grams_per_hour(vcpus))


def of_share(name: str, machine: str, *, vcpus: float, memory_gb: float, share: float = 1.0) -> Reservation:
    """Return what a piece of work reserves of a machine that it shares with others: all shares together are one machine."""
    processor = "Graviton2" if machine in ARM else UNKNOWN
    return Reservation(name, processor, vcpus * share, memory_gb * share, COMMON.grams_per_hour(vcpus * share))
