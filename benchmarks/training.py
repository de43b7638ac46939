"""`make bench-training`: how fast light trains beside a plain DataLoader loop, and what learning chunk by chunk costs and saves."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import torch

from benchmarks.newest_weeks import newest_weeks
from benchmarks.options import parser
from benchmarks.peers import dataloader_training
from benchmarks.progress import Progress
from benchmarks.quality.contestants import chain
from benchmarks.report import publish
from greenfraud.features.manifest import load_manifest
from training.model.batches import BATCH_ROWS
from training.model.epoch_pool import EpochPool
from training.model.families import ARCHITECTURES
from training.model.fitting import fit
from training.model.learning import learn
from training.model.network import FraudNetwork, with_odds
from training.model.onnx_graph import probabilities, to_onnx
from training.model.ranking import average_precision
from training.model.sample import Sample
from training.model.warm_start import fit_encoding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.quality.data import Prepared
    from training.comparison.weeks import TestWeek

FAMILY, SEEDS, DEFAULT_WEEKS, ROUNDS = "light", 2, 2, 3


def speeds(rows: Sample, progress: Progress) -> dict[str, float]:
    """Return rows per CPU second of our fitting and of the peer, in turns; the best of three runs counts."""
    _theirs(rows, BATCH_ROWS, 1)  # imports
    rounds = []
    for _ in range(ROUNDS):
        seen, epochs, ours = _ours(rows)
        rounds.append((ours, _theirs(rows, seen, epochs)))
        progress.finish("fit and DataLoader loop")
    ours, theirs = (max(speeds) for speeds in zip(*rounds, strict=True))
    return {"light_rows_per_second": ours, "dataloader_rows_per_second": theirs}


def _ours(rows: Sample) -> tuple[int, int, float]:
    """Return how many rows we saw per epoch, how many epochs we fitted, and rows per CPU second, encoding included."""
    network, generator = _network(rows), torch.Generator().manual_seed(0)
    started = time.process_time()
    pool = EpochPool(network, rows, rows.take(torch.arange(0)), generator)
    epochs = fit(network, pool, ARCHITECTURES[FAMILY].at_length, generator).epochs
    return pool.rows_per_epoch, epochs, epochs * pool.rows_per_epoch / (time.process_time() - started)


def _theirs(rows: Sample, seen: int, epochs: int) -> float:
    """Return rows per CPU second of the same network in the peer's loop, over so many rows per epoch."""
    network, generator = _network(rows), torch.Generator().manual_seed(0)
    some = rows.take(torch.randperm(len(rows), generator=generator)[:seen])
    logits = lambda values: with_odds(*network.signs_and_background(network.encode(values)))  # noqa: E731
    parameters = list(network.parameters())
    return dataloader_training.rows_per_second(logits, parameters, some.values, some.is_fraud, batch_rows=BATCH_ROWS, epochs=epochs)


def _network(rows: Sample) -> FraudNetwork:
    network = FraudNetwork(ARCHITECTURES[FAMILY], rows.values.shape[1])
    kept = rows.thinned(torch.Generator().manual_seed(0))
    fit_encoding(network, kept.values, kept.is_fraud)
    return network


def incremental(prepared: Prepared, weeks: Sequence[TestWeek], seeds: int, progress: Progress) -> dict[str, float]:
    """Return how much average precision the chain loses to a full refit per week, and its share of the refit's CPU."""
    losses, shares = [], []
    features = load_manifest().input_hashes
    for seed in range(seeds):
        started, chained = time.process_time(), {}
        for chunk, checkpoint in chain(FAMILY, prepared.samples, seed):
            chained[chunk] = checkpoint.network, time.process_time() - started
            started = time.process_time()
        progress.finish(f"chunk by chunk, seed {seed}")
        for week in weeks:
            started = time.process_time()
            rows = Sample.joined([prepared.samples[chunk] for chunk in week.learned])
            full = learn(FAMILY, rows, None, features, seed=seed).network
            full_seconds = time.process_time() - started
            network, seconds = chained[week.learned[-1]]
            losses.append(_average_precision(full, prepared, week) - _average_precision(network, prepared, week))
            shares.append(seconds / full_seconds)
            progress.finish(f"full refit, seed {seed}")
    return {"incremental_ap_loss": float(np.mean(losses)), "incremental_cpu_share": float(np.mean(shares))}


def _average_precision(network: FraudNetwork, prepared: Prepared, week: TestWeek) -> float:
    judged = prepared.judged[week.chunk]
    return average_precision(probabilities(to_onnx(network), judged.values), judged.holdout.is_fraud)


def main(words: Sequence[str]) -> int:
    """Measure; returns the exit code."""
    options = parser("Training speed, and what incremental learning loses and saves.").parse_args(words)
    torch.set_num_threads(1)
    progress = Progress("training", 1 + ROUNDS + SEEDS * (1 + DEFAULT_WEEKS))
    found = newest_weeks(options, DEFAULT_WEEKS)
    if found is None:
        return 2
    prepared, weeks = found
    progress.finish("features")
    measures = speeds(Sample.joined(list(prepared.samples.values())), progress)
    measures |= incremental(prepared, weeks, SEEDS, progress)
    measures["light_speedup"] = measures["light_rows_per_second"] / measures["dataloader_rows_per_second"]
    full = "learn() on all chunks at once, as at a family's first chunk"
    publish("training", measures, {"dataloader": dataloader_training.BUILT, "full refit": full})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
