"""What one chunk leaves to the next: weights, bins, the replay sample and what it all cost, in one file.

Everything is tensors and plain data, so that torch reads it with weights_only.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch

from greenfraud.errors import ContractError
from training.model.families import ARCHITECTURES
from training.model.network import FraudNetwork
from training.model.running_calibration import RunningCalibration
from training.model.sample import Sample

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = 4
BEFORE = 3  # read too: its calibration begins with its Platt scaling, its usual precisions, not of one share of frauds, anew
FILE_NAME = "checkpoint.pt"
ARCHIVE_NAME = "forgotten.pt"  # beside it: the model before its replay sample was cut, with what was cut


@dataclass(frozen=True)
class Checkpoint:
    """A trained network, its inputs (name and hash of each feature), lineage and replay sample."""

    family: str
    version: str
    chunks: list[str]
    feature_hashes: dict[str, str]
    network: FraudNetwork
    replay: Sample
    lineage_energy_kwh: float = 0.0
    lineage_emissions_g: float = 0.0
    parent_version: str | None = None
    usual_precisions: list[float] = field(default_factory=list)  # how well the newest chunks were ranked before they were learned
    known_us: int = 0  # up to which moment it knows the labels of its chunks; of older checkpoints nobody says
    usual_shares: list[float] = field(default_factory=list)  # of frauds in the newest chunks
    suspected: Sample | None = None  # the newest chunk's rows, where it was ranked far below the usual
    forgotten: Checkpoint | None = None  # what was cut out of the replay sample; a file of its own
    report: dict[str, Any] = field(default_factory=dict)  # how training went
    provenance: dict[str, Any] = field(default_factory=dict)  # versions, seed and machine; unknown of older checkpoints

    def to_bytes(self) -> bytes:
        """Return the file's bytes."""
        document = {name: value for name, value in vars(self).items() if name not in ("network", "replay", "forgotten")}
        document |= {"schema": SCHEMA, "state": self.network.state_dict(), "replay": self.replay.stored()}
        document["suspected"] = None if self.suspected is None else self.suspected.stored()  # one without rows is false
        buffer = io.BytesIO()
        torch.save(document, buffer)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, body: bytes) -> Checkpoint:
        """Read a file's bytes. Raises ContractError for another schema."""
        document = torch.load(io.BytesIO(body), weights_only=True)
        schema = document.pop("schema", None)
        if schema == BEFORE:
            document["usual_precisions"] = []
        elif schema != SCHEMA:
            raise ContractError(f"the checkpoint has schema {schema}, this release reads {SCHEMA}: train the family from nothing")
        state, replay = document.pop("state"), Sample(**document.pop("replay"))
        suspected = document.pop("suspected", None)
        network = FraudNetwork(ARCHITECTURES[document["family"]], len(document["feature_hashes"]))
        if schema == BEFORE:
            state["calibration"] = RunningCalibration.from_platt(*state["platt"].tolist()).to_tensor()
        network.load_state_dict(state)
        return cls(network=network, replay=replay, suspected=None if suspected is None else Sample(**suspected), **document)


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the checkpoint in a folder, with what it forgot, or None where there is none: at a family's first chunk."""
    file, archive = folder / FILE_NAME, folder / ARCHIVE_NAME
    if not file.is_file():
        return None
    forgotten = Checkpoint.from_bytes(archive.read_bytes()) if archive.is_file() else None
    return replace(Checkpoint.from_bytes(file.read_bytes()), forgotten=forgotten)
