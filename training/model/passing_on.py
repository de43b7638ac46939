"""A chunk that must not be learned: its parent goes on under the job's version, so that the jobs after it find one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.model.checkpoint import Checkpoint
    from training.model.sample import Sample

TYPICAL_ROWS = 20_000


def passed_on(parent: Checkpoint, version: str, chunk: Sample, faults: Sequence[str]) -> Checkpoint:
    """Return the parent under another version, with a report that says why nothing was learned of a chunk."""
    report: dict[str, Any] = {
        "rows": len(chunk),
        "frauds": int(chunk.is_fraud.sum()),
        "replay_rows": len(parent.replay),
        "replay_frauds": int(parent.replay.is_fraud.sum()),
        "epochs": 0,
        "loss": None,
        "is_brief": True,
        "has_drifted": False,
        "prequential_average_precision": None,
        "quarantined": list(faults),
        "history": {},
    }
    return replace(parent, version=version, parent_version=parent.version, report=report)


def typical_rows(parent: Checkpoint, seed: int) -> Sample:
    """Return rows as the parent has seen them, each as often as it stands for others."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.multinomial(parent.replay.weight, TYPICAL_ROWS, replacement=True, generator=generator)
    return parent.replay.take(rows)
