"""Rows as they would be if nobody had ever seen their customer, their terminal, another entity of theirs, or any of them.

Amount and request must mean something alone. A data set knows few customers of whom nothing is known, and their frauds are fewer
still: a model that has hardly met any allows them every amount.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import torch

from greenfraud.features.manifest import load_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.model.sample import Sample

HIDDEN_SHARE = 0.05  # copies per row of a fit; twice as many cost small data sets some average precision


class Past(NamedTuple):
    """The features of one view: their places among the inputs, and what they are for an entity never seen (NaN for missing)."""

    places: torch.Tensor  # int64
    unseen: torch.Tensor  # float32
    view: str


def pasts_of(features: Mapping[str, str]) -> list[Past]:
    """Return the past of each kind of entity, as this release computes it; `features` are name and hash per input."""
    declared = {(feature.name, feature.hash): feature for feature in load_manifest().features}
    found: dict[str, list[tuple[int, float]]] = {}
    for place, pair in enumerate(features.items()):
        feature = declared.get(pair)
        if feature is not None and feature.view is not None:
            value = math.nan if feature.default is None else feature.default
            found.setdefault(feature.view, []).append((place, value))
    return [
        Past(torch.tensor([place for place, _ in of]), torch.tensor([value for _, value in of]), view) for view, of in found.items()
    ]


def hidden(rows: Sample, pasts: Sequence[Past], generator: torch.Generator) -> Sample:
    """Return copies of a share of the rows, of each class alike, that have one past hidden, or all of them: each way as often."""
    if not pasts:
        return rows.take(torch.arange(0))
    of_class = [torch.nonzero(is_wanted)[:, 0] for is_wanted in (rows.is_fraud, ~rows.is_fraud)]
    shuffled = [of[torch.randperm(len(of), generator=generator)[: round(HIDDEN_SHARE * len(of))]] for of in of_class]
    chosen = rows.take(torch.cat(shuffled))
    ways = [[past] for past in pasts] + ([list(pasts)] if len(pasts) > 1 else [])
    for number, way in enumerate(ways):
        some = torch.arange(len(chosen))[number :: len(ways)][:, None]
        for past in way:
            chosen.values[some, past.places] = past.unseen
    return chosen
