"""The quality benchmark keeps to the Fraud Detection Handbook's protocol, and answers on a small world."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks import report
from benchmarks.quality import __main__ as command
from benchmarks.quality.contestants import CONTROL, PEERS
from benchmarks.quality.data import Prepared, lake_of, prepare, read_data
from benchmarks.quality.measures import NAMES, measured
from cli.data.dataset import Dataset
from cli.data.world import WorldSpecification, make_world
from greenfraud.errors import InvalidInput
from greenfraud.features.interpreter import compute, vector
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, day_of, start_of_day_us
from training.comparison.weeks import grids, plan_week, plan_weeks

FIRST, LAST = date(2018, 4, 1), date(2018, 6, 30)
WEEK = date(2026, 2, 4)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """A world of six weeks."""
    return make_world(WorldSpecification(customers=150, days=42, seed=11))


@pytest.fixture(scope="module")
def prepared(dataset: Dataset) -> Prepared:
    """Its chunks and one judged week, by the product's road."""
    weeks = plan_weeks([WEEK], dataset.first_day, day_of(dataset.newest_us), dataset.maturity_days)
    with lake_of(dataset) as lake:
        return prepare(lake, weeks, dataset.maturity_days)


def test_a_week_learns_every_label_observed_before_it_and_none_later():
    """Whole weeks counted back from the week, less the label delay; what is left over begins the first one."""
    for start in (FIRST + timedelta(days=n) for n in range(14, 84)):
        learned = plan_week(start, FIRST, LAST, 7).learned
        assert learned[0].start_day == FIRST
        assert learned[-1].end_day == start - timedelta(days=7)
        assert all(one.end_day == other.start_day for one, other in pairwise(learned))


@pytest.mark.parametrize(
    ("start", "reason"),
    [("2018-06-25", "last week that they cover starts on 2018-06-24"), ("2018-04-14", "the first possible week on 2018-04-15")],
)
def test_a_week_that_cannot_be_judged_is_refused_with_the_reason(start: str, reason: str):
    """Not covered, or nothing mature to learn from."""
    with pytest.raises(InvalidInput, match=reason):
        plan_week(date.fromisoformat(start), FIRST, LAST, 7)


def test_weeks_cut_on_the_same_days_share_a_chain():
    """The chunks of one group never overlap."""
    starts = [date(2018, 6, 3), date(2018, 6, 10), date(2018, 6, 13)]
    assert [len(group) for group in grids(plan_weeks(starts, FIRST, LAST, 7))] == [2, 1]


def test_known_compromised_customers_are_left_out_as_the_handbook_does(dataset: Dataset, prepared: Prepared):
    """Those with a fraud in the second week before, and day by day those of the days up to eight days ago."""
    rows = dataset.table.to_pylist()
    start_us = start_of_day_us(WEEK)
    frauds = [(row["occurred_us"], row["customer_id"]) for row in rows if row["is_fraud"]]
    expected = set()
    for day in range(7):
        day_us = start_us + day * DAY_US
        first = {who for at, who in frauds if start_us - 14 * DAY_US <= at < start_us - 7 * DAY_US}
        later = {who for at, who in frauds if start_us - 8 * DAY_US <= at < day_us - 7 * DAY_US}
        today = [row for row in rows if day_us <= row["occurred_us"] < day_us + DAY_US]
        expected |= {row["transaction_id"] for row in today if row["customer_id"] not in first | later}
    (judged,) = prepared.judged.values()
    assert set(judged.holdout.table["transaction_id"].to_pylist()) == expected
    assert judged.holdout.removed


def test_measures_are_those_of_scikit_learn_and_the_handbook(prepared: Prepared):
    """Average precision and AUC ROC with ties; card precision by a loop over days."""
    (judged,) = prepared.judged.values()
    holdout = judged.holdout
    scores = np.random.default_rng(3).integers(0, 50, len(holdout)) / 50 + 0.3 * holdout.is_fraud
    auc_roc, average_precision, card_precision, *_ = measured(scores, holdout, resamples=2)[0]
    assert auc_roc == pytest.approx(roc_auc_score(holdout.is_fraud, scores))
    assert average_precision == pytest.approx(average_precision_score(holdout.is_fraud, scores))
    distinct = scores + np.arange(len(holdout)) * 1e-9
    assert measured(distinct, holdout, resamples=2)[0][2] == pytest.approx(by_the_day(distinct, holdout))
    assert 0 < card_precision < 1


def test_money_is_that_of_the_default_policy(prepared: Prepared):
    """An alert from 30 % on costs 5.00, a fraud below it its amount."""
    (judged,) = prepared.judged.values()
    holdout = judged.holdout
    scores = np.where(np.arange(len(holdout)) % 2, 0.3, 0.29)
    alerts, missed = len(holdout) // 2, holdout.amount_minor[0::2][holdout.is_fraud[0::2]].sum()
    measures = dict(zip(NAMES, measured(scores, holdout, resamples=2)[0], strict=True))
    assert measures["expected_cost_minor"] == alerts * 500 + missed


def test_rows_of_entities_never_seen_are_what_scoring_reads_for_them_and_keep_everything_else(prepared: Prepared):
    """The other entity's past stays, and so do the labels; the rows as they are stay too."""
    manifest, (judged,) = load_manifest(), prepared.judged.values()
    before = judged.values.copy()
    nobody = compute(manifest, (None, None), 1_700_000_000_000_000, 12_300)
    for entities, view in (("customers", "customer_activity"), ("terminals", "terminal_activity")):
        unseen = judged.unseen(entities)
        is_hidden = np.array([feature.view == view for feature in manifest.features if feature.is_input])
        expected = np.array(vector(manifest.inputs, nobody), np.float32)[is_hidden]
        np.testing.assert_array_equal(unseen.values[:, is_hidden], np.tile(expected, (len(before), 1)))
        np.testing.assert_array_equal(unseen.values[:, ~is_hidden], before[:, ~is_hidden])
        assert unseen.raw[entities.rstrip("s") + "_id"].nunique() == 1
        assert unseen.holdout is judged.holdout
    np.testing.assert_array_equal(judged.values, before)


