"""`make bench-inference`: one row through each family's ONNX file beside the same network in PyTorch, and their difference."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from benchmarks.newest_weeks import newest_weeks
from benchmarks.options import parser
from benchmarks.peers import torch_inference
from benchmarks.progress import Progress
from benchmarks.report import publish
from greenfraud.families import FAMILIES
from greenfraud.features.manifest import load_manifest
from training.model.learning import learn
from training.model.onnx_graph import INPUT, OUTPUT, probabilities, session_of, to_onnx
from training.model.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMPARED_ROWS, MISSING_SHARE = 10_000, 0.2
TIMED_ROWS, ROUNDS = 1_000, 9


def compared(family: str, rows: Sample) -> dict[str, float]:
    """Return the largest difference and the times of one family, trained on `rows`."""
    features = load_manifest().input_hashes
    network = learn(family, rows, None, features).network
    model, values = to_onnx(network), with_gaps(rows.values, COMPARED_ROWS)
    session: Any = session_of(model)
    inputs = values.numpy()
    with torch.inference_mode():
        difference = np.abs(probabilities(model, inputs) - network(values).numpy()).max()
    onnx_us = microseconds(lambda row: float(session.run([OUTPUT], {INPUT: inputs[row : row + 1]})[0][0]))
    torch_us = microseconds(torch_inference.one_row(network, values))
    return {
        f"{family}_largest_difference": float(difference),
        f"{family}_onnx_us": onnx_us,
        f"{family}_torch_us": torch_us,
        f"{family}_speedup": torch_us / onnx_us,
    }


def with_gaps(values: torch.Tensor, count: int) -> torch.Tensor:
    """Return `count` rows drawn at random, a share of their values missing, beyond those that are missing anyway."""
    chance = torch.Generator().manual_seed(0)
    some = values[torch.randint(len(values), (count,), generator=chance)].clone()
    some[torch.rand(some.shape, generator=chance) < MISSING_SHARE] = torch.nan
    return some


def microseconds(score: Callable[[int], float]) -> float:
    """Return CPU time per row, of the fastest of several rounds: the others were disturbed."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for row in range(TIMED_ROWS):
            score(row)
        times.append(time.process_time() - started)
    return min(times) / TIMED_ROWS * 1e6


def main(words: Sequence[str]) -> int:
    """Measure; returns the exit code."""
    options = parser("Microseconds of one row per family, in ONNX and in PyTorch, and their largest difference.").parse_args(words)
    torch.set_num_threads(1)
    progress = Progress("inference", 1 + len(FAMILIES))
    found = newest_weeks(options, 1)
    if found is None:
        return 2
    prepared, _ = found
    progress.finish("features")
    rows = Sample.joined(list(prepared.samples.values()))
    measures: dict[str, float] = {}
    for family in FAMILIES:
        measures |= compared(family, rows)
        progress.finish(family)
    publish("inference", measures, {"torch": torch_inference.BUILT})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
