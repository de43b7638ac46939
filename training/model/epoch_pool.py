"""The rows that the epochs of one fit are drawn from, encoded once: encoding costs more than learning from it.

Rows come from two sources, the chunk and the replay sample. Whatever tells one from the other, as a feature does that the past
lacks, learns how the odds of a fraud differ between them, so that difference must be the true one: legitimate rows are drawn from
each source in proportion to what it stands for, and count less than they are by one factor in both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import torch

from training.model.hidden_past import hidden
from training.model.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.model.hidden_past import Past
    from training.model.network import FraudNetwork

LEGITIMATE_PER_FRAUD = 15  # more negatives cost time and gained nothing
MINIMUM_LEGITIMATE = 8_000  # per epoch, when frauds are few
POOLED_LEGITIMATE = 60_000  # bounds the memory: about 160 MB of codes
BRIEF_SHARE = 0.5  # of the negatives, each counted for those left out: a continued model already ranks most of them low
BRIEF_POOLED = 1.2  # negatives to draw from, per negative drawn: encoding more would cost as much as learning


class EpochPool:
    """Every fraud of chunk and replay, and negatives to draw from afresh in each epoch, of each source its share."""

    def __init__(  # noqa: PLR0913
        self,
        network: FraudNetwork,
        chunk: Sample,
        replay: Sample,
        generator: torch.Generator,
        *,
        is_brief: bool = False,
        pasts: Sequence[Past] = (),
    ) -> None:
        """Choose the rows and encode them where the network is; its encoding must not change afterwards."""
        seen = chunk, replay.levelled()  # the past outweighs a chunk by no more than the frauds that are learned of it
        sources = *seen, hidden(Sample.joined(seen), pasts, generator)
        frauds, legitimate = (Sample.joined(parts) for parts in zip(*map(by_class, sources), strict=True))
        known = max(float(legitimate.weight.sum()), 1.0)
        self.odds = max(1.0, known / max(MINIMUM_LEGITIMATE, LEGITIMATE_PER_FRAUD * float(frauds.weight.sum())))
        drawn = (BRIEF_SHARE if is_brief else 1.0) / self.odds
        pooled = min(1.0, (BRIEF_POOLED * drawn * known if is_brief else POOLED_LEGITIMATE) / max(1, len(legitimate)))
        self._legitimate = [_part(by_class(source)[1], 1.0 / self.odds, drawn, pooled, generator) for source in sources]
        self._frauds = len(frauds)
        rows = Sample.joined([frauds, *(part.pool for part in self._legitimate)])
        self.device = network.platt.device
        with torch.no_grad():
            self.encoding = network.encode_many(rows.values.to(self.device))
        self.target = rows.is_fraud.float().to(self.device)
        counted = float(frauds.weight.sum()) + known / self.odds
        self.weight = (rows.weight * (self.rows_per_epoch / counted)).to(self.device)  # 1 on average

    @property
    def rows_per_epoch(self) -> int:
        """Rows that one epoch learns from."""
        return self._frauds + sum(part.drawn for part in self._legitimate)

    def draw(self, generator: torch.Generator) -> torch.Tensor:
        """Return the rows of one epoch in random order."""
        parts, first = [torch.arange(self._frauds)], self._frauds
        for part in self._legitimate:
            parts.append(first + torch.randperm(len(part.pool), generator=generator)[: part.drawn])
            first += len(part.pool)
        rows = torch.cat(parts)
        return rows[torch.randperm(len(rows), generator=generator)].to(self.device)


class _Part(NamedTuple):
    """The negatives of one source, weighted by what each one drawn counts, and how many of them an epoch draws."""

    pool: Sample
    drawn: int


def _part(legitimate: Sample, counted: float, drawn: float, pooled: float, generator: torch.Generator) -> _Part:
    """Choose a share `pooled` of a source's negatives, of which an epoch draws a share `drawn` of what they all stand for.

    Those drawn count together as a share `counted` of it, however many there are to draw from.
    """
    known = float(legitimate.weight.sum())
    rows = min(len(legitimate), max(1, round(drawn * known)))
    pool = legitimate.drawn(max(rows, int(pooled * len(legitimate))), generator)
    weight = pool.weight * (counted * known / (rows * float(pool.weight.mean()))) if rows else pool.weight
    return _Part(replace(pool, weight=weight), rows)


def by_class(sample: Sample) -> tuple[Sample, Sample]:
    """Return a sample's frauds, and the rest."""
    frauds, rest = (torch.nonzero(is_wanted)[:, 0] for is_wanted in (sample.is_fraud, ~sample.is_fraud))
    return sample.take(frauds), sample.take(rest)