def by_the_day(scores: np.ndarray, holdout: object) -> float:
    """The handbook's card precision at 100, word by word."""
    found: set[int] = set()
    precisions = []
    for day in np.unique(holdout.day):
        best: dict[int, float] = {}
        compromised = set()
        for row in np.flatnonzero(holdout.day == day):
            customer = int(holdout.customer[row])
            if customer not in found:
                best[customer] = max(best.get(customer, -1.0), scores[row])
                compromised |= {customer} if holdout.is_fraud[row] else set()
        first = sorted(best, key=lambda customer: -best[customer])[:100]
        found |= compromised & set(first)
        precisions.append(len(compromised & set(first)) / 100)
    return float(np.mean(precisions))


def test_a_small_comparison_is_measured_and_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dataset: Dataset):
    """From a folder of files in the handbook's format to the names that others read."""
    monkeypatch.setattr(report, "FOLDER", tmp_path / "bench")
    write_handbook(dataset, tmp_path / "data")
    names = ["light", CONTROL, *(name for name, module in PEERS.items() if module.is_installed())]
    words = ["--data", str(tmp_path / "data"), "--test-weeks", str(WEEK), "--seeds", "1", "--only", ",".join(names)]
    assert command.main(words) == 0
    document = json.loads((tmp_path / "bench" / "quality.json").read_text())
    for name in names:
        quality = ("auc_roc", "average_precision", "card_precision_at_100", "expected_cost_minor")
        for measure in (*quality, "cpu_seconds", "emissions_g"):
            assert document["measures"][f"{name}_{measure}"] > 0
        # XGBoost finds none of the week's eleven frauds so early on some processors.
        recall = document["measures"][f"{name}_recall_at_fpr_1pct"]
        assert recall > 0 or (name.startswith("xgboost") and recall == 0)
        low, high = (document["measures"][f"{name}_average_precision_{end}"] for end in ("low", "high"))
        assert low <= high
        for unseen in ("unseen_customers", "unseen_terminals"):
            assert document["measures"][f"{name}_{unseen}_average_precision"] > 0
    assert document["measures"]["light_average_precision"] > 0.05  # ten times the share of frauds
    assert f"light_unseen_customers_average_precision_over_{CONTROL}_low" in document["measures"]
    assert {"logistic_regression", CONTROL} <= set(document["peers"])


def test_an_uncovered_week_ends_with_its_reason(tmp_path: Path, dataset: Dataset, capsys: pytest.CaptureFixture[str]):
    """No trace of Python, and nothing trained."""
    write_handbook(dataset, tmp_path)
    assert command.main(["--data", str(tmp_path), "--test-weeks", "2026-03-01"]) == 2
    assert "cannot be judged" in capsys.readouterr().err


def test_a_folder_is_read_as_one_file(tmp_path: Path, dataset: Dataset):
    """Whatever its files are called."""
    write_handbook(dataset, tmp_path / "days")
    again = read_data(tmp_path / "days")
    assert again.table.num_rows == dataset.table.num_rows
    assert again.document()["frauds"] == dataset.document()["frauds"]


def write_handbook(dataset: Dataset, folder: Path) -> None:
    """The data set in the handbook's columns, in two files."""
    folder.mkdir(exist_ok=True)
    table = dataset.table
    columns = {
        "TRANSACTION_ID": table["transaction_id"],
        "TX_DATETIME": table["occurred_us"].cast(pa.timestamp("us")),
        "CUSTOMER_ID": table["customer_id"],
        "TERMINAL_ID": table["terminal_id"],
        "TX_AMOUNT": pa.array([amount / 100 for amount in table["amount_minor"].to_pylist()]),
        "TX_FRAUD": table["is_fraud"].cast(pa.int64()),
    }
    whole, half = pa.table(columns), table.num_rows // 2
    pq.write_table(whole.slice(0, half), folder / "first.parquet")
    pq.write_table(whole.slice(half), folder / "second.parquet")


def test_a_strangers_file_is_judged_from_a_published_day_on_beside_trees_on_its_raw_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dataset: Dataset
):
    """By the mapping of the import, with a column that the product leaves out."""
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    rows = dataset.table
    moments = rows["occurred_us"].cast(pa.timestamp("us", tz="UTC"))
    columns = {"No": rows["transaction_id"], "When": moments, "Who": rows["customer_id"], "Where": rows["terminal_id"]}
    columns |= {"Minor": rows["amount_minor"], "Class": rows["is_fraud"].cast(pa.int8()), "Device": rows["customer_id"]}
    pq.write_table(pa.table(columns), tmp_path / "theirs.parquet")
    fields = "transaction_id=No,occurred_at=When,customer_id=Who,terminal_id=Where,amount_minor=Minor,is_fraud=Class"
    words = ["--data", str(tmp_path / "theirs.parquet"), "--map", fields, "--split", str(WEEK), "--seeds", "1"]
    names = "baseline,boosted_trees_raw,xgboost_our_rows"
    assert command.main([*words, "--columns", "Device", "--only", names]) == 0
    document = json.loads((tmp_path / "quality.json").read_text())
    assert document["measures"]["baseline_average_precision"] > 0.02
    assert document["measures"]["boosted_trees_raw_average_precision"] > 0
    assert "Device" in document["peers"]["protocol"]
    assert command.main([*words, "--columns", "Divice"]) == 2
