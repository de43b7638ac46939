"""How chunks were learned before: a third of the negatives the chunk's, Platt scaling on rows just learned, fraudless ones too.

Kept as it was, to be measured beside what replaced it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

import torch

from training.model import learning
from training.model.epoch_pool import BRIEF_POOLED, BRIEF_SHARE, LEGITIMATE_PER_FRAUD, MINIMUM_LEGITIMATE, POOLED_LEGITIMATE
from training.model.running_calibration import RunningCalibration, fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from training.model.checkpoint import Checkpoint
    from training.model.network import FraudNetwork
    from training.model.sample import Sample

PRIOR_STRENGTH = (1.0, 1e-6)  # of Platt scaling, on slope and shift
CALIBRATED_FRAUDS, CALIBRATED_LEGITIMATE = 1_500, 6_000


class ThirdOfTheNegatives:
    """Every fraud of chunk and replay, each counting once, and negatives, a third of them the chunk's."""

    odds = 1.0  # unknown: Platt scaling found it

    def __init__(  # noqa: PLR0913
        self,
        network: FraudNetwork,
        chunk: Sample,
        replay: Sample,
        generator: torch.Generator,
        *,
        is_brief: bool = False,
        pasts: object = (),
    ) -> None:
        """Choose the rows and encode them; nobody's past was hidden."""
        del pasts
        share_drawn = BRIEF_SHARE if is_brief else 1.0
        both = chunk.join(replay)
        frauds, legitimate = torch.nonzero(both.is_fraud)[:, 0], torch.nonzero(~both.is_fraud)[:, 0]
        new, old = legitimate[legitimate < len(chunk)], legitimate[legitimate >= len(chunk)]
        wanted = int(share_drawn * max(MINIMUM_LEGITIMATE, LEGITIMATE_PER_FRAUD * len(frauds)))
        self._new_drawn = min(len(new), wanted // 3 if len(old) else wanted)
        self._old_drawn = min(len(old), wanted - self._new_drawn)
        share = min(1.0, (BRIEF_POOLED * wanted if is_brief else POOLED_LEGITIMATE) / max(1, len(legitimate)))
        new = _drawn(new, max(self._new_drawn, int(share * len(new))), generator)
        old = _drawn(old, max(self._old_drawn, int(share * len(old))), generator)
        self._frauds, self._new, self._old = len(frauds), len(new), len(old)
        rows = torch.cat([frauds, new, old])
        self.device = network.platt.device
        with torch.no_grad():
            self.encoding = network.encode_many(both.values[rows].to(self.device))
        self.target = both.is_fraud[rows].float().to(self.device)
        weight = torch.where(both.is_fraud[rows], 1.0, 1.0 / share_drawn)
        drawn = self._new_drawn + self._old_drawn
        self.weight = (weight * (self.rows_per_epoch / (len(frauds) + drawn / share_drawn))).to(self.device)

    @property
    def rows_per_epoch(self) -> int:
        """Rows that one epoch learns from."""
        return self._frauds + self._new_drawn + self._old_drawn

    def draw(self, generator: torch.Generator) -> torch.Tensor:
        """Return the rows of one epoch in random order."""
        new = self._frauds + torch.randperm(self._new, generator=generator)[: self._new_drawn]
        old = self._frauds + self._new + torch.randperm(self._old, generator=generator)[: self._old_drawn]
        rows = torch.cat([torch.arange(self._frauds), new, old])
        return rows[torch.randperm(len(rows), generator=generator)].to(self.device)


def _drawn(rows: torch.Tensor, count: int, generator: torch.Generator) -> torch.Tensor:
    return rows[torch.randperm(len(rows), generator=generator)[:count]]


def platt_on_learned_rows(  # noqa: PLR0913, PLR0917
    network: FraudNetwork,
    odds: float,
    chunk: Sample,
    parent: Checkpoint | None,
    features: Mapping[str, str],
    generator: torch.Generator,
) -> RunningCalibration:
    """Return Platt scaling on chunk and replay sample."""
    del odds, features
    rows = (chunk.join(parent.replay) if parent else chunk).thinned(generator, CALIBRATED_FRAUDS, CALIBRATED_LEGITIMATE)
    mean, precision = torch.tensor([1.0, 0.0]).double(), torch.diag(torch.tensor(PRIOR_STRENGTH)).double()
    with torch.no_grad():
        (slope, shift), _ = fitted(network.logit(rows.values).double(), rows.is_fraud, rows.weight.double(), mean, precision)
    return RunningCalibration.from_platt(float(slope), float(shift))


@contextmanager
def as_before() -> Iterator[None]:
    """Learn as before while it lasts."""
    with (
        mock.patch.object(learning, "EpochPool", ThirdOfTheNegatives),
        mock.patch.object(learning, "calibration_of", platt_on_learned_rows),
        mock.patch.object(learning, "says_nothing", return_value=False),
    ):
        yield
