"""Putting into production what the gate of a running execution decided."""

from __future__ import annotations

import json

import boto3
import pytest
from bundle_world import bundle, put_bundle
from control_world import EXECUTION, EXECUTION_ARN, ControlWorld, hold_lease, start_execution

from greenfraud.bundle import MODEL_FILE
from greenfraud.canonical import canonical_json
from greenfraud.control import ControlDocument
from greenfraud.errors import BundleError, ContractError, NotFound, Overtaken, StateConflict, UnknownCaller
from greenfraud.items import control as control_items
from greenfraud.policy import DEFAULT_POLICY, FIRST_DEFAULT, earlier

OTHER_EXECUTION = EXECUTION_ARN.rpartition(":")[0] + ":other"
OTHER_MACHINES = "arn:aws:states:eu-north-1:123456789012:execution:feature-upkeep:nightly"


@pytest.fixture
def world(start, s3, dynamodb):
    """The functions, and the pipeline's execution that has the lease."""
    hold_lease(dynamodb, EXECUTION_ARN)
    return ControlWorld(start, s3, dynamodb)


def test_a_promotion_reaches_every_copy_at_once(world):
    """One revision, one model, four times."""
    assert world.promote("v1") == {"revision": 1, "prefix": "models/light/v1/", "left_out": None}
    copies = world.copies()
    assert {document.revision for document in copies} == {1}
    assert {document.production.name for document in copies} == {"light/v1"}


def test_a_promotion_is_entered_in_the_ledger_under_its_executions_own_name(world):
    """Who, what, why, and on which figures."""
    world.promote("v1")
    world.promote("v2")
    entry = world.ledger()[-1]
    assert (entry["revision"], entry["verb"], entry["actor"], entry["reasons"]) == (2, "promote", EXECUTION_ARN, ["better"])
    assert entry["execution"] == EXECUTION
    assert (entry["production"]["version"], entry["previous"]["version"]) == ("v2", "v1")
    assert entry["metrics"] == {"average_precision": {"value": 0.7}}
    assert MODEL_FILE in entry["files"]


def test_a_payload_names_neither_the_actor_nor_the_model(world, s3):
    """Only the gate's decision and Step Functions are believed."""
    put_bundle(s3, bundle("v1"))
    world.decide("v1")
    claimed = {"actor": "someone else", "version": "v2", "reasons": ["mine"], "execution": "ffffffffffff"}
    world.call("promote", {"execution_arn": world.execution_arn, **claimed})
    (entry,) = world.ledger()
    assert (entry["actor"], entry["production"]["version"], entry["reasons"]) == (EXECUTION_ARN, "v1", ["better"])


@pytest.mark.parametrize(
    ("arn", "complaint"),
    [
        (OTHER_MACHINES, "no execution of arn:aws:states:eu-north-1:123456789012:stateMachine:fraud-detection-pipeline"),
        (OTHER_EXECUTION, "has no such execution"),
        (EXECUTION, "no execution of"),
        ("fraud-detection-pipeline", "no execution of"),
    ],
)
def test_what_is_no_execution_of_the_pipeline_promotes_nothing(world, arn, complaint):
    """Another machine's, one that never was, or a word."""
    start_execution(OTHER_MACHINES)
    world.execution_arn  # noqa: B018  the pipeline itself runs meanwhile
    with pytest.raises(UnknownCaller, match=complaint):
        world.call("promote", {"execution_arn": arn})
    assert world.is_untouched()


def test_an_execution_that_has_ended_promotes_nothing_more(world, s3):
    """Whoever may call the function cannot dig out an old decision."""
    put_bundle(s3, bundle("v1"))
    world.decide("v1")
    boto3.client("stepfunctions").stop_execution(executionArn=world.execution_arn)
    with pytest.raises(UnknownCaller, match="not running but ABORTED"):
        world.call("promote", {"execution_arn": world.execution_arn})
    assert world.is_untouched()


def test_an_execution_that_lost_the_lease_promotes_nothing(world, s3, dynamodb):
    """One that is redriven after another has trained."""
    put_bundle(s3, bundle("v1"))
    world.decide("v1")
    hold_lease(dynamodb, OTHER_EXECUTION)
    with pytest.raises(Overtaken, match=rf"other took the lease of execution {EXECUTION} at"):
        world.call("promote", {"execution_arn": world.execution_arn})
    assert world.is_untouched()


@pytest.mark.parametrize(("judged", "words"), [(None, "the rules"), ("heavy/v0", "heavy/v0")])
def test_a_promotion_replaces_only_the_production_that_was_judged(world, s3, judged, words):
    """Somebody rolled back, or promoted, after the evaluation began; both names are told, and what serves stays."""
    world.promote("v1")
    put_bundle(s3, bundle("v2"))
    world.decide("v2")
    world.judge(judged)
    with pytest.raises(Overtaken, match=rf"the evaluation judged {words}, and light/v1 serves now \(revision 1\)"):
        world.call("promote", {"execution_arn": world.execution_arn})
    assert world.in_production() == "v1"


