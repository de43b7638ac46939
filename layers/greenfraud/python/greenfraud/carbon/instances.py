"""The instance families that a training job may reserve: processor, memory, cards, and the server they are cut from.

vCPUs follow from the size (xlarge has 4, 12xlarge 48), as AWS lists them; families that SageMaker trains on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from greenfraud.carbon.embodied import Server

ONE, FOUR, EIGHT = 1, 4, 8
# Cards by size; a size that is not named has one.
G_SIZES = {"12xlarge": FOUR, "24xlarge": FOUR, "48xlarge": EIGHT}


class Family(NamedTuple):
    """What the instances of one family are made of."""

    processor: str
    gb_per_vcpu: float
    server: Server
    gpu: str | None = None
    gpus: Mapping[str, int] = {}


FAMILIES: Mapping[str, Family] = {
    "m4": Family("Broadwell", 4.0, Server(850.0, 64)),
    "c4": Family("Haswell", 1.875, Server(620.0, 36)),
    "t3": Family("Skylake or Cascade Lake", 4.0, Server(1200.0, 96)),
    "m5": Family("Skylake or Cascade Lake", 4.0, Server(1200.0, 96)),
    "m5d": Family("Skylake or Cascade Lake", 4.0, Server(1300.0, 96)),
    "c5": Family("Skylake or Cascade Lake", 2.0, Server(710.0, 72)),
    "c5n": Family("Skylake", 2.625, Server(810.0, 72)),
    "r5": Family("Skylake or Cascade Lake", 8.0, Server(1900.0, 96)),
    "m6i": Family("Ice Lake", 4.0, Server(1400.0, 128)),
    "c6i": Family("Ice Lake", 2.0, Server(900.0, 128)),
    "r6i": Family("Ice Lake", 8.0, Server(2400.0, 128)),
    "m7i": Family("Sapphire Rapids", 4.0, Server(1900.0, 192)),
    "c7i": Family("Sapphire Rapids", 2.0, Server(1200.0, 192)),
    "r7i": Family("Sapphire Rapids", 8.0, Server(3200.0, 192)),
    # A card's own kilograms are solved from two sizes of the family, which have another ratio of cards to vCPUs.
    "g4dn": Family("Cascade Lake", 4.0, Server(815.0, 64, 135.0), "T4", {"12xlarge": FOUR}),
    "g5": Family("EPYC 2nd Gen", 4.0, Server(2184.0, 192, 189.5), "A10G", G_SIZES),
    # These have one ratio in all sizes: the cards are shared with the vCPUs.
    "p3": Family("Broadwell", 7.625, Server(2900.0, 64), "V100", {"8xlarge": FOUR, "16xlarge": EIGHT}),
    "p4d": Family("Cascade Lake", 12.0, Server(5600.0, 96), "A100", {"24xlarge": EIGHT}),
}
VCPUS = {"large": 2.0, "xlarge": 4.0}
UNLIKE_THEIR_SIZE = {"c4.8xlarge": 36.0}


def vcpus_of(family: str, size: str) -> float:
    """Return the vCPUs of a size. Raises ValueError for a size that AWS does not name so.

    >>> vcpus_of("m5", "large"), vcpus_of("m5", "12xlarge")
    (2.0, 48.0)
    """
    if (unlike := UNLIKE_THEIR_SIZE.get(f"{family}.{size}")) is not None:
        return unlike
    return VCPUS[size] if size in VCPUS else 4.0 * int(size.removesuffix("xlarge"))
