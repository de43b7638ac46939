"""What one chunk leaves to the next: weights, bins, the replay sample and what it all cost, in one file.

Everything is tensors and plain data, so that torch reads it with weights_only.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from greenfraud.errors import ContractError
from training.model.families import ARCHITECTURES
from training.model.network import FraudNetwork
from training.model.running_calibration import RunningCalibration
from training.model.sample import Sample

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA, BEFORE_CALIBRATION = 4, 3  # one of 3 is read too: its Platt scaling is where its calibration begins
FILE_NAME = "checkpoint.pt"


@dataclass(frozen=True)
class Checkpoint:
    """A trained network, its inputs (name and hash of each feature), lineage and replay sample."""

    family: str
    version: str
    chunks: list[str]
    feature_hashes: dict[str, str]
    network: FraudNetwork
    replay: Sample
    lineage_energy_kwh: float
    lineage_emissions_g: float
    parent_version: str | None = None
    usual_precisions: list[float] = field(default_factory=list)  # how well the newest chunks were ranked before they were learned
    known_us: int = 0  # up to which moment it knows the labels of its chunks; of older checkpoints nobody says
    report: dict[str, Any] = field(default_factory=dict)  # how training went
    provenance: dict[str, Any] = field(default_factory=dict)  # versions, seed and machine; unknown of older checkpoints

    def to_bytes(self) -> bytes:
        """Return the file's bytes."""
        document = {name: value for name, value in vars(self).items() if name not in ("network", "replay")}
        document |= {"schema": SCHEMA, "state": self.network.state_dict(), "replay": vars(self.replay)}
        buffer = io.BytesIO()
        torch.save(document, buffer)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, body: bytes) -> Checkpoint:
        """Read a file's bytes. Raises ContractError for another schema."""
        document = torch.load(io.BytesIO(body), weights_only=True)
        schema = document.pop("schema", None)
        if schema not in {SCHEMA, BEFORE_CALIBRATION}:
            raise ContractError(f"the checkpoint has schema {schema}, this release reads {SCHEMA}: train the family from nothing")
        state, replay = document.pop("state"), Sample(**document.pop("replay"))
        network = FraudNetwork(ARCHITECTURES[document["family"]], len(document["feature_hashes"]))
        if schema == BEFORE_CALIBRATION:
            state["calibration"] = RunningCalibration.from_platt(*state["platt"].tolist()).to_tensor()
        network.load_state_dict(state)
        return cls(network=network, replay=replay, **document)


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the checkpoint in a folder, or None where there is none: at a family's first chunk."""
    file = folder / FILE_NAME
    return Checkpoint.from_bytes(file.read_bytes()) if file.is_file() else None
