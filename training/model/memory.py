"""What a model remembers of earlier chunks: its replay sample, cut where frauds have changed, and mended where that was wrong.

What is cut is never lost: with the model that knew it, it lies beside the checkpoint, travels on for some chunks, and comes back
when that model ranks a new chunk as it ranked those before: then the old frauds are there again, or never were gone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

import torch

from training.model.drift import concept_of, is_far_below, next_reference, parent_index, ranked
from training.model.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.model.checkpoint import Checkpoint
    from training.model.drift import Concept, Ranked

CARRIED_CHUNKS = 6  # so long what was forgotten may still come back by itself
REFERENCE_SHARES = 6


@dataclass(frozen=True)
class Memory:
    """What a chunk is learned beside, how it was ranked, and what is told to the next one."""

    replay: Sample
    ranked: Ranked | None
    concept: Concept
    usual_precisions: list[float]
    usual_shares: list[float]
    suspected: Sample | None  # the rows of a chunk that was ranked far below the usual, alone so far
    forgotten: Checkpoint | None  # the model before its memory was cut, with what was cut
    has_remembered: bool = False


def told(memory: Memory) -> dict[str, Any]:
    """Return what a training's result says of it: how the parent ranked the chunk, its share of frauds, and what was decided."""
    found, shares = memory.ranked, memory.usual_shares
    return {
        "has_drifted": memory.concept == "drifted",
        "is_suspected": memory.concept == "suspected",
        "has_remembered": memory.has_remembered,
        "prequential_average_precision": found.average_precision if found else None,
        "prequential_adjusted_precision": found.adjusted_precision if found else None,
        "prequential_auc_roc": found.auc_roc if found else None,
        "fraud_share": shares[-1] if shares else None,
        "usual_fraud_share": median(shares[:-1]) if len(shares) > 1 else None,
    }


def corrected(parent: Checkpoint, late: Sample) -> Checkpoint:
    """Return a parent that remembers nothing of rows that are known otherwise by now, nor suspects or has forgotten them."""
    forgotten = parent.forgotten and replace(parent.forgotten, replay=parent.forgotten.replay.without(late.ids))
    suspected = None if parent.suspected is None else parent.suspected.without(late.ids)
    return replace(parent, replay=parent.replay.without(late.ids), suspected=suspected, forgotten=forgotten)


def recall(parent: Checkpoint | None, chunk: Sample, features: Mapping[str, str], generator: torch.Generator) -> Memory:
    """Rank a chunk by its parent, and return what of the past it is learned beside."""
    if parent is None:
        share = [float(chunk.is_fraud.float().mean())] if len(chunk) else []
        return Memory(chunk.take(torch.arange(0)), None, "usual", [], share, None, None)
    found = ranked(parent, chunk, features, generator)
    current = found.supported if found else None
    concept = concept_of(parent.usual_precisions, current, is_second=parent.suspected is not None)
    index = parent_index(parent, features)
    memory = Memory(
        replay=parent.replay.with_features(index),
        ranked=found,
        concept=concept,
        usual_precisions=next_reference(parent.usual_precisions, current, concept),
        usual_shares=[*parent.usual_shares, found.fraud_share if found else 0.0][-REFERENCE_SHARES:],
        suspected=_suspected(parent, chunk, current, concept, generator),
        forgotten=_carried(parent),
    )
    if concept == "drifted":
        return _cut(memory, parent, chunk, index, generator)
    return _mended(memory, chunk, features, generator)


def _suspected(
    parent: Checkpoint, chunk: Sample, current: float | None, concept: Concept, generator: torch.Generator
) -> Sample | None:
    """Return the rows to keep apart; a chunk with too few frauds neither raises nor clears a suspicion."""
    if concept == "suspected":
        return chunk.thinned(generator)
    return parent.suspected if current is None else None


def _cut(memory: Memory, parent: Checkpoint, chunk: Sample, index: list[int | None], generator: torch.Generator) -> Memory:
    """Keep as much of the past as there is of the chunk, and the chunk before, which showed the change first; archive the rest."""
    since = parent.suspected or chunk.take(torch.arange(0))
    kept, rest = _divided(parent.replay, chunk, generator)
    replay = kept.join(since).with_features(index)
    forgotten = replace(parent, replay=rest, suspected=None, forgotten=None)
    return replace(memory, replay=replay, forgotten=forgotten, suspected=None)


def _divided(replay: Sample, chunk: Sample, generator: torch.Generator) -> tuple[Sample, Sample]:
    """Return at most as many rows of each class as a chunk has, standing for no more frauds than they are, and all the others."""
    frauds = int(chunk.is_fraud.sum())
    rows = torch.randperm(len(replay), generator=generator)
    is_fraud = replay.is_fraud[rows]
    place = torch.where(is_fraud, is_fraud.cumsum(0), (~is_fraud).cumsum(0))
    is_kept = place <= torch.where(is_fraud, frauds, len(chunk) - frauds)
    kept = replay.take(rows[is_kept])
    weight = kept.weight.clone()
    for of_class, all_of_class in ((kept.is_fraud, replay.is_fraud), (~kept.is_fraud, ~replay.is_fraud)):
        weight[of_class] *= replay.weight[all_of_class].sum() / weight[of_class].sum()  # the odds among them stay what they were
    return replace(kept, weight=weight).levelled(), replay.take(rows[~is_kept])


def _carried(parent: Checkpoint) -> Checkpoint | None:
    """Return what an earlier chunk forgot, while it is not too long ago."""
    forgotten = parent.forgotten
    if forgotten is None or len(parent.chunks) - len(forgotten.chunks) > CARRIED_CHUNKS:
        return None
    return forgotten


def _mended(memory: Memory, chunk: Sample, features: Mapping[str, str], generator: torch.Generator) -> Memory:
    """Bring back what was forgotten, if the model that knew it ranks the chunk as usual."""
    before = memory.forgotten
    found = ranked(before, chunk, features, generator) if before else None
    if before is None or found is None or found.supported is None or is_far_below(before.usual_precisions, found.supported):
        return memory
    replay = memory.replay.join(before.replay.with_features(parent_index(before, features)))
    return replace(memory, replay=replay, forgotten=None, has_remembered=True)
