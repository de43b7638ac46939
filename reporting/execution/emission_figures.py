"""Pictures of what the execution emitted, and of what 1,000 scores by each model emit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from greenfraud.carbon import EmissionsRecord
from reporting.execution.candidate import Candidate
from reporting.execution.documents import Documents
from reporting.execution.figure import Figure
from reporting.picture import colour_of, drawn
from reporting.table import Table
from reporting.units import energy, grams, number, unit_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STAGES = ("features", "train", "materialize", "evaluate", "report")
ROW = 0.42  # inches of a bar with the words above it
PARTS = {
    "answering_g": ("answering", "shared"),
    "embodied_g": ("making of the hardware", "rules"),
    "model_g": ("the model's graph", "heavy"),
    "training_g": ("its training", "estimated"),
}


class Job(NamedTuple):
    """What one stage, or one family's training, emitted."""

    name: str
    kind: str
    records: Sequence[EmissionsRecord]

    @property
    def used(self) -> float:
        """Grams of energy."""
        return sum(record.emissions_g for record in self.records)

    @property
    def made(self) -> float:
        """Grams of making the hardware, as far as they are known."""
        return sum(record.embodied_g or 0.0 for record in self.records)


def emission_figures(documents: Documents) -> list[Figure]:
    """What the execution emitted, and 1,000 scores."""
    return [_execution(documents), _scores(documents)]


def jobs_of(records: Sequence[EmissionsRecord]) -> list[Job]:
    """The stages in their order; training by family."""
    stages = sorted({record.stage for record in records}, key=lambda stage: (*STAGES, stage).index(stage))
    kinds = [(stage, family) for stage in stages for family in _families(records, stage)]
    return [
        Job(f"{stage} {family}".strip(), family or "shared", [r for r in records if (r.stage, r.family or "") == (stage, family)])
        for stage, family in kinds
    ]


def _families(records: Sequence[EmissionsRecord], stage: str) -> list[str]:
    return sorted({record.family or "" for record in records if record.stage == stage})


def _execution(documents: Documents) -> Figure:
    jobs = jobs_of(documents.emissions)
    rows = [
        (
            job.name,
            str(len(job.records)),
            grams(job.used),
            grams(job.made),
            energy(sum(record.energy_kwh for record in job.records)),
            f"{number(sum(record.duration_seconds for record in job.records), 0)} s",
        )
        for job in jobs
    ]
    intensity = sorted({f"{r.intensity_g_per_kwh:g} g/kWh, {r.intensity_source}" for r in documents.emissions})
    return Figure(
        "execution-emissions",
        "What this execution emitted",
        "Grams of CO₂e of each stage: solid the energy of the hardware it held, from start to end; faint its share of making that "
        f"hardware. Location-based, at {'; '.join(intensity) or 'an intensity that nobody told'}.",
        Table(("Stage", "Jobs", "CO₂e of energy", "CO₂e of making", "Energy", "Time"), rows),
        drawn(lambda axes: _draw_jobs(axes, jobs), height=0.8 + ROW * len(jobs)) if jobs else None,
        "no job of it has left a record",
    )


def _draw_jobs(axes: Axes, jobs: Sequence[Job]) -> None:
    unit = unit_for(max(job.used + job.made for job in jobs), "g")
    for n, job in enumerate(reversed(jobs)):
        axes.barh([n], [job.used * unit.factor], height=0.34, color=colour_of(job.kind))
        axes.barh([n], [job.made * unit.factor], left=job.used * unit.factor, height=0.34, color=colour_of(job.kind), alpha=0.4)
        _name(axes, n, f"{job.name}  {grams(job.used + job.made)}")
    axes.set(yticks=[], ylim=(-0.4, len(jobs)), xlabel=f"CO₂e, {unit.name}")


def _scores(documents: Documents) -> Figure:
    known = [(one, parts) for one in documents.models if (parts := _parts(one))]
    rows = [
        (one.name, grams(one.grams.value), *(grams((one.body.get("emissions_parts") or {}).get(part)) for part in PARTS))
        for one in documents.models
    ]
    names = [words for words, _ in PARTS.values()]
    return Figure(
        "score-emissions",
        "What 1,000 scores emit",
        "Grams of CO₂e by each model. Its training is shared by the payments of the week until the next promotion.",
        Table(("Model", "Sum", *names), rows),
        drawn(lambda axes: _draw_scores(axes, known), height=1.1 + ROW * len(known)) if known else None,
        "no model's graph could be counted",
    )


def _parts(one: Candidate) -> Mapping[str, float]:
    told = one.body.get("emissions_parts") or {}
    return {part: told[part] for part in PARTS if told.get(part) is not None} if one.grams.value is not None else {}


def _draw_scores(axes: Axes, known: Sequence[tuple[Candidate, Mapping[str, float]]]) -> None:
    unit = unit_for(max(sum(parts.values()) for _, parts in known), "g")
    for n, (one, parts) in enumerate(reversed(known)):
        left = 0.0
        for part, value in parts.items():
            words, kind = PARTS[part]
            look: dict[str, Any] = {"color": colour_of(kind), "label": words if n == 0 else None}
            axes.barh([n], [value * unit.factor], left=left, height=0.34, **look)
            left += value * unit.factor
        _name(axes, n, f"{one.title}  {grams(one.grams.value)}")
    axes.set(yticks=[], ylim=(-0.4, len(known)), xlabel=f"CO₂e per 1,000 scores, {unit.name}")


def _name(axes: Axes, place: int, words: str) -> None:
    """Words above a bar, where they need no room beside the axes."""
    axes.annotate(words, (0, place), xytext=(0, 7), textcoords="offset points", fontsize=8, va="bottom")
