"""Watts of what is reserved, by processor family, with where each figure is from. Before PUE, per vCPU, card or gigabyte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Watts(NamedTuple):
    """Power at rest and under full load."""

    idle: float
    full: float

    def at(self, utilisation: float) -> float:
        """Power at a load between 0 and 1.

        >>> Watts(0.74, 3.5).at(0.5)
        2.12
        """
        return self.idle + utilisation * (self.full - self.idle)


PROCESSOR_SOURCE = "Cloud Carbon Footprint, ccf-coefficients b0032d9 of 2026-03 (SPECpower_ssj2008), per vCPU"
# Its family of instances says which; where AWS runs two generations under one name, the mean of both.
PROCESSORS: Mapping[str, Watts] = {
    "Broadwell": Watts(0.7128, 3.6853),
    "Haswell": Watts(1.8574, 5.5954),
    "Skylake": Watts(0.6130, 4.1042),
    "Skylake or Cascade Lake": Watts(0.6516, 4.0837),
    "Cascade Lake": Watts(0.6903, 4.0632),
    "Ice Lake": Watts(0.7668, 3.7582),
    "Sapphire Rapids": Watts(1.0363, 4.1605),
    "EPYC 2nd Gen": Watts(0.4743, 1.6930),
    "EPYC 3rd Gen": Watts(0.4556, 1.9573),
    # No Graviton was ever submitted to SPECpower: the source takes the processor of the same age and process from AMD.
    "Graviton2": Watts(0.4743, 1.6930),
    "x86, unknown": Watts(0.74, 3.5),  # the source's mean over all that AWS runs
}
GPU_SOURCE = "Cloud Carbon Footprint, ComputeProcessorTypes at 0656d55, per card"
GPUS: Mapping[str, Watts] = {
    "T4": Watts(8.0, 71.0),
    "A10G": Watts(18.0, 153.0),
    "V100": Watts(35.0, 306.0),
    "A100": Watts(46.0, 407.0),
}
MEMORY_SOURCE = "Cloud Carbon Footprint, methodology: mean of Crucial and Micron, per gigabyte"
# The source leaves out what the measured servers held; all of it is counted here, which is rather too much.
WATTS_PER_GB = 0.392
UTILISATION_SOURCE = "Cloud Carbon Footprint, for load that is not known; one assumption for jobs and scores, so that both compare"
UTILISATION = 0.5
PUE_SOURCE = "Cloud Carbon Footprint, AWS's mean"
AWS_PUE = 1.135
# The memory at which AWS says that a function has the equivalent of one vCPU (Lambda guide, "memory").
LAMBDA_MB_PER_VCPU = 1769
# What a score holds its function for beyond what its own clock sees when it is stored: the request is read and checked before,
# the decision put (about 5 ms within a region) and the answer written and handed over after, to whole milliseconds.
UNSEEN_SECONDS_PER_SCORE = 0.008
