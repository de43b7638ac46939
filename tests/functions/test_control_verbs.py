"""Recording and judging."""

from __future__ import annotations

import json
import math

import boto3
import pytest
from control_world import ControlWorld
from lake_world import train_result

from greenfraud.errors import ContractError, InvalidInput
from greenfraud.items.lineage import Link, decode

EXECUTION = "0123456789ab"
JOB = {"execution": EXECUTION, "family": "light", "chunk": "20180401-20180408", "version": "v1"}


@pytest.fixture
def control(start, s3, dynamodb):
    """The functions by their verbs."""
    return ControlWorld(start, s3, dynamodb)


def test_a_trained_chunk_enters_its_lineage(control, s3, dynamodb):
    """With its parent, its checkpoint, and that it is sound."""
    train_result(s3, parent_version="v0")
    assert control.call("record", JOB) == {}
    (item,) = dynamodb.scan(TableName="lineage")["Items"]
    link = decode(item)
    assert link == Link(
        family="light",
        chunk="20180401-20180408",
        first_chunk="20180325-20180401",
        version="v1",
        parent_version="v0",
        checkpoint_uri="s3://artifacts/checkpoints/light/v1/",
        execution=EXECUTION,
        trained_at=link.trained_at,
        is_sound=True,
    )
    assert link.trained_at


@pytest.mark.parametrize("loss", [math.nan, math.inf, None])
def test_a_diverged_training_is_recorded_as_unsound(control, s3, dynamodb, loss):
    """The next chunk will not build on it."""
    train_result(s3, loss=loss)
    control.call("record", JOB)
    assert dynamodb.scan(TableName="lineage")["Items"][0]["sound"] == {"BOOL": False}


def test_the_result_of_another_job_is_refused(control, s3):
    """Two executions must not mix."""
    train_result(s3, version="v7")
    with pytest.raises(ContractError, match="another job"):
        control.call("record", JOB)


def test_the_gate_stores_what_it_answers(control, s3):
    """Outcome and reasons, for the promotion, the report and people."""
    evaluation = {"candidates": [], "holdout": {"frauds": 100}}
    s3.put_object(Bucket="artifacts", Key=f"executions/{EXECUTION}/evaluation.json", Body=json.dumps(evaluation))
    decision = control.call("gate", {"execution": EXECUTION})
    assert (decision["outcome"], decision["reasons"]) == ("reject", ["there is no challenger to judge"])
    stored = boto3.client("s3").get_object(Bucket="artifacts", Key=f"executions/{EXECUTION}/decision.json")["Body"].read()
    assert json.loads(stored) == decision


@pytest.mark.parametrize(
    ("verb", "payload", "field"),
    [
        ("gate", {}, "execution"),
        ("gate", {"execution": ""}, "execution"),
        ("record", {"execution": EXECUTION}, "family"),
        ("record", {**JOB, "version": 7}, "version"),
        ("promote", {"family": "light", "version": "v1", "actor": "someone"}, "execution_arn"),
    ],
)
def test_an_unusable_payload_names_its_field(control, verb, payload, field):
    """Before anything is read."""
    with pytest.raises(InvalidInput) as error:
        control.call(verb, payload)
    assert error.value.field == field
