"""What the quality benchmark is asked for: data, weeks, contestants."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from typing import TYPE_CHECKING

from benchmarks.options import parser
from benchmarks.quality.data import read_data
from benchmarks.quality.raw_columns import named_columns
from cli.data.importing import ImportOptions
from cli.data.world import WorldSpecification, make_world
from cli.errors import InputError
from greenfraud.instants import day_of
from intake.layout import parse_map
from training.comparison.weeks import last_weeks, plan_split, plan_weeks

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import pyarrow as pa

    from cli.data.dataset import Dataset
    from training.comparison.weeks import TestWeek

WORLD_CUSTOMERS, WORLD_DAYS, DEFAULT_WEEKS = 1_000, 90, 4


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    made = parser("Average precision, AUC ROC and card precision of every family, beside its references.")
    made.add_argument("--map", type=mapping, default={}, help="the file's columns, as `greenfraud import --map` takes them")
    made.add_argument("--timezone", default=None, help="where times without an offset were read")
    made.add_argument("--columns", type=words_of, default=[], help="more of the file's columns, for the peer on raw columns")
    weeks = made.add_mutually_exclusive_group()
    weeks.add_argument("--test-weeks", type=days, default=None, help="first days of the weeks to judge, separated by commas")
    weeks.add_argument("--split", type=date.fromisoformat, default=None, help="judge on all from this day on: a published split")
    made.add_argument("--seeds", type=int, default=3, help="how often everybody is trained on every week")
    made.add_argument("--only", type=words_of, default=None, help="names of contestants, separated by commas")
    return made.parse_args(words)


def mapping(text: str) -> dict[str, str]:
    """Read `amount=Total,is_fraud=Class`."""
    try:
        return parse_map(text)
    except InputError as error:
        raise ArgumentTypeError(str(error)) from None


def words_of(text: str) -> list[str]:
    """Read `light,heavy`."""
    return [word.strip() for word in text.split(",") if word.strip()]


def days(text: str) -> list[date]:
    """Read `2018-06-03,2018-06-10`."""
    return [date.fromisoformat(word) for word in words_of(text)]


def data_of(options: argparse.Namespace) -> tuple[Dataset, pa.Table | None]:
    """Return the data set, and the further columns of its file. Raises InputError or FileNotFoundError."""
    if not options.data:
        return made_world(options.scale), None
    told = named_columns(options.data, options.map, options.columns) if options.columns else None
    return read_data(options.data, ImportOptions(mapping=options.map, timezone=options.timezone)), told


def made_world(scale: float) -> Dataset:
    """Return the generated world, for a run without a file."""
    return make_world(WorldSpecification(customers=max(100, round(WORLD_CUSTOMERS * scale)), days=WORLD_DAYS))


def weeks_of(options: argparse.Namespace, dataset: Dataset) -> list[TestWeek]:
    """Return what is judged: the weeks or the split asked for, or the last weeks. Raises InvalidInput."""
    reach = dataset.first_day, day_of(dataset.newest_us), dataset.maturity_days
    if options.split:
        return [plan_split(options.split, *reach)]
    return plan_weeks(options.test_weeks or last_weeks(DEFAULT_WEEKS, *reach), *reach)
