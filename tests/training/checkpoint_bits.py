"""What must be equal, to the bit, of the checkpoints of one training that was done twice."""

from __future__ import annotations

from typing import Any

from training.model.checkpoint import Checkpoint


def bits_of(body: bytes) -> dict[str, Any]:
    """Everything a stored checkpoint is, but for what the attempts consumed."""
    checkpoint = Checkpoint.from_bytes(body)
    tensors = {**checkpoint.network.state_dict(), **checkpoint.replay.stored()}
    said = {name: value for name, value in vars(checkpoint).items() if name not in ("network", "replay")}
    said["report"] = {name: value for name, value in checkpoint.report.items() if not name.startswith("lineage_")}
    return {
        **{name: tensor.numpy().tobytes() for name, tensor in tensors.items()},
        **{name: value for name, value in said.items() if not name.startswith("lineage_")},
    }
