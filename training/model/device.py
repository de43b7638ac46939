"""Where a network is trained, and what makes a training repeat itself to the bit."""

from __future__ import annotations

import os

import torch

CPU = torch.device("cpu")
THREADS = 1  # such matrices are too small for more


def best_device() -> torch.device:
    """Return the GPU of an instance that has one, else the CPU."""
    return torch.device("cuda") if torch.cuda.is_available() else CPU


def make_repeatable(seed: int) -> torch.Generator:
    """Make torch give the same bits for the same seed on the same machine; returns a generator of the CPU.

    Afterwards an operation that cannot be repeated raises RuntimeError.
    """
    torch.set_num_threads(THREADS)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it, products on a GPU are refused
    # The same as use_deterministic_algorithms(True), which imports torch's compiler: 3 s of CPU in every job.
    torch.set_deterministic_debug_mode("error")
    torch.utils.deterministic.fill_uninitialized_memory = False  # all that is made empty here is written before it is read
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)
