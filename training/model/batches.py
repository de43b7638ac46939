"""The batches of all epochs of a fit in order, and which of them are learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training.model.epoch_pool import EpochPool

BATCH_ROWS = 512


class Batches:
    """Yields the rows of one batch after another; the fit reports each batch that it has learned, with the loss."""

    def __init__(self, pool: EpochPool, epochs: int, generator: torch.Generator) -> None:
        """Start before the first epoch; the generator draws the rows of each."""
        self._pool, self._epochs, self._generator = pool, epochs, generator
        self.losses: list[float] = []  # of each finished epoch, the mean over its rows
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        self._rows = torch.empty(0, dtype=torch.int64)  # drawn with the first batch
        self._learned = 0
        self._loss = torch.zeros((), dtype=torch.float64, device=self._pool.device)

    def __iter__(self) -> Iterator[torch.Tensor]:
        """Yield the batches that are left; ask for the next one after `add_learned`."""
        while len(self.losses) < self._epochs:
            if not len(self._rows):
                self._rows = self._pool.draw(self._generator)
            yield self._rows[self._learned : self._learned + BATCH_ROWS]

    def add_learned(self, rows: torch.Tensor, loss: torch.Tensor) -> None:
        """Count a batch; `loss` is the mean over its rows."""
        self._learned += len(rows)
        self._loss += loss.detach().double() * len(rows)  # a number of Python would make the CPU wait for a GPU
        if self._learned == len(self._rows):
            self.losses.append(float(self._loss) / len(self._rows))
            self._begin_epoch()

    def state_dict(self) -> dict[str, Any]:
        """Return position and loss, the rows of the epoch under way, and the generator's state."""
        return {
            "losses": self.losses,
            "rows": self._rows.int(),  # half as large to keep
            "learned": self._learned,
            "loss": self._loss,
            "generator": self._generator.get_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Resume from there."""
        self.losses, self._learned = state["losses"], state["learned"]
        self._rows = state["rows"].long().to(self._pool.device)
        self._loss = state["loss"].to(self._pool.device)
        self._generator.set_state(state["generator"])
