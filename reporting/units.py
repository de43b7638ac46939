"""Quantities as a person reads them: the unit that keeps them short, and `unavailable` where there is none."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

UNAVAILABLE = "unavailable"
PREFIXES = ((1e-3, "k"), (1.0, ""), (1e3, "m"), (1e6, "µ"), (1e9, "n"))


class Unit(NamedTuple):
    """A unit with a prefix: `factor` of them make one of the plain unit."""

    factor: float
    name: str


def unit_for(largest: float, plain: str) -> Unit:
    """The prefixed unit in which `largest` is at least 1, nano at the smallest.

    >>> unit_for(0.0042, "g")
    Unit(factor=1000.0, name='mg')
    """
    found = next(((factor, prefix) for factor, prefix in PREFIXES if largest * factor >= 1), PREFIXES[-1])
    return Unit(found[0], f"{found[1]}{plain}") if largest else Unit(1.0, plain)


def quantity(value: float | None, plain: str) -> str:
    """A quantity with three figures and its unit.

    >>> quantity(1.31e-7, "g"), quantity(0.0, "g"), quantity(None, "g")
    ('131 ng', '0 g', 'unavailable')
    """
    if value is None:
        return UNAVAILABLE
    unit = unit_for(abs(value), plain)
    return f"{three_figures(value * unit.factor)} {unit.name}"


def grams(value: float | None) -> str:
    """Grams of CO2 equivalent."""
    return quantity(value, "g")


def energy(kwh: float | None) -> str:
    """Kilowatt-hours, in watt-hours with a prefix."""
    return quantity(None if kwh is None else kwh * 1000, "Wh")


def number(value: float | None, decimals: int = 3) -> str:
    """A number with thousands separated."""
    return UNAVAILABLE if value is None else f"{value:,.{decimals}f}"


def signed(value: float | None) -> str:
    """A difference, with its sign.

    >>> signed(0.25), signed(-1.0), signed(None)
    ('+0.250', '-1.000', 'unavailable')
    """
    return UNAVAILABLE if value is None else f"{value:+.3f}"


def count(found: int | None) -> str:
    """A whole number with thousands separated.

    >>> count(16_000), count(0), count(None)
    ('16,000', '0', 'unavailable')
    """
    return UNAVAILABLE if found is None else f"{found:,}"


def moment(at: datetime | None) -> str:
    """Date and minute, UTC."""
    return UNAVAILABLE if at is None else f"{at:%Y-%m-%d %H:%M}"


def three_figures(value: float) -> str:
    """Three significant figures, never as a power of ten.

    >>> three_figures(1234.5), three_figures(0.04567), three_figures(12.0)
    ('1,234', '0.0457', '12.0')
    """
    if value == 0:
        return "0"
    size = abs(value)
    decimals = next((places for places, least in enumerate((100, 10, 1, 0.1, 0.01)) if size >= least), 5)
    return f"{value:,.{decimals}f}"
