"""The rows that the epochs of one fit are drawn from, encoded once: encoding costs more than learning from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from training.model.network import FraudNetwork
    from training.model.sample import Sample

LEGITIMATE_PER_FRAUD = 15  # more negatives cost time and gained nothing
MINIMUM_LEGITIMATE = 8_000  # per epoch, when frauds are few
POOLED_LEGITIMATE = 60_000  # bounds the memory: about 160 MB of codes
BRIEF_SHARE = 0.5  # of the negatives, each counted for those left out: a continued model already ranks most of them low
BRIEF_POOLED = 1.2  # negatives to draw from, per negative drawn: encoding more would cost as much as learning


class EpochPool:
    """Every fraud of chunk and replay, and negatives to draw from afresh in each epoch, a third of them the chunk's."""

    def __init__(
        self, network: FraudNetwork, chunk: Sample, replay: Sample, generator: torch.Generator, *, is_brief: bool = False
    ) -> None:
        """Choose the rows and encode them where the network is; its encoding must not change afterwards."""
        share_drawn = BRIEF_SHARE if is_brief else 1.0
        both = chunk.join(replay)
        frauds = torch.nonzero(both.is_fraud)[:, 0]
        legitimate = torch.nonzero(~both.is_fraud)[:, 0]
        new, old = legitimate[legitimate < len(chunk)], legitimate[legitimate >= len(chunk)]
        wanted = int(share_drawn * max(MINIMUM_LEGITIMATE, LEGITIMATE_PER_FRAUD * len(frauds)))
        self._new_drawn = min(len(new), wanted // 3 if len(old) else wanted)
        self._old_drawn = min(len(old), wanted - self._new_drawn)
        pooled = BRIEF_POOLED * wanted if is_brief else POOLED_LEGITIMATE
        share = min(1.0, pooled / max(1, len(legitimate)))
        new = _drawn(new, max(self._new_drawn, int(share * len(new))), generator)
        old = _drawn(old, max(self._old_drawn, int(share * len(old))), generator)
        self._frauds, self._new, self._old = len(frauds), len(new), len(old)
        rows = torch.cat([frauds, new, old])
        self.device = network.platt.device
        with torch.no_grad():
            self.encoding = network.encode_many(both.values[rows].to(self.device))
        self.target = both.is_fraud[rows].float().to(self.device)
        weight = torch.where(both.is_fraud[rows], 1.0, 1.0 / share_drawn)
        weight = weight * torch.cat([chunk.weight, torch.ones(len(replay))])[rows]  # what was let through by chance counts for more
        legitimate_drawn = self._new_drawn + self._old_drawn
        weight = weight * (self.rows_per_epoch / (len(frauds) + legitimate_drawn / share_drawn))  # 1 on average
        self.weight = weight.to(self.device)

    @property
    def rows_per_epoch(self) -> int:
        """Rows that one epoch learns from."""
        return self._frauds + self._new_drawn + self._old_drawn

    def draw(self, generator: torch.Generator) -> torch.Tensor:
        """Return the rows of one epoch in random order."""
        every_fraud = torch.arange(self._frauds)
        new = self._frauds + torch.randperm(self._new, generator=generator)[: self._new_drawn]
        old = self._frauds + self._new + torch.randperm(self._old, generator=generator)[: self._old_drawn]
        rows = torch.cat([every_fraud, new, old])
        return rows[torch.randperm(len(rows), generator=generator)].to(self.device)


def _drawn(rows: torch.Tensor, count: int, generator: torch.Generator) -> torch.Tensor:
    return rows[torch.randperm(len(rows), generator=generator)[:count]]
