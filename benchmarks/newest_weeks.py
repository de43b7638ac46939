"""The chunks and the newest judged weeks of a data set, as two benchmarks ask for them: a given file, or a generated world."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.quality.data import lake_of, prepare, read_data
from cli.data.world import WorldSpecification, make_world
from cli.errors import InputError
from greenfraud.errors import InvalidInput
from greenfraud.instants import day_of
from training.comparison.weeks import last_weeks, plan_weeks

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from benchmarks.quality.data import Prepared
    from training.comparison.weeks import TestWeek

WORLD_CUSTOMERS, FEWEST_CUSTOMERS = 1_000, 100


def newest_weeks(options: argparse.Namespace, count: int) -> tuple[Prepared, Sequence[TestWeek]] | None:
    """Prepare the last `count` weeks that can be judged; None where the data cannot be used, which has been said then."""
    try:
        world = WorldSpecification(customers=max(FEWEST_CUSTOMERS, round(WORLD_CUSTOMERS * options.scale)))
        dataset = read_data(options.data) if options.data else make_world(world)
        first, last = dataset.first_day, day_of(dataset.newest_us)
        starts = last_weeks(count, first, last, dataset.maturity_days)
        weeks = plan_weeks(starts, first, last, dataset.maturity_days)
    except (InputError, InvalidInput, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return None
    with lake_of(dataset) as lake:
        return prepare(lake, weeks, dataset.maturity_days), weeks
