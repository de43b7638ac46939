"""What the policy's rules add to a model's alerts on the sample history: little enough for a review team, and well aimed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from cli.data.world import WorldSpecification, make_world
from greenfraud.features.manifest import load_manifest
from greenfraud.policy import DEFAULT_POLICY, Payment, judge
from training.evaluation.candidates import EvaluatedCandidate
from training.features.feature_matrix import FeatureMatrix
from training.features.history import LABELS, TRANSACTIONS, arrange

WORLD = WorldSpecification(customers=500, days=60)
MOST_REVIEWS = 0.01  # of the payments; a model's own alerts are as many (decision record 26)


@pytest.fixture(scope="module")
def history() -> pa.Table:
    """The sample history as the platform's demonstration makes it, smaller."""
    return make_world(WORLD).table


@pytest.fixture(scope="module")
def said(history: pa.Table) -> list[str]:
    """What the rules say beside a model about every payment: no model can let them change more decisions than these."""
    reports = history.filter(history["is_fraud"])
    sources = pa.array(["import"] * reports.num_rows)
    labels = pa.table([*(reports[name] for name in LABELS.names[:3]), sources], schema=LABELS)
    matrix = FeatureMatrix(load_manifest(), arrange(history.select(TRANSACTIONS.names), labels))
    columns = matrix.columns(slice(0, history.num_rows))
    names = DEFAULT_POLICY.features
    rows = zip(*(np.where(np.isnan(columns[name]), None, columns[name]) for name in names), strict=True)
    amounts = history["amount_minor"].to_pylist()
    values = (dict(zip(names, row, strict=True)) for row in rows)
    return [judge(DEFAULT_POLICY, Payment(one, amount), 0.0).decision for one, amount in zip(values, amounts, strict=True)]


def test_the_rules_ask_a_person_about_few_payments(said):
    """Whatever the model says about them."""
    assert 0 < said.count("review") / len(said) < MOST_REVIEWS


def test_the_rules_block_nothing_beside_a_model(said):
    """Half of what they block by themselves is honest."""
    assert set(said) == {"allow", "review"}


def test_a_customers_first_payment_is_reviewed_no_more_often_than_others(history, said):
    """New is not suspicious: here every customer is new once."""
    _, first = np.unique(pc.dictionary_encode(history["customer_id"].combine_chunks()).indices.to_numpy(), return_index=True)
    of_new = [said[row] for row in first]
    assert len(of_new) > 400
    assert of_new.count("review") / len(of_new) < MOST_REVIEWS


def test_what_the_amount_alone_brings_to_a_person_is_fraud(history, said):
    """In the sample history nobody honest pays so much."""
    is_large = pc.greater(history["amount_minor"], 22_000)
    assert pc.all(history.filter(is_large)["is_fraud"]).as_py()
    assert {said[row] for row in np.flatnonzero(is_large.to_numpy())} == {"review"}


def test_a_candidates_alerts_are_counted_with_those_of_the_rules():
    """As they would be, were it in production; how it ranks is its own."""
    scores, alerts = np.array([0.1, 0.9, 0.2]), np.array([False, True, False])
    rules = EvaluatedCandidate("rules", "rules", scores, np.array([True, False, False]), is_probability=False)
    found = EvaluatedCandidate("light/v1", "challenger", scores, alerts).beside(rules)
    assert (found.is_alert.tolist(), found.scores.tolist()) == ([True, True, False], scores.tolist())
    assert EvaluatedCandidate("light/v2", "challenger", None, None).beside(rules).is_alert is None
