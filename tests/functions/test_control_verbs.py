"""Recording and judging."""

from __future__ import annotations

import json
import math

import boto3
import pytest
from control_world import EXECUTION, EXECUTION_ARN, ControlWorld, hold_lease
from lake_world import put_link, train_result

from greenfraud.errors import ContractError, InvalidInput, Overtaken, StateConflict
from greenfraud.items import lease as lease_items
from greenfraud.items.lineage import Link, decode

JOB = {"execution": EXECUTION, "family": "light", "chunk": "20180401-20180408", "version": "v1"}


@pytest.fixture
def control(start, s3, dynamodb):
    """The functions by their verbs, called by the execution that has the lease."""
    hold_lease(dynamodb, EXECUTION_ARN)
    return ControlWorld(start, s3, dynamodb)


def test_a_trained_chunk_enters_its_lineage(control, s3, dynamodb):
    """With its parent, its checkpoint, and that it is sound."""
    train_result(s3, EXECUTION, parent_version="v0")
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


def test_a_chunk_in_quarantine_leaves_no_link(control, s3, dynamodb):
    """Nothing was learned of it: it is trained once somebody lets it through."""
    train_result(s3, EXECUTION, quarantined=["reports are missing"])
    assert control.call("record", JOB) == {}
    assert not dynamodb.scan(TableName="lineage")["Items"]


@pytest.mark.parametrize("loss", [math.nan, math.inf, None])
def test_a_diverged_training_is_recorded_as_unsound(control, s3, dynamodb, loss):
    """The next chunk will not build on it."""
    train_result(s3, EXECUTION, loss=loss)
    control.call("record", JOB)
    assert dynamodb.scan(TableName="lineage")["Items"][0]["sound"] == {"BOOL": False}


def test_a_chunk_without_frauds_of_which_nothing_was_fitted_is_built_on(control, s3, dynamodb):
    """Its model is the parent's, and its rows are in the replay sample."""
    train_result(s3, EXECUTION, loss=None, epochs=0)
    control.call("record", JOB)
    assert dynamodb.scan(TableName="lineage")["Items"][0]["sound"] == {"BOOL": True}


def test_an_execution_that_lost_the_lease_records_nothing(control, s3, dynamodb):
    """As where it failed, another one trained meanwhile, and somebody redrives it."""
    train_result(s3, EXECUTION)
    hold_lease(dynamodb, f"{EXECUTION_ARN}-newer")
    with pytest.raises(Overtaken, match=rf"-newer took the lease of execution {EXECUTION} at .*; start a new one"):
        control.call("record", JOB)
    assert dynamodb.scan(TableName="lineage")["Items"] == []


def test_an_execution_without_a_lease_records_nothing(control, s3, dynamodb):
    """Such as one of an earlier release."""
    train_result(s3, EXECUTION)
    dynamodb.delete_item(TableName="leases", Key=lease_items.key())
    with pytest.raises(Overtaken, match=f"execution {EXECUTION} holds no lease"):
        control.call("record", JOB)


def test_a_lease_that_is_lost_while_it_is_looked_at_stops_the_record(control, s3, dynamodb, monkeypatch):
    """Both are one transaction; the state machine asks again, and is told the name then."""
    train_result(s3, EXECUTION)
    stale = hold_lease(dynamodb, EXECUTION_ARN)
    hold_lease(dynamodb, f"{EXECUTION_ARN}-newer")
    monkeypatch.setattr("functions.control.lineage_table.lease_of", lambda *_: stale)
    with pytest.raises(StateConflict):
        control.call("record", JOB)
    assert dynamodb.scan(TableName="lineage")["Items"] == []


def test_the_newer_link_of_another_execution_is_never_replaced(control, s3, dynamodb):
    """One that was recorded after this execution had begun."""
    train_result(s3, EXECUTION)
    put_link(dynamodb, JOB["chunk"], trained_at="2099-01-01T00:00:00+00:00")
    with pytest.raises(Overtaken, match="light 20180401-20180408 was recorded by another execution after"):
        control.call("record", JOB)
    (item,) = dynamodb.scan(TableName="lineage")["Items"]
    assert decode(item).execution == "earlier"


@pytest.mark.parametrize("damage", [{}, {"trained_at": {"N": "4711"}}, {"sound": {"S": "?"}}])
def test_an_older_link_is_replaced_whole_or_damaged(control, s3, dynamodb, damage):
    """By a training with force, and where it cannot be read."""
    train_result(s3, EXECUTION)
    put_link(dynamodb, JOB["chunk"])
    (item,) = dynamodb.scan(TableName="lineage")["Items"]
    dynamodb.put_item(TableName="lineage", Item={**item, **damage})
    control.call("record", JOB)
    (item,) = dynamodb.scan(TableName="lineage")["Items"]
    assert decode(item).execution == EXECUTION


def test_what_was_recorded_may_be_recorded_again(control, s3, dynamodb):
    """The state machine tries again where an answer was lost."""
    train_result(s3, EXECUTION)
    assert control.call("record", JOB) == control.call("record", JOB) == {}
    assert len(dynamodb.scan(TableName="lineage")["Items"]) == 1


def test_the_result_of_another_job_is_refused(control, s3):
    """Two executions must not mix."""
    train_result(s3, EXECUTION, version="v7")
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
