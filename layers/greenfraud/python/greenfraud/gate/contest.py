"""What all challengers of one evaluation share: whom they must beat, how often this holdout was looked at, and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from greenfraud.gate.intervals import chance, measured
from greenfraud.gate.margins import Margins, money_at_stake


@dataclass(frozen=True, slots=True)
class Contest:
    """An evaluation, as the gate reads it."""

    evaluation: Mapping[str, Any]
    margins: Margins

    @property
    def challengers(self) -> list[Mapping[str, Any]]:
        """Everybody who wants to be promoted."""
        return [item for item in self.evaluation["candidates"] if item["role"] == "challenger"]

    @property
    def rival(self) -> str | None:
        """The words for the model to beat; without one, the rules are. Earlier evaluations name production alone."""
        production = self.evaluation.get("production")
        rival: str | None = self.evaluation.get("rival", production)
        if rival is None:
            return None
        return f"production {rival}" if rival == production else f"the fallback {rival}"

    @property
    def opponent(self) -> str:
        """The same, in words for the rules too."""
        return self.rival or "the rules"

    @property
    def rival_metrics(self) -> Mapping[str, Any]:
        """The measures of the model to beat, on the same holdout; nothing where the rules are, or it could not be scored."""
        rival = self.evaluation.get("rival", self.evaluation.get("production"))
        return next((item.get("metrics") or {} for item in self.evaluation["candidates"] if item["name"] == rival), {})

    @property
    def looks(self) -> int:
        """How often challengers were judged on this holdout, this time included."""
        return int(self.evaluation["holdout"].get("looks") or 1)

    @property
    def at_stake(self) -> float:
        """What the holdout's frauds took, in minor units."""
        return money_at_stake(self.evaluation["holdout"])

    def against(self, candidate: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a challenger's differences to whom it must beat."""
        return candidate["against_production" if self.rival else "against_rules"] or {}

    def certainly_better(self) -> dict[str, float]:
        """Return the challengers that are certainly better, by name, each with the level that it met.

        Holm, A simple sequentially rejective multiple test procedure, 1979: the clearest of m must meet the level's m-th part, the
        next the (m-1)-th, and whoever comes after one that failed has failed.
        """
        found = {item["name"]: measured(self.against(item), "average_precision") for item in self.challengers}
        chances = sorted((chance(paired), name) for name, paired in found.items() if paired)
        met: dict[str, float] = {}
        for place, (p_value, name) in enumerate(chances):
            level = self.level_for(len(chances) - place)
            if p_value > level:
                break
            met[name] = level
        return met

    def level_for(self, challengers: int) -> float:
        """Return the level that the clearest of so many must meet at this look."""
        return self.margins.level_at(self.looks) / max(challengers, 1)
