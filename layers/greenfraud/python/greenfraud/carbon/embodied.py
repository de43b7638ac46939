"""Emissions of making a server, and the share of them that falls to what was reserved of it: the `M` of SCI.

M = TE x TS x RS (ISO/IEC 21031): all that making the server emitted, times the reserved hours of its life, times the reserved
vCPUs of all its vCPUs. The figures of whole servers are those of boaviztapi 2.5.0 (archetypes of `data/archetypes/server.csv`,
factors of manufacture only; it does not count the end of life), computed by it for the largest instance of each family.
"""

from __future__ import annotations

from typing import NamedTuple

SOURCE = "boaviztapi 2.5.0, manufacture of the server behind the instance family (end of life not included)"
LIFE_HOURS = 52_560.0  # six years, boaviztapi's life of a server; AWS too writes its servers off over six


class Server(NamedTuple):
    """Kilograms of CO2 equivalent of making it, with and without its vCPUs' share of the cards."""

    kilograms: float
    vcpus: int
    kilograms_per_gpu: float = 0.0

    def grams_per_hour(self, vcpus: float, gpus: int = 0) -> float:
        """Grams that an hour of these vCPUs and cards takes of the server's life.

        Half of a server of 100 kg for an hour:

        >>> round(Server(100.0, 8).grams_per_hour(4), 4)
        0.9513
        """
        share = self.kilograms * vcpus / self.vcpus + self.kilograms_per_gpu * gpus
        return share * 1000.0 / LIFE_HOURS
