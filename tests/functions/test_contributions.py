"""What groups add to the log odds: to the whole of it, also where a probability says 1, and the same bits each time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from bundle_world import BIAS, REFERENCE, WEIGHTS, bundle
from hypothesis import given
from hypothesis import strategies as st

from functions.score.contributions import Contributions
from functions.score.model import MOST, Model
from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.features.manifest import load_manifest

AMOUNT, PACE, REPORTS = "AMOUNT_AGAINST_USUAL", "CUSTOMER_PACE", "TERMINAL_REPORTS"
NAMES = load_manifest().names


def loaded(**described: Any) -> Model:
    """A bundle's model, as the function serves it."""
    files = bundle(**described)
    manifest = BundleManifest.from_bytes(files[MANIFEST_FILE])
    return Model.load(manifest, {MODEL_FILE: files[MODEL_FILE]}, load_manifest())


MODEL = loaded()


def test_each_group_adds_what_its_features_weigh():
    """The model is linear, so that every order gives the same."""
    found = {one.group: one for one in MODEL.contributions([1000.0, 5.0, 0.5])}
    assert found[AMOUNT].log_odds == pytest.approx(0.01 * 950.0, abs=1e-5)
    assert found[PACE].log_odds == pytest.approx(0.5 * 3.0, abs=1e-5)
    assert found[REPORTS].log_odds == pytest.approx(4.0 * 0.5, abs=1e-5)
    assert {one.feature for one in found.values()} == set(WEIGHTS)


def test_a_group_that_is_as_usual_adds_nothing_and_is_not_told():
    """So is one that is missing where it usually is."""
    row = [50.0, 5.0, 0.0]
    assert [one.group for one in MODEL.contributions(row)] == [PACE]
    assert MODEL.contributions(list(REFERENCE.values())) == []
    without = loaded(reference={**REFERENCE, "terminal_report_ratio_7d": None})
    assert [one.group for one in without.contributions([50.0, 5.0, math.nan])] == [PACE]


def test_contributions_of_a_certain_block_add_up_to_its_log_odds():
    """Where the probability is 1 in single precision, it hardly moves whatever a feature is; its log odds do."""
    row = [2_000.0, 6.0, 0.9]
    assert MODEL.probabilities([row, [50.0, 6.0, 0.9]]) == [1.0, pytest.approx(0.957, abs=1e-3)]
    found = MODEL.contributions(row)
    assert sum(one.log_odds for one in found) == pytest.approx(19.5 + 2.0 + 3.6, abs=1e-5)
    assert [round(one.log_odds, 3) for one in found] == [19.5, 2.0, 3.6]


def test_a_model_without_log_odds_is_taken_by_its_word_up_to_the_last_single_below_one():
    """Bundles of earlier releases give probabilities alone; 1 becomes 16.6, and nothing becomes infinite."""
    earlier, most = loaded(tells_log_odds=False), math.log(MOST / (1.0 - MOST))
    assert earlier.log_odds(np.array([[1e6, 0.0, 0.0]], np.float32))[0] == pytest.approx(most)
    total = sum(one.log_odds for one in earlier.contributions([1e6, 9.0, 1.0]))
    assert total == pytest.approx(most - (BIAS + 0.5 + 1.0), abs=1e-5)
    row = [300.0, 3.0, 0.1]
    pairs = zip(earlier.contributions(row), MODEL.contributions(row), strict=True)
    assert all(one.log_odds == pytest.approx(other.log_odds, abs=1e-5) for one, other in pairs)


@given(st.floats(0.0, 1e7, width=32), st.one_of(st.just(math.nan), st.floats(0.0, 100.0, width=32)), st.floats(0.0, 1.0, width=32))
def test_contributions_add_up_whatever_is_scored(amount, count, ratio):
    """To the log odds less those of the reference."""
    row = [amount, count, ratio]
    both = MODEL.log_odds(np.array([row, list(REFERENCE.values())], np.float32))
    assert sum(one.log_odds for one in MODEL.contributions(row)) == pytest.approx(both[0] - both[1], rel=1e-6, abs=1e-5)


def test_the_same_row_gives_the_same_bits():
    """Asked again, and by a model that was loaded anew."""
    row = [733.21, 7.0, 0.31]
    assert MODEL.contributions(row) == MODEL.contributions(row) == loaded().contributions(row)


@pytest.mark.parametrize("told", [math.nan, math.inf])
def test_a_model_that_gives_no_number_explains_nothing(told):
    """Of no coalition is it known what the others add."""
    manifest = BundleManifest.from_bytes(bundle()[MANIFEST_FILE])
    asked = Contributions.of_bundle(manifest, load_manifest())
    assert asked.of([1.0, 2.0, 3.0], lambda rows: np.full(len(rows), told)) == []


def test_the_feature_whose_absence_takes_most_speaks_for_its_group():
    """In the direction of the whole group."""
    names = ("amount", "customer_mean_amount_90d", "amount_over_customer_mean_90d")
    manifest = BundleManifest(
        family="light",
        version="v",
        features=[{"name": name, "hash": ""} for name in names],
        files={},
        reference=dict.fromkeys(names, 0.0),
    )
    asked = Contributions.of_bundle(manifest, load_manifest())
    for weights, most in (([1.0, 5.0, -9.0], names[2]), ([1.0, 5.0, -3.0], names[1])):
        (one,) = asked.of([1.0, 1.0, 1.0], lambda rows, weights=weights: rows.astype(float) @ weights)
        assert (one.group, one.feature, one.log_odds) == (AMOUNT, most, pytest.approx(sum(weights)))
