"""The comparison as a job: what it plans, what it refuses, and that nothing of later reaches a model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from cli.data.dataset import Dataset
from cli.data.upload import day_file, lake_files
from cli.data.world import WorldSpecification, make_world
from greenfraud.errors import InvalidInput
from greenfraud.instants import start_of_day_us
from greenfraud.naming import DATASET_KEY
from training.comparison.folder import FolderLake
from training.comparison.planning import plan_comparison
from training.features.chunk_writing import write_chunks
from training.job.hyperparameters import CompareHyperparameters
from training.steps.compare import planned, refuse_unscored, scored

ORDERS = CompareHyperparameters(execution="compare", families="baseline", review_cost_minor=500, hindered_cost_minor=0)
DOCUMENT = {"first_day": "2026-01-01", "newest_occurred_at": "2026-02-04T23:00:00Z", "maturity_days": 7}


def scores_of(folder: Path, dataset: Dataset) -> np.ndarray:
    """What our model says of the judged week, by the job's own code."""
    lake = FolderLake(folder)
    for key, table in lake_files(dataset):
        lake.put(key, day_file(table))
    lake.path(DATASET_KEY).write_text('{"maturity_days": 7}')
    plan = planned(DOCUMENT, 1)
    write_chunks(lake, sorted({*plan.learned, *(week.chunk for week in plan.weeks)}))
    told = pa.table({"transaction_id": dataset.table["transaction_id"], "score": np.ones(dataset.table.num_rows)})
    (week,) = scored(lake, plan, told, ["baseline"], ORDERS)
    return week.ours["baseline"]


def test_what_is_reported_after_the_judged_week_changes_no_score_of_it(tmp_path: Path):
    """Frauds of learned weeks that come to light later: no model has learned them, and no feature counts them yet."""
    dataset = make_world(WorldSpecification(customers=60, days=35, seed=3))
    table, told_us = dataset.table, start_of_day_us(date(2026, 1, 29))
    is_early = table["occurred_us"].to_numpy() < start_of_day_us(date(2026, 1, 15))
    is_fraud = table["is_fraud"].to_numpy()
    is_late = is_early & ~is_fraud & (np.arange(table.num_rows) % 20 == 0)
    observed = np.where(is_late, told_us, pc.fill_null(table["observed_us"], 0).to_numpy())
    late = table.set_column(5, "is_fraud", pa.array(is_fraud | is_late))
    late = late.set_column(6, "observed_us", pa.array(observed, mask=~(is_fraud | is_late)))

    as_it_was, with_later = scores_of(tmp_path / "a", dataset), scores_of(tmp_path / "b", replace(dataset, table=late))

    assert is_late.sum() > 20
    assert np.array_equal(as_it_was, with_later)


def test_the_newest_days_are_not_judged_and_the_family_is_chosen_before():
    """Of the newest days no fraud is reported yet; all labels of the choosing week were there when the first judged one began."""
    plan = plan_comparison(date(2018, 4, 1), date(2018, 6, 30), 7, 4)
    assert plan.judged[-1].chunk.end_day == date(2018, 6, 24)
    assert plan.chosen_on is not None
    assert plan.chosen_on.chunk.end_day == date(2018, 5, 20)
    assert plan.judged[0].chunk.start_day == date(2018, 5, 27)


def test_a_history_too_short_is_refused_with_what_it_lacks():
    """Before any feature is computed."""
    with pytest.raises(
        InvalidInput,
        match=r"--data: \d+ days, .* are too short for any week: 28 are needed, .* the newest 7 days, of which no label is mature",
    ):
        planned({**DOCUMENT, "newest_occurred_at": "2026-01-20T00:00:00Z"}, 4)


def test_a_judged_week_without_any_score_is_refused():
    """Naming the week; a week with one score is judged."""
    plan = planned(DOCUMENT, 1)
    inside = plan.judged[0].chunk.start_us + 5
    told = pa.table({"occurred_us": [inside, inside - 10], "score": [float("nan"), 1.0]})
    with pytest.raises(InvalidInput, match="judged week 20260122-20260129"):
        refuse_unscored(plan, told)
    refuse_unscored(plan, pa.table({"occurred_us": [inside], "score": [0.5]}))
