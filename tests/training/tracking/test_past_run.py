"""What an execution leaves for those after it: what it cost, what it learned, and by how much a week became cheaper."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from moto import mock_aws

from greenfraud.errors import ContractError
from greenfraud.past_runs import PastRun, read_past_runs
from training.tracking.past_run import frauds_learned, gain_of, past_run

EVALUATION = {
    "execution": "0123456789ab",
    "rival": "light/v1",
    "holdout": {"pooled_chunks": ["one", "two"]},
    "candidates": [
        {"family": "light", "version": "v1", "against_production": None},
        {"family": "heavy", "version": "v2", "against_production": {"expected_cost_minor": {"difference": -900.0}}},
        {"family": "light", "version": "v2", "against_production": {"expected_cost_minor": {"difference": -100.0}}},
    ],
}
PROMOTED = {"outcome": "promote", "family": "heavy", "version": "v2"}
DOCUMENTS = {"evaluation": EVALUATION, "decision": PROMOTED, "plan": {"manifest_version": "now"}}
RESULTS = {"light": [{"frauds": 30}, {"frauds": 12}], "heavy": [{"frauds": 30}]}


def record(stage: str, seconds: float, grams: float, embodied: float | None = None) -> dict[str, Any]:
    """The emissions record of a job; earlier releases know no making of machines."""
    return {"stage": stage, "duration_seconds": seconds, "emissions_g": grams, "embodied_g": embodied}


def test_costs_are_those_of_all_jobs_and_trainings_apart():
    """Grams are both kinds."""
    records = [record("features", 100.0, 1.0, 0.5), record("train", 200.0, 2.0, 0.25), record("train", 50.0, 1.0)]
    run = past_run(DOCUMENTS, RESULTS, records, "2026-11-29T01:30:00Z")
    assert (run.seconds, run.grams, run.training_seconds, run.training_grams) == (350.0, 4.75, 250.0, 3.25)
    assert (run.trainings, run.frauds) == (3, 42)
    assert run.key == "runs/2026-11-29T01:30:00Z-0123456789ab.json"


def test_what_was_promoted_made_a_week_cheaper_by_its_difference():
    """The holdout is of two weeks here; another family of the same version is another model."""
    assert gain_of(EVALUATION, PROMOTED) == 450.0


@pytest.mark.parametrize("outcome", ["shadow", "reject"])
def test_what_was_not_promoted_brought_nothing(outcome: str):
    """Whatever it would have."""
    assert gain_of(EVALUATION, {"outcome": outcome, "family": "heavy", "version": "v2"}) == 0.0


def test_without_a_model_before_it_or_a_difference_the_gain_is_unknown():
    """None is never nothing."""
    assert gain_of(EVALUATION | {"rival": None}, PROMOTED) is None
    assert gain_of(EVALUATION, PROMOTED | {"family": "baseline"}) is None
    undefined = [{"family": "heavy", "version": "v2", "against_production": {"expected_cost_minor": {"difference": None}}}]
    assert gain_of(EVALUATION | {"candidates": undefined}, PROMOTED) is None


def test_a_full_refit_learns_all_frauds_and_compares_with_no_other():
    """So it says nothing of what new ones bring; chunks in quarantine were not learned."""
    assert frauds_learned({"light": [{"frauds": 900, "is_full_refit": True}]}) is None
    assert frauds_learned({}) is None
    assert frauds_learned({"light": [{"quarantined": ["traffic is missing"], "frauds": 40}]}) == 0


def test_a_record_is_read_as_it_was_written_and_a_damaged_one_is_named():
    """Fields that a later release adds are not in the way."""
    run = past_run(DOCUMENTS, RESULTS, [], "2026-11-29T01:30:00Z")
    assert PastRun.from_bytes(json.dumps(run.to_json() | {"later": 1}).encode()) == run
    with pytest.raises(ContractError, match="the record of an earlier execution is unusable"):
        PastRun.from_bytes(b"{}")


@mock_aws
def test_an_execution_whose_end_was_tried_again_counts_once():
    """Each try ends at another moment; the last one is what it came to."""
    s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    s3.create_bucket(Bucket="artifacts")
    first, again = (past_run(DOCUMENTS, RESULTS, [], f"2026-11-29T01:{minute}:00Z") for minute in (30, 40))
    other = past_run(DOCUMENTS | {"evaluation": EVALUATION | {"execution": "0" * 12}}, RESULTS, [], "2026-11-22T01:30:00Z")
    for run in (first, again, other):
        s3.put_object(Bucket="artifacts", Key=run.key, Body=json.dumps(run.to_json()))
    assert read_past_runs(s3, "artifacts", 8) == [other, again]
