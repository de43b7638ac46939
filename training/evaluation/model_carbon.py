"""What 1,000 scores by a model emit, by parts, without a stopwatch: answering, the model's graph, the hardware, its training.

The training is that of the model's whole lineage, shared by the scores until the next promotion: as many as the holdout's week
has payments, since every week may bring another model. Where that traffic is not known, the part is unavailable, for every
candidate alike, and the sum is of the other parts; the parts say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from greenfraud.carbon import LAMBDA_MB_PER_VCPU, account, of_lambda
from greenfraud.carbon.scoring import FIXED_SECONDS_PER_SCORE, model_seconds
from training.evaluation.graph_work import WorkUnavailableError, work_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from greenfraud.carbon import Amounts
    from training.evaluation.graph_work import Work
    from training.job.settings import Settings

SCORES = 1_000
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}  # as a processor calls what a deployment of functions calls it
NO_TRAFFIC = "the traffic until the next promotion is not known"
NO_LINEAGE = "the bundle does not say what its training emitted"


@dataclass(frozen=True)
class ModelCarbon:
    """Grams of CO2 equivalent per 1,000 scores, by parts; None for a part that is not known, for a `reason`."""

    answering_g: float | None
    model_g: float | None
    embodied_g: float | None
    training_g: float | None
    scores_expected: int | None
    work: Work | None
    reason: str | None = None

    @property
    def grams(self) -> float | None:
        """The sum; None where the model's own part cannot be counted."""
        if self.answering_g is None or self.model_g is None or self.embodied_g is None:
            return None
        return self.answering_g + self.model_g + self.embodied_g + (self.training_g or 0.0)

    def to_json(self) -> dict[str, Any]:
        """Return the parts as an evaluation tells them."""
        return {**vars(self), "work": self.work and self.work._asdict()}


def carbon_of(model: bytes, emissions: Mapping[str, Any], scores_expected: int | None, settings: Settings) -> ModelCarbon:
    """Return what 1,000 scores by this ONNX file emit; `emissions` are those of its bundle."""
    training_g, reason = _training(emissions, scores_expected)
    try:
        work = work_of(model)
    except WorkUnavailableError as unknown:
        return ModelCarbon(None, None, None, training_g, scores_expected, None, str(unknown))
    own_seconds = model_seconds(operations=work.operations, moved_bytes=work.bytes, nodes=work.nodes)
    answering, own = (_scores(seconds, settings) for seconds in (FIXED_SECONDS_PER_SCORE, own_seconds))
    embodied_g = answering.embodied_g + own.embodied_g
    return ModelCarbon(answering.emissions_g, own.emissions_g, embodied_g, training_g, scores_expected, work, reason)


def whole_score_g(settings: Settings) -> float:
    """Return grams of 1,000 scores by any model, without its own part: what a difference between models is relevant against."""
    return _scores(FIXED_SECONDS_PER_SCORE, settings).total_g


def _scores(seconds: float, settings: Settings) -> Amounts:
    held = of_lambda(LAMBDA_MB_PER_VCPU, MACHINES[settings.score_architecture])
    return account(held, SCORES * seconds, intensity_g_per_kwh=settings.grid_intensity_g_per_kwh, pue=settings.pue)


def _training(emissions: Mapping[str, Any], scores_expected: int | None) -> tuple[float | None, str | None]:
    """The lineage's share of 1,000 scores, making of the machines included as far as every training of it has counted that."""
    if not scores_expected:
        return None, NO_TRAFFIC
    lineage = emissions.get("lineage") or {}
    if lineage.get("emissions_g") is None:
        return None, NO_LINEAGE
    return SCORES * (lineage["emissions_g"] + (lineage.get("embodied_g") or 0.0)) / scores_expected, None
