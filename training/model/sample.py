"""Labelled rows in memory, and the bounded sample of the past that travels in a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

REPLAY_FRAUDS = 6_000
REPLAY_LEGITIMATE = 40_000


@dataclass(frozen=True)
class Sample:
    """Raw feature values, labels, and how many transactions each row stands for."""

    values: torch.Tensor  # float32 [rows, features], NaN for missing
    is_fraud: torch.Tensor  # bool [rows]
    weight: torch.Tensor  # float32 [rows]
    ids: torch.Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.int64))  # int64 [rows], 0 where unknown
    suspicion: torch.Tensor | None = None  # float32 [rows]: how much sooner than by weight alone a row is drawn; in no file

    def __post_init__(self) -> None:
        """Know no id where none is given, as in checkpoints of earlier releases."""
        if len(self.ids) != len(self.is_fraud):
            object.__setattr__(self, "ids", torch.zeros(len(self.is_fraud), dtype=torch.int64))

    def stored(self) -> dict[str, torch.Tensor]:
        """Return the columns that a checkpoint keeps."""
        return {name: column for name, column in vars(self).items() if name != "suspicion"}

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.is_fraud)

    @classmethod
    def of(cls, values: torch.Tensor, is_fraud: torch.Tensor) -> Sample:
        """Make a sample in which each row stands for itself."""
        return cls(values, is_fraud, torch.ones(len(is_fraud)))

    def take(self, rows: torch.Tensor) -> Sample:
        """Return some rows; an index in brackets takes twice as long."""
        stored = (column.index_select(0, rows) for column in self.stored().values())
        return replace(Sample(*stored), suspicion=None if self.suspicion is None else self.suspicion.index_select(0, rows))

    @classmethod
    def joined(cls, samples: Sequence[Sample]) -> Sample:
        """Return the rows of all, in their order."""
        columns = zip(*(sample.stored().values() for sample in samples), strict=True)
        suspicions = [sample.suspicion for sample in samples if sample.suspicion is not None]
        joined = cls(*(torch.cat(parts) for parts in columns))
        return replace(joined, suspicion=torch.cat(suspicions) if len(suspicions) == len(samples) else None)

    def join(self, other: Sample) -> Sample:
        """Return the rows of both."""
        return Sample.joined([self, other])

    def with_features(self, index: Sequence[int | None]) -> Sample:
        """Return the rows with features rearranged; one that was not known then is missing."""
        if list(index) == list(range(self.values.shape[1])):
            return self
        missing = torch.full((len(self), 1), torch.nan)
        columns = [missing if at is None else self.values[:, at : at + 1] for at in index]
        return replace(self, values=torch.cat(columns, 1))

    def without(self, ids: torch.Tensor) -> Sample:
        """Return the rows that have none of these ids."""
        return self.take(torch.nonzero(~torch.isin(self.ids, ids))[:, 0])

    def thinned(self, generator: torch.Generator, frauds: int = REPLAY_FRAUDS, legitimate: int = REPLAY_LEGITIMATE) -> Sample:
        """Return at most so many rows of each class, drawn evenly over all that the rows stand for, suspicious ones sooner."""
        kept = [self._thinned(self.is_fraud, frauds, generator), self._thinned(~self.is_fraud, legitimate, generator)]
        return kept[0].join(kept[1])

    def levelled(self) -> Sample:
        """Return rows whose frauds count once each on average, and whose legitimate ones as many as belong to these frauds."""
        frauds = self.weight[self.is_fraud]
        return replace(self, weight=self.weight * (len(frauds) / float(frauds.sum()))) if len(frauds) else self

    def drawn(self, count: int, generator: torch.Generator) -> Sample:
        """Return at most so many rows, each as likely; or, where suspicions are known, the suspicious ones sooner.

        What is drawn sooner stands for fewer others, so that all sums over rows remain what they were, but for chance (priority
        sampling: Duffield, Lund and Thorup, 2007).
        """
        if self.suspicion is None:
            return self.take(torch.randperm(len(self), generator=generator)[:count])
        if len(self) <= count:
            return self
        size = self.weight * self.suspicion
        priority = size / torch.rand(len(self), generator=generator)
        first = priority.topk(count + 1)
        rows, next_priority = first.indices[:count], first.values[count]
        kept, stood_for = self.take(rows), self.weight[rows] * (next_priority / size[rows]).clamp_min(1.0)
        return replace(kept, weight=stood_for * (self.weight.sum() / stood_for.sum()))

    def _thinned(self, of_class: torch.Tensor, limit: int, generator: torch.Generator) -> Sample:
        rows = torch.nonzero(of_class)[:, 0]
        if len(rows) <= limit:
            return self.take(rows)
        if self.suspicion is not None:
            return self.take(rows).drawn(limit, generator)
        # A row that stands for w others is drawn like w rows (Efraimidis and Spirakis, 2006).
        weight = self.weight[rows]
        priority = torch.rand(len(rows), generator=generator).log() / weight
        kept = self.take(rows[priority.topk(limit).indices])
        return replace(kept, weight=torch.full((limit,), float(weight.sum()) / limit))
