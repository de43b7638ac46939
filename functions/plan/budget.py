"""A month's budget of carbon and money for training: it warns, then the dearest family stays out, then nothing is trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from greenfraud.run_request import RunRequest

WARNS, DROPS, REFUSES = 0.8, 1.0, 1.2  # of the budget
DROPPED = "heavy"
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Budget:
    """Grams of CO2 equivalent and US dollars a month, 0 for no limit; what an hour of a training machine costs."""

    grams: float
    usd: float
    usd_an_hour: float

    @property
    def is_set(self) -> bool:
        """Whether anything is limited."""
        return self.grams > 0 or self.usd > 0


@dataclass(frozen=True)
class Spending:
    """What the jobs of a month have used up so far."""

    grams: float
    usd: float

    @classmethod
    def of(cls, records: Iterable[Mapping[str, Any]], usd_an_hour: float) -> Spending:
        """Sum the emissions records of jobs, making of the machines included; they are paid for by the second, as on demand."""
        listed = list(records)
        hours = sum(float(one["duration_seconds"]) for one in listed) / SECONDS_PER_HOUR
        grams = sum(float(one["emissions_g"]) + float(one.get("embodied_g") or 0.0) for one in listed)
        return cls(grams, hours * usd_an_hour)


@dataclass(frozen=True)
class Verdict:
    """The larger used share of the two budgets, and in words of which; what may still be trained follows."""

    share: float
    words: str

    @property
    def refuses(self) -> bool:
        """Whether nothing may be trained any more."""
        return self.share >= REFUSES

    def limit(self, request: RunRequest) -> RunRequest:
        """Return what is left of a wish, with a warning where the budget has something to say."""
        if self.share < WARNS:
            return request
        if self.share < DROPS or request.over_budget:
            return replace(request, warnings=(*request.warnings, self.words))
        families = tuple(family for family in request.families if family != DROPPED)
        if len(families) == len(request.families):
            return replace(request, warnings=(*request.warnings, self.words))
        return replace(request, families=families, warnings=(*request.warnings, f"{self.words}: {DROPPED} is left out"))


def judge(spent: Spending, budget: Budget) -> Verdict:
    """Return how much of the budget is used; what has no limit is not looked at.

    >>> judge(Spending(90.0, 3.0), Budget(100.0, 10.0, 0.125)).words
    "90 % of the month's carbon budget of 100 g is used"
    """
    used = []
    if budget.grams > 0:
        used.append((spent.grams / budget.grams, f"carbon budget of {budget.grams:g} g"))
    if budget.usd > 0:
        used.append((spent.usd / budget.usd, f"money budget of {budget.usd:g} USD"))
    share, what = max(used, default=(0.0, "budget"))
    return Verdict(share, f"{share * 100:.0f} % of the month's {what} is used")
