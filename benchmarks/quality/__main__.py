"""`make bench-quality`: train and judge everybody, print the table, write `.local/bench/quality.json`."""

from __future__ import annotations

import os
import sys
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks.options import parser
from benchmarks.progress import Progress
from benchmarks.quality.contestants import PEERS, contestants, metered
from benchmarks.quality.data import lake_of, prepare, read_data
from benchmarks.quality.measures import measured
from benchmarks.quality.results import Result, flat, table
from benchmarks.quality.weeks import WeekError, grids, last_weeks, plan_weeks
from benchmarks.report import publish
from cli.data.world import WorldSpecification, make_world
from cli.errors import InputError
from greenfraud.families import FAMILIES
from greenfraud.instants import day_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from benchmarks.quality.weeks import TestWeek
    from cli.data.dataset import Dataset

WORLD_CUSTOMERS, WORLD_DAYS, DEFAULT_WEEKS = 1_000, 90, 4
ROAD = "import, lake, features job, incremental training with replay, scores from ONNX"


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    made = parser("Average precision, AUC ROC and card precision of every family, beside its references.")
    made.add_argument("--test-weeks", type=days, default=None, help="first days of the weeks to judge, separated by commas")
    made.add_argument("--seeds", type=int, default=3, help="how often everybody is trained on every week")
    made.add_argument("--only", default=None, help="names of contestants, separated by commas")
    return made.parse_args(words)


def days(text: str) -> list[date]:
    """Read `2018-06-03,2018-06-10`."""
    return [date.fromisoformat(word.strip()) for word in text.split(",") if word.strip()]


def compare(dataset: Dataset, weeks: Sequence[TestWeek], seeds: int, names: Sequence[str]) -> dict[str, Result]:
    """Train and judge every contestant on every week with every seed."""
    entered = contestants(names)
    results = {name: Result() for name in entered}
    groups = grids(weeks)
    progress = Progress("quality", len(groups) * (1 + len(entered) * seeds))
    with lake_of(dataset) as lake:
        prepared = []
        for group in groups:
            prepared.append(prepare(lake, group, dataset.maturity_days))
            progress.finish("features")
    for seed in range(seeds):  # every contestant once, then again: after the first seed, the estimate knows the slow ones
        for name, contestant in entered.items():
            spent = []
            for group, data in zip(groups, prepared, strict=True):
                scores, costs = metered(contestant, data, group, seed)
                spent.append(costs)
                for week, week_scores in scores.items():
                    results[name].add(week, measured(week_scores, data.judged[week].holdout))
                progress.finish(f"{name}, seed {seed}")
            results[name].costs.append(sum(spent[1:], spent[0]))
    return results


def built(weeks: Sequence[TestWeek], seeds: int, source: str, results: Mapping[str, Result]) -> dict[str, str]:
    """Return how everybody was built, and what the figures mean."""
    starts = ", ".join(str(week.chunk.start_day) for week in weeks)
    described = {name: module.BUILT for name, module in PEERS.items() if name in results}
    absent = {name: "not installed: left out" for name in PEERS if name not in results}
    protocol = f"{source}; weeks from {starts}; {seeds} seeds; {ROAD}; costs: training and scoring for all weeks, one seed"
    return {"protocol": protocol, **described, **absent}


def main(words: Sequence[str]) -> int:
    """Run the comparison; returns the exit code."""
    options = arguments(words)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # everybody on one core, so that CPU seconds compare
    try:
        dataset = read_data(options.data) if options.data else made_world(options.scale)
        first, last = dataset.first_day, day_of(dataset.newest_us)
        starts = options.test_weeks or last_weeks(DEFAULT_WEEKS, first, last, dataset.maturity_days)
        weeks = plan_weeks(starts, first, last, dataset.maturity_days)
    except (InputError, WeekError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    names = options.only.split(",") if options.only else [*FAMILIES, *PEERS]
    results = compare(dataset, weeks, options.seeds, names)
    Console(width=None if sys.stdout.isatty() else 160).print(table(results))
    publish("quality", flat(results), built(weeks, options.seeds, dataset.name, results))
    return 0


def made_world(scale: float) -> Dataset:
    """Return the generated world, for a run without a file."""
    return make_world(WorldSpecification(customers=max(100, round(WORLD_CUSTOMERS * scale)), days=WORLD_DAYS))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
