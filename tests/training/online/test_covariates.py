"""What a model sees today is compared with the baseline of its bundle, column by column."""

from __future__ import annotations

import numpy as np
import pytest

from greenfraud.bundle import SCORE
from training.model.bundle_files import baseline_of
from training.online.covariates import DRIFTED_PSI, Binned, CovariateCount


def column(seed: int, rows: int = 20_000, missing: float = 0.1, shift: float = 0.0) -> np.ndarray:
    """Amounts, many of them nothing, some of them missing."""
    chance = np.random.default_rng(seed)
    values = np.where(chance.random(rows) < 0.6, 0.0, chance.exponential(10.0, rows) + shift).astype(np.float32)
    values[chance.random(rows) < missing] = np.nan
    return values


def binned(before: np.ndarray, now: np.ndarray) -> Binned:
    """The one counted into the bins of the other."""
    made = Binned.of(baseline_of(before))
    made.add(now.astype(float))
    return made


def test_the_same_distribution_has_neither_index_nor_distance() -> None:
    """Also where more than half of the values are one and the same, which spans many quantiles."""
    same = binned(column(1), column(2))
    assert same.psi() < 0.005
    assert same.ks() < 0.02


@pytest.mark.parametrize("change", [{"missing": 0.4}, {"shift": 15.0}])
def test_more_missing_values_or_larger_ones_are_drift(change: dict[str, float]) -> None:
    """Either is above the usual bound."""
    assert binned(column(1), column(2, **change)).psi() > DRIFTED_PSI


def test_index_and_distance_are_those_computed_by_hand() -> None:
    """Half at 1, half at 2, none missing; then three quarters at 1."""
    made = binned(np.repeat([1.0, 2.0], 500), np.repeat([1.0, 2.0], [750, 250]))
    missing = 0.0  # expected and found: both at the least share
    assert made.psi() == pytest.approx(0.25 * np.log(1.5) - 0.25 * np.log(0.5) + missing)
    assert made.ks() == pytest.approx(0.25)


def test_a_baseline_from_before_shares_were_told_is_read_by_its_quantiles() -> None:
    """Ten equal parts, as they were meant."""
    before = {"quantiles": list(range(11)), "missing_share": 0.0}
    made = Binned.of(before)
    made.add(np.arange(1, 11, dtype=float))
    assert made.psi() == pytest.approx(0.0, abs=1e-6)


def test_a_column_that_was_always_missing_shows_when_it_comes() -> None:
    """There is no quantile, and one bin for all that is known."""
    made = Binned.of(baseline_of(np.full(100, np.nan, np.float32)))
    made.add(np.arange(100, dtype=float))
    assert made.psi() > 1.0
    assert made.ks() is None


def test_only_rows_with_logged_inputs_of_this_release_count() -> None:
    """Others were computed otherwise, or not told."""
    count = CovariateCount({"amount": baseline_of(column(1)), SCORE: baseline_of(column(3, missing=0.0))}, "now")
    row = {"fraud_probability": 0.0, "features": {"amount": 0.0}, "manifest_version": "now"}
    count.add([row, row | {"manifest_version": "then"}, row | {"features": None}])
    report = count.report()
    assert report["rows"] == 1
    assert set(report["columns"]) == {"amount", SCORE}


def test_nothing_counted_is_no_drift() -> None:
    """None, which is not zero."""
    report = CovariateCount({"amount": baseline_of(column(1))}, "now").report()
    unknown = {"psi": None, "ks": None, "missing": None, "missing_before": pytest.approx(0.1, abs=0.01)}
    assert report == {"rows": 0, "drifted": [], "columns": {"amount": unknown}}
