"""A network trained as PyTorch's tutorial does: TensorDataset, DataLoader, AdamW and OneCycleLR of torch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, TensorDataset

if TYPE_CHECKING:
    from collections.abc import Callable

BUILT = "torch DataLoader over a TensorDataset, shuffled, same batch size; torch.optim.AdamW and OneCycleLR; the same network"


def rows_per_second(  # noqa: PLR0913
    logits: Callable[[torch.Tensor], torch.Tensor],
    parameters: list[torch.nn.Parameter],
    values: torch.Tensor,
    is_fraud: torch.Tensor,
    *,
    batch_rows: int,
    epochs: int,
) -> float:
    """Train `parameters` of `logits`, one column per member, and return rows per CPU second."""
    loader = DataLoader(TensorDataset(values, is_fraud.float()), batch_size=batch_rows, shuffle=True)
    optimizer = torch.optim.AdamW(parameters, lr=0.03, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.03, total_steps=epochs * len(loader) + 1)
    started = time.process_time()
    for _ in range(epochs):
        for rows, wanted in loader:
            answer = logits(rows)
            optimizer.zero_grad()
            binary_cross_entropy_with_logits(answer, wanted[:, None].expand_as(answer)).backward()
            optimizer.step()
            schedule.step()
    return epochs * len(values) / (time.process_time() - started)
