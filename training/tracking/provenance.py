"""What a model was trained with and on: recorded with it, and compared before an interrupted fit resumes."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from greenfraud.canonical import sha256_hex
from greenfraud.features.manifest import load_manifest
from training.job.tracker import cpu_model
from training.model.device import THREADS

if TYPE_CHECKING:
    import torch

LIBRARIES = ("torch", "numpy", "onnx")
CODE_DIGITS = 12


def software() -> dict[str, str | int]:
    """Return every version that the bits of a model depend on, our own code's included, and the number of threads."""
    return {
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
        "feature_manifest": load_manifest().version,
        "training_code": code_digest(),
        "threads": THREADS,
    }


def provenance(seed: int, device: torch.device) -> dict[str, str | int]:
    """Return the software, the seed, and the machine: processors round differently, so their bits may differ too."""
    return {**software(), "seed": seed, "device": device.type, "processor": cpu_model() or platform.machine()}


@cache
def code_digest() -> str:
    """Return a digest of the source of all jobs."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    return sha256_hex(b"".join(file.read_bytes() for file in files))[:CODE_DIGITS]
