"""`make bench-quality`: train and judge everybody, print the table, write `.local/bench/quality.json`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks.progress import Progress
from benchmarks.quality.asked import arguments, data_of, weeks_of
from benchmarks.quality.contestants import CONTROL, CONTROL_BUILT, NAMES, PEERS, contestants, metered
from benchmarks.quality.data import ENTITIES, lake_of, prepare
from benchmarks.quality.measures import measured
from benchmarks.quality.results import Result, flat, table
from benchmarks.report import publish
from cli.errors import InputError
from greenfraud.errors import InvalidInput
from training.comparison.weeks import grids

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from cli.data.dataset import Dataset
    from training.comparison.weeks import TestWeek

ROAD = "import, lake, features job, incremental training with replay, scores from ONNX"


def compare(
    dataset: Dataset, weeks: Sequence[TestWeek], seeds: int, names: Sequence[str], told: pa.Table | None = None
) -> dict[str, Result]:
    """Train and judge every contestant on every week with every seed."""
    entered = contestants(names)
    results = {name: Result(unseen={entities: Result() for entities in ENTITIES}) for name in entered}
    groups = grids(weeks)
    progress = Progress("quality", len(groups) * (1 + len(entered) * seeds))
    with lake_of(dataset) as lake:
        prepared = []
        for group in groups:
            prepared.append(prepare(lake, group, dataset.maturity_days, told))
            progress.finish("features")
    for seed in range(seeds):  # every contestant once, then again: after the first seed, the estimate knows the slow ones
        for name, contestant in entered.items():
            spent = []
            for group, data in zip(groups, prepared, strict=True):
                scores, costs = metered(contestant, data, group, seed)
                spent.append(costs)
                for week, scored in scores.items():
                    results[name].add(week, measured(scored.known, data.judged[week].holdout))
                    for entities, unseen in scored.unseen.items():
                        results[name].unseen[entities].add(week, measured(unseen, data.judged[week].holdout))
                progress.finish(f"{name}, seed {seed}")
            results[name].costs.append(sum(spent[1:], spent[0]))
    return results


def built(weeks: Sequence[TestWeek], options: argparse.Namespace, source: str, results: Mapping[str, Result]) -> dict[str, str]:
    """Return how everybody was built, and what the figures mean."""
    starts = ", ".join(str(week.chunk.start_day) for week in weeks)
    described = {name: module.BUILT for name, module in PEERS.items() if name in results}
    described |= {CONTROL: CONTROL_BUILT} if CONTROL in results else {}
    asked = options.only or PEERS
    absent = {name: "not installed: left out" for name in PEERS if name in asked and name not in results}
    judged = f"all from {options.split} on" if options.split else f"weeks from {starts}"
    told = f", {', '.join(options.columns)} beside the raw columns" if options.columns else ""
    protocol = f"{source}{told}; {judged}; {options.seeds} seeds; {ROAD}; costs: training and scoring for all weeks, one seed"
    return {"protocol": protocol, **described, **absent}


def main(words: Sequence[str]) -> int:
    """Run the comparison; returns the exit code."""
    options = arguments(words)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # everybody on one core, so that CPU seconds compare
    try:
        dataset, told = data_of(options)
        weeks = weeks_of(options, dataset)
    except (InputError, InvalidInput, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    results = compare(dataset, weeks, options.seeds, options.only or NAMES, told)
    Console(width=None if sys.stdout.isatty() else 160).print(table(results))
    publish("quality", flat(results), built(weeks, options, dataset.name, results))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
