"""Sums of emissions records: by stage, family and chunk, and per 1,000 scores, what is not known kept apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cli.emissions import SERVE, scores_accounted
from greenfraud.carbon import EmissionsRecord

Records = Sequence[EmissionsRecord]


@dataclass(frozen=True)
class Account:
    """Some records together. `embodied_g` is of those that know theirs; `without_embodied` counts the others."""

    name: tuple[str, ...]
    records: int
    seconds: float
    energy_kwh: float
    emissions_g: float
    embodied_g: float
    without_embodied: int
    estimated_seconds: float
    measured_kwh: float

    @property
    def total_g(self) -> float | None:
        """E x I + M; None where a record does not know its M."""
        return None if self.without_embodied else self.emissions_g + self.embodied_g

    @classmethod
    def of(cls, records: Iterable[EmissionsRecord], *name: str) -> Account:
        """Sum records up."""
        found = list(records)
        return cls(
            name,
            len(found),
            sum(one.duration_seconds for one in found),
            sum(one.energy_kwh for one in found),
            sum(one.emissions_g for one in found),
            sum(one.embodied_g or 0.0 for one in found),
            sum(one.embodied_g is None for one in found),
            sum(one.estimated_seconds or 0.0 for one in found),
            sum(one.measured_energy_kwh or 0.0 for one in found),
        )


def by(records: Records, *names: Callable[[EmissionsRecord], str | None]) -> list[Account]:
    """One account per name that occurs, in the names' order."""
    groups: dict[tuple[str, ...], list[EmissionsRecord]] = {}
    for record in records:
        groups.setdefault(tuple(name(record) or "-" for name in names), []).append(record)
    return [Account.of(found, *name) for name, found in sorted(groups.items())]


def document_of(records: Records) -> dict[str, Any]:
    """All accounts as JSON has them: totals by stage, of training by family and chunk, and of 1,000 scores; null is unknown."""
    trained = [one for one in records if one.stage == "train"]
    found = per_thousand(records)
    return {
        "schema": 1,
        "by_stage": [_document(one, "stage") for one in by(records, lambda one: one.stage)],
        "by_family_and_chunk": [
            _document(one, "family", "chunk") for one in by(trained, lambda one: one.family, lambda one: one.chunk)
        ],
        "per_1000_scores": found and {**asdict(found), "sci_g": found.sci_g, "everything_g": found.everything_g},
        "methods": sorted({one.method for one in records}),
        "intensities": sorted({f"{one.intensity_g_per_kwh:g} g/kWh, {one.intensity_source}" for one in records}),
    }


def _document(account: Account, *names: str) -> dict[str, Any]:
    figures = {name: value for name, value in asdict(account).items() if name != "name"}
    return {**dict(zip(names, account.name, strict=True)), **figures, "total_g": account.total_g}


@dataclass(frozen=True)
class PerThousand:
    """Grams per 1,000 scores: of answering, of making what answered, and of all jobs so far, shared by all scores so far."""

    scores: int
    answering_g: float
    embodied_g: float | None
    jobs_g: float | None

    @property
    def sci_g(self) -> float | None:
        """(E x I + M) per 1,000 scores, of answering alone."""
        return None if self.embodied_g is None else self.answering_g + self.embodied_g

    @property
    def everything_g(self) -> float | None:
        """The same with all jobs."""
        return None if self.sci_g is None or self.jobs_g is None else self.sci_g + self.jobs_g


def per_thousand(records: Records) -> PerThousand | None:
    """Return what 1,000 scores emitted; None before the first score."""
    scores = scores_accounted(records)
    if not scores:
        return None
    answers = Account.of(one for one in records if one.stage == SERVE)
    jobs = Account.of(one for one in records if one.stage != SERVE)
    embodied_g = None if answers.without_embodied else answers.embodied_g * 1000 / scores
    jobs_g = None if jobs.total_g is None else jobs.total_g * 1000 / scores
    return PerThousand(scores, answers.emissions_g * 1000 / scores, embodied_g, jobs_g)
