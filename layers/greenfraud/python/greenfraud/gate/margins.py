"""The settings of the gate: what counts as certain, how much worse is still no worse, and what is worth a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from greenfraud.errors import ContractError


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """A share of money is one of what the judged frauds took: 0.05 of 10,000.00 are 500.00.

    A margin is held where the whole interval lies within it: what was measured badly is not within.
    """

    minimum_frauds: int = 30  # with fewer, nothing is judged
    level: float = 0.025  # how often, at the first look at a holdout, equal challengers may together look certainly better
    precision: float = 0.02  # average precision that a greener model may lack, where nothing else speaks for it
    cost_share: float = 0.05  # how much dearer than what answers now
    log_loss_share: float = 0.10  # how much worse its probabilities, as a share of the other's logarithmic loss
    segment_precision: float = 0.05  # a segment that is certainly worse than this vetoes
    segment_cost_share: float = 0.10  # likewise in money, of what the segment's frauds took
    money_tie_share: float = 0.01  # who is certainly less than this dearer than the cheapest ties with it
    carbon_share: float = 0.05  # of what a whole score emits: how long machines took to start decides nothing

    def __post_init__(self) -> None:
        """Raises ContractError naming the setting that cannot be."""
        for field in fields(self):
            value = getattr(self, field.name)
            if not value >= 0:
                raise ContractError(f"{field.name} is {value!r}, expected 0 or more")
        if not 0 < self.level < 0.5:
            raise ContractError(f"level is {self.level!r}, expected more than 0 and less than 0.5")

    def level_at(self, look: int) -> float:
        """Return the level of the n-th look at the same holdout: each has half of the one before, so all have at most twice it.

        >>> [Margins().level_at(look) for look in (1, 2, 3)]
        [0.025, 0.0125, 0.00625]
        """
        return self.level * 0.5 ** (max(look, 1) - 1)


def money_at_stake(counts: Mapping[str, Any]) -> float:
    """Return what the frauds of a holdout or segment took, in minor units; 0 where an earlier release did not say it."""
    return float(counts.get("fraud_amount_minor") or 0.0)
