"""From what was reserved for how long to energy and grams, operational and embodied."""

from __future__ import annotations

from typing import NamedTuple

from greenfraud.carbon.hardware import Reservation


class Amounts(NamedTuple):
    """Kilowatt-hours before PUE; grams of using the hardware (E x I, PUE included) and of its making (M)."""

    energy_kwh: float
    emissions_g: float
    embodied_g: float

    @property
    def total_g(self) -> float:
        """E x I + M."""
        return self.emissions_g + self.embodied_g


def account(
    reservation: Reservation, seconds: float, *, intensity_g_per_kwh: float, pue: float, counted_kwh: float = 0.0
) -> Amounts:
    """Return what holding the hardware for `seconds` cost, and what a counter saw of parts that the reservation does not know.

    One hour of an ml.m5.large in Stockholm; its making weighs more than its electricity there:

    >>> from greenfraud.carbon.hardware import of_instance
    >>> [f"{amount:.3g}" for amount in account(of_instance("ml.m5.large"), 3600, intensity_g_per_kwh=34.91, pue=1.135)]
    ['0.00787', '0.312', '0.476']
    """
    energy_kwh = reservation.energy_kwh(seconds) + counted_kwh
    return Amounts(energy_kwh, emissions_g(energy_kwh, intensity_g_per_kwh, pue), reservation.embodied_g(seconds))


def emissions_g(energy_kwh: float, intensity_g_per_kwh: float, pue: float) -> float:
    """Return grams of CO2 equivalent: energy x PUE x grid intensity, the `E x I` of SCI."""
    return energy_kwh * pue * intensity_g_per_kwh
