"""Who is compared: the product's families, trained chunk by chunk, and the peers, fitted anew on all of a week's history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from unittest import mock

import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from benchmarks.peers import boosted_trees, logistic_regression, xgboost_our_rows, xgboost_trees
from benchmarks.quality.data import ENTITIES
from greenfraud.carbon import AWS_PUE, INTENSITY_G_PER_KWH
from greenfraud.families import FAMILIES
from greenfraud.features.manifest import load_manifest
from training.job.footprint import Meter
from training.job.settings import Settings
from training.model import learning
from training.model.checkpoint import Checkpoint
from training.model.learning import learn
from training.model.onnx_graph import probabilities, to_onnx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.quality.data import Judged, Prepared
    from greenfraud.chunks import Chunk
    from training.comparison.weeks import TestWeek
    from training.model.sample import Sample

    Scores = NDArray[np.floating[Any]]
    Scorer = Callable[[Judged], Scores]

REGION, COUNTRY = "eu-north-1", "SWE"
PEERS = {
    "xgboost": xgboost_trees,
    "xgboost_our_rows": xgboost_our_rows,
    "logistic_regression": logistic_regression,
    "boosted_trees_raw": boosted_trees,
}
CONTROLLED = "light"
CONTROL = f"{CONTROLLED}_without_hiding"
CONTROL_BUILT = f"{CONTROLLED}, nobody's past hidden while it learns: what hiding a share of rows' pasts gives and costs"
NAMES = (*FAMILIES, CONTROL, *PEERS)


class Contestant(Protocol):
    """Somebody who learns for the test weeks of one group."""

    def __call__(self, prepared: Prepared, weeks: Sequence[TestWeek], seed: int) -> Iterator[tuple[Chunk, Scorer]]:
        """Train on what each week allows, and yield what scores it."""
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
    families = {name: _family(name) for name in FAMILIES} | {CONTROL: _without_hiding(_family(CONTROLLED))}
    peers = {name: _peer(module.fitted, module.READS) for name, module in PEERS.items() if module.is_installed()}
    return {name: contestant for name, contestant in (families | peers).items() if name in names}


def _family(family: str) -> Contestant:
    def scorers(prepared: Prepared, weeks: Sequence[TestWeek], seed: int) -> Iterator[tuple[Chunk, Scorer]]:
        by_last_chunk = {week.learned[-1]: week for week in weeks}
        for chunk, checkpoint in chain(family, prepared.samples, seed):
            if chunk in by_last_chunk:
                yield by_last_chunk[chunk].chunk, _scorer(to_onnx(checkpoint.network))

    return scorers


def _scorer(model: bytes) -> Scorer:
    return lambda judged: probabilities(model, judged.values)


def _without_hiding(contestant: Contestant) -> Contestant:
    def scorers(prepared: Prepared, weeks: Sequence[TestWeek], seed: int) -> Iterator[tuple[Chunk, Scorer]]:
        with mock.patch.object(learning, "pasts_of", return_value=[]):
            yield from contestant(prepared, weeks, seed)

    return scorers


def chain(family: str, samples: Mapping[Chunk, Sample], seed: int) -> Iterator[tuple[Chunk, Checkpoint]]:
    """Train chunk after chunk, each from its parent's checkpoint, as the training jobs of a family do."""
    parent: Checkpoint | None = None
    for chunk in sorted(samples):
        parent = after(family, parent, samples[chunk], chunk.id, seed)
        yield chunk, parent


def after(family: str, parent: Checkpoint | None, chunk: Sample, name: str, seed: int) -> Checkpoint:
    """Return what a training job leaves after one more chunk."""
    features = load_manifest().input_hashes
    learned = learn(family, chunk, parent, features, seed=seed)
    return learned.checkpoint(name, [*(parent.chunks if parent else []), name])


def _peer(fitted: Callable[..., Callable[[Any], Scores]], reads: str) -> Contestant:
    def scorers(prepared: Prepared, weeks: Sequence[TestWeek], seed: int) -> Iterator[tuple[Chunk, Scorer]]:
        for week in weeks:
            rows = [prepared.samples[chunk] for chunk in week.learned]
            is_fraud = torch.cat([part.is_fraud for part in rows]).numpy()
            if reads == "raw":
                raw = pd.concat([prepared.raw[chunk] for chunk in week.learned], ignore_index=True)
                yield week.chunk, _peers_scorer(fitted(raw, is_fraud, seed), "raw")
                continue
            values = torch.cat([part.values for part in rows]).numpy()  # noqa: PD011
            yield week.chunk, _peers_scorer(fitted(values, is_fraud, seed), "values")

    return scorers


def _peers_scorer(predict: Callable[[Any], Scores], columns: str) -> Scorer:
    return lambda judged: predict(getattr(judged, columns))


class Scored(NamedTuple):
    """A week's scores: of its rows, and of the same rows as if their customers, or their terminals, had never been seen."""

    known: Scores
    unseen: dict[str, Scores]


def metered(contestant: Contestant, prepared: Prepared, weeks: Sequence[TestWeek], seed: int) -> tuple[dict[Chunk, Scored], Costs]:
    """Return a contestant's scores per week, and what training and scoring cost; scoring rows again is on nobody's account."""
    meter = Meter(_settings())
    with threadpool_limits(1):
        scorers = dict(contestant(prepared, weeks, seed))
        known = {chunk: scorer(prepared.judged[chunk]) for chunk, scorer in scorers.items()}
        footprint = meter.stop()
        unseen = {
            chunk: {name: scorer(prepared.judged[chunk].unseen(name)) for name in ENTITIES} for chunk, scorer in scorers.items()
        }
    scored = {chunk: Scored(scores, unseen[chunk]) for chunk, scores in known.items()}
    measured = footprint.measured  # on a machine that others use: what it worked, not what it kept
    assert measured is not None
    return scored, Costs(footprint.cpu_seconds, measured.energy_kwh, measured.emissions_g)


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
