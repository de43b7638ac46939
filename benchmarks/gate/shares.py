"""How often something happened in so many trials, with the interval in which the true share lies."""

from __future__ import annotations

from dataclasses import dataclass, field

Z = 1.959964  # of an interval of 95 %


@dataclass
class Share:
    """Trials and how many of them it happened in."""

    trials: int = 0
    happened: int = 0

    def count(self, happened: bool) -> None:
        """Add one trial."""
        self.trials += 1
        self.happened += happened

    @property
    def value(self) -> float:
        """Return the share that was seen."""
        return self.happened / self.trials

    @property
    def interval(self) -> tuple[float, float]:
        """Return the interval of 95 % after E. B. Wilson, Probable inference, 1927.

        >>> low, high = Share(200, 0).interval
        >>> round(low, 4), round(high, 4)
        (0.0, 0.0188)
        """
        share, trials = self.value, self.trials
        middle = share + Z**2 / (2 * trials)
        reach = Z * (share * (1 - share) / trials + Z**2 / (4 * trials**2)) ** 0.5
        whole = 1 + Z**2 / trials
        return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


@dataclass
class Shares:
    """Shares by name, in the order in which they were first counted."""

    by_name: dict[str, Share] = field(default_factory=dict)

    def count(self, name: str, happened: bool) -> None:
        """Add a trial to one of them."""
        self.by_name.setdefault(name, Share()).count(happened)

    def measures(self) -> dict[str, float]:
        """Return each with its trials and both ends of its interval."""
        found: dict[str, float] = {}
        for name, share in self.by_name.items():
            low, high = share.interval
            found |= {name: share.value, f"{name}_low": low, f"{name}_high": high, f"{name}_trials": share.trials}
        return found
