"""Who is compared: the product's families, trained chunk by chunk, and the peers, fitted anew on all of a week's history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from benchmarks.peers import boosted_trees, logistic_regression, xgboost_our_rows, xgboost_trees
from greenfraud.carbon import AWS_PUE, INTENSITY_G_PER_KWH
from greenfraud.families import FAMILIES
from greenfraud.features.manifest import load_manifest
from training.job.footprint import Meter
from training.job.settings import Settings
from training.model.checkpoint import Checkpoint
from training.model.learning import learn
from training.model.onnx_graph import probabilities, to_onnx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.quality.data import Prepared
    from greenfraud.chunks import Chunk
    from training.comparison.weeks import TestWeek
    from training.model.sample import Sample

    Scores = NDArray[np.floating[Any]]

REGION, COUNTRY = "eu-north-1", "SWE"
PEERS = {
    "xgboost": xgboost_trees,
    "xgboost_our_rows": xgboost_our_rows,
    "logistic_regression": logistic_regression,
    "boosted_trees_raw": boosted_trees,
}


class Contestant(Protocol):
    """Somebody who scores the test weeks of one group."""

    def __call__(self, prepared: Prepared, weeks: Sequence[TestWeek], seed: int) -> Iterator[tuple[Chunk, Scores]]:
        """Train on what each week allows, and yield its scores."""
        ...


@dataclass(frozen=True)
class Costs:
    """What all trainings of one contestant and seed consumed."""

    cpu_seconds: float
    energy_kwh: float
    emissions_g: float

    def __add__(self, other: Costs) -> Costs:
        """Return the costs of both."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Costs(*(one + two for one, two in pairs))


def contestants(names: Sequence[str]) -> Mapping[str, Contestant]:
    """Return families and peers by name; a peer whose package is not installed is left out."""
    families = {name: _family(name) for name in FAMILIES}
    peers = {name: _peer(module.scores, module.READS) for name, module in PEERS.items() if module.is_installed()}
    return {name: contestant for name, contestant in (families | peers).items() if name in names}


def _family(family: str) -> Contestant:
    def scores(prepared: Prepared, weeks: Sequence[TestWeek], seed: int) -> Iterator[tuple[Chunk, Scores]]:
        by_last_chunk = {week.learned[-1]: week for week in weeks}
        for chunk, checkpoint in chain(family, prepared.samples, seed):
            if chunk in by_last_chunk:
                judged = by_last_chunk[chunk].chunk
                yield judged, probabilities(to_onnx(checkpoint.network), prepared.judged[judged].values)

    return scores


def chain(family: str, samples: Mapping[Chunk, Sample], seed: int) -> Iterator[tuple[Chunk, Checkpoint]]:
    """Train chunk after chunk, each from its parent's checkpoint, as the training jobs of a family do."""
    parent: Checkpoint | None = None
    for chunk in sorted(samples):
        parent = after(family, parent, samples[chunk], chunk.id, seed)
        yield chunk, parent


def after(family: str, parent: Checkpoint | None, chunk: Sample, name: str, seed: int) -> Checkpoint:
    """Return what a training job leaves after one more chunk."""
    features = {feature.name: feature.hash for feature in load_manifest().features}
    learned = learn(family, chunk, parent, features, seed=seed)
    return learned.checkpoint(name, [*(parent.chunks if parent else []), name])


def _peer(fit_and_score: Callable[..., Scores], reads: str) -> Contestant:
    def scores(prepared: Prepared, weeks: Sequence[TestWeek], seed: int) -> Iterator[tuple[Chunk, Scores]]:
        for week in weeks:
            rows, judged = [prepared.samples[chunk] for chunk in week.learned], prepared.judged[week.chunk]
            is_fraud = torch.cat([part.is_fraud for part in rows]).numpy()
            if reads == "raw":
                raw = pd.concat([prepared.raw[chunk] for chunk in week.learned], ignore_index=True)
                yield week.chunk, fit_and_score(raw, is_fraud, judged.raw, seed)
                continue
            values = torch.cat([part.values for part in rows]).numpy()  # noqa: PD011
            yield week.chunk, fit_and_score(values, is_fraud, judged.values, seed)

    return scores


def metered(contestant: Contestant, prepared: Prepared, weeks: Sequence[TestWeek], seed: int) -> tuple[dict[Chunk, Scores], Costs]:
    """Return a contestant's scores per week, and what they cost; scoring is included for everyone alike."""
    meter = Meter(_settings())
    with threadpool_limits(1):
        scores = dict(contestant(prepared, weeks, seed))
    footprint = meter.stop()
    return scores, Costs(footprint.cpu_seconds, footprint.energy_kwh, footprint.emissions_g)


def _settings() -> Settings:
    intensity = INTENSITY_G_PER_KWH[REGION]
    unused: dict[str, object] = dict.fromkeys(Settings.__dataclass_fields__, "")
    used = {
        "grid_intensity_g_per_kwh": intensity.g_per_kwh,
        "grid_intensity_source": intensity.source,
        "pue": AWS_PUE,
        "country_iso3": COUNTRY,
    }
    return Settings(**{**unused, **used})  # type: ignore[arg-type]