def test_a_first_model_is_not_promoted_where_its_rival_was_taken_back(world, s3):
    """It was compared with a model that no longer serves."""
    put_bundle(s3, bundle("v1"))
    world.decide("v1")
    world.judge("heavy/v0")
    with pytest.raises(Overtaken, match=r"judged heavy/v0, and the rules serves now \(revision 0\)"):
        world.call("promote", {"execution_arn": world.execution_arn})
    assert world.is_untouched()


@pytest.mark.parametrize("evaluation", [{}, {"production": 7}])
def test_an_evaluation_that_names_no_production_promotes_nothing(world, s3, evaluation):
    """Nobody could tell what it judged."""
    put_bundle(s3, bundle("v1"))
    world.decide("v1")
    s3.put_object(Bucket="artifacts", Key=f"executions/{EXECUTION}/evaluation.json", Body=json.dumps(evaluation))
    with pytest.raises(ContractError, match="does not say which production it judged"):
        world.call("promote", {"execution_arn": world.execution_arn})
    assert world.is_untouched()


@pytest.mark.parametrize("outcome", ["reject", None])
def test_what_the_gate_did_not_decide_is_not_promoted(world, s3, outcome):
    """Whatever the state machine does next."""
    put_bundle(s3, bundle("v1"))
    world.decide("v1", outcome)
    with pytest.raises(ContractError, match=f"the gate decided neither to promote nor to shadow in execution {EXECUTION}"):
        world.call("promote", {"execution_arn": world.execution_arn})
    assert world.is_untouched()


def test_without_a_decision_nothing_is_promoted(world):
    """The gate has not been asked."""
    with pytest.raises(NotFound, match=rf"executions/{EXECUTION}/decision\.json"):
        world.call("promote", {"execution_arn": world.execution_arn})


def test_promoting_what_is_in_production_changes_nothing(world):
    """The state machine may retry."""
    assert world.promote("v1") == world.promote("v1")
    assert len(world.ledger()) == 1


def test_a_bundle_without_manifest_does_not_exist(world):
    """It is written last."""
    world.decide("v1")
    with pytest.raises(NotFound, match=r"models/light/v1/manifest\.json"):
        world.call("promote", {"execution_arn": world.execution_arn})


def test_an_altered_bundle_is_not_promoted(world, s3):
    """Every byte is hashed."""
    put_bundle(s3, bundle("v1") | {MODEL_FILE: b"other"})
    world.decide("v1")
    with pytest.raises(BundleError, match=r"model\.onnx"):
        world.call("promote", {"execution_arn": world.execution_arn})
    assert world.is_untouched()


def test_of_two_promotions_at_once_the_second_is_told(world, monkeypatch):
    """It read a revision that is no longer current."""
    world.promote("v1")
    from functions.control.stage import Stage

    put_bundle(world.s3, bundle("v2"))
    world.decide("v2")
    world.judge(None)
    monkeypatch.setattr(Stage, "current", lambda _: ControlDocument())
    with pytest.raises(StateConflict, match="revision 0 is no longer current"):
        world.call("promote", {"execution_arn": world.execution_arn})


def test_a_change_of_production_carries_no_default_of_an_earlier_release(world):
    """The first default that was stored is not a policy that a person set."""
    for index, copy in enumerate(world.copies()):
        first = earlier.to_json(FIRST_DEFAULT)
        world.spoil(index, document={"S": canonical_json({**copy.to_json(), "policy": first})})
    world.promote("v1")
    assert {copy.policy for copy in world.copies()} == {DEFAULT_POLICY}
    assert world.ask("GET /v1/production")[1]["policy"] == DEFAULT_POLICY.described()


def test_a_damaged_copy_is_named_passed_over_and_mended_by_the_next_promotion(world, caplog):
    """Three whole ones stand beside it."""
    world.promote("v1")
    world.spoil(0, document={"S": "{"})
    assert world.in_production() == "v1"
    assert "copy#0 is damaged: control.document:" in caplog.text
    world.promote("v2")
    assert {copy.production.version for copy in world.copies()} == {"v2"}


def test_copies_none_of_which_is_whole_are_never_taken_for_nothing_promoted(world, dynamodb):
    """Also where some are gone."""
    world.promote("v1")
    world.spoil(0, document={"S": "{"})
    for index in range(1, control_items.COPIES):
        dynamodb.delete_item(TableName="control", Key=control_items.key(control_items.copy_id(index)))
    with pytest.raises(ContractError, match="no copy is whole"):
        world.promote("v2")
    status, body = world.ask("GET /v1/production")
    assert (status, "no copy is whole" in body["detail"]) == (500, True)


def test_a_promotion_that_a_damaged_copy_stops_names_it(world):
    """It is no lost race: trying again would not help."""
    world.promote("v1")
    world.spoil(2, revision={"S": "4711"})
    with pytest.raises(ContractError, match=r"copy#2: control\.revision: KeyError$"):
        world.promote("v2")
