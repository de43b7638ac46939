"""Recording, judging, promoting and rolling back."""

from __future__ import annotations

import json
import math

import boto3
import pytest
from bundle_world import bundle, put_bundle
from lake_world import train_result

from greenfraud.bundle import MODEL_FILE
from greenfraud.control import ControlDocument
from greenfraud.errors import BundleError, ContractError, InvalidInput, NotFound, StateConflict
from greenfraud.items import control as control_items
from greenfraud.items.lineage import Link, decode

EXECUTION = "0123456789ab"
JOB = {"execution": EXECUTION, "family": "light", "chunk": "20180401-20180408", "version": "v1"}


@pytest.fixture
def control(start):
    """The handler, called with a verb."""
    handler = start("control")
    return lambda verb, **payload: handler({"verb": verb, **payload}, None)


@pytest.fixture
def promote(control, s3):
    """Store a bundle and promote it."""

    def promote(version: str) -> dict:
        put_bundle(s3, bundle(version))
        return control("promote", execution=EXECUTION, family="light", version=version, reasons=["better"])

    return promote


def copies(dynamodb) -> list[ControlDocument]:
    """Every copy of the control document."""
    keys = [control_items.key(control_items.copy_id(index)) for index in range(control_items.COPIES)]
    items = [dynamodb.get_item(TableName="control", Key=key)["Item"] for key in keys]
    return [ControlDocument.decode(item["document"]["S"]) for item in items]


def ledger(dynamodb) -> list[dict]:
    """The entries of the ledger, oldest first."""
    return [json.loads(item["document"]["S"]) for item in dynamodb.scan(TableName="ledger")["Items"]]


def test_a_promotion_reaches_every_copy_at_once(promote, dynamodb):
    """One revision, one model, four times."""
    assert promote("v1") == {"revision": 1, "prefix": "models/light/v1/"}
    documents = copies(dynamodb)
    assert {document.revision for document in documents} == {1}
    assert {document.production.name for document in documents} == {"light/v1"}


def test_a_promotion_is_entered_in_the_ledger(promote, dynamodb):
    """Who, what, why, and on which figures."""
    promote("v1")
    promote("v2")
    entry = ledger(dynamodb)[-1]
    assert (entry["revision"], entry["verb"], entry["actor"], entry["reasons"]) == (2, "promote", "pipeline", ["better"])
    assert (entry["production"]["version"], entry["previous"]["version"]) == ("v2", "v1")
    assert entry["metrics"] == {"average_precision": {"value": 0.7}}
    assert MODEL_FILE in entry["files"]


def test_promoting_what_is_in_production_changes_nothing(promote, dynamodb):
    """The state machine may retry."""
    assert promote("v1") == promote("v1")
    assert len(ledger(dynamodb)) == 1


def test_a_bundle_without_manifest_does_not_exist(control):
    """It is written last."""
    with pytest.raises(NotFound, match=r"models/light/v1/manifest\.json"):
        control("promote", execution=EXECUTION, family="light", version="v1", reasons=[])


def test_an_altered_bundle_is_not_promoted(control, s3, dynamodb):
    """Every byte is hashed."""
    put_bundle(s3, bundle("v1") | {MODEL_FILE: b"other"})
    with pytest.raises(BundleError, match=r"model\.onnx"):
        control("promote", execution=EXECUTION, family="light", version="v1", reasons=[])
    assert "Items" not in dynamodb.scan(TableName="control") or not dynamodb.scan(TableName="control")["Items"]


def test_of_two_promotions_at_once_the_second_is_told(promote, control, s3, monkeypatch):
    """It read a revision that is no longer current."""
    promote("v1")
    put_bundle(s3, bundle("v2"))
    from functions.control.stage import Stage

    monkeypatch.setattr(Stage, "current", lambda _: ControlDocument())
    with pytest.raises(StateConflict, match="revision 0 is no longer current"):
        control("promote", execution=EXECUTION, family="light", version="v2", reasons=[])


def test_a_rollback_puts_the_previous_model_back(promote, control, dynamodb):
    """And says in the ledger who did it and why."""
    promote("v1")
    promote("v2")
    assert control("rollback", reason="alarm", actor="oncall") == {"revision": 3, "prefix": "models/light/v1/"}
    assert copies(dynamodb)[0].production.version == "v1"
    entry = ledger(dynamodb)[-1]
    assert (entry["verb"], entry["actor"], entry["reasons"]) == ("rollback", "oncall", ["alarm"])


def test_repeated_rollbacks_go_further_back_until_the_rules(promote, control):
    """Never forth again to the model that was taken back."""
    promote("v1")
    promote("v2")
    prefixes = [control("rollback", reason="alarm", actor="oncall")["prefix"] for _ in range(2)]
    assert prefixes == ["models/light/v1/", None]
    with pytest.raises(StateConflict, match="nothing has been promoted"):
        control("rollback", reason="alarm", actor="oncall")


def test_a_promotion_after_a_rollback_counts_from_there(promote, control):
    """v1, v2, back to v1, v3: before v3 stood v1."""
    promote("v1")
    promote("v2")
    control("rollback", reason="alarm", actor="oncall")
    promote("v3")
    assert control("rollback", reason="alarm", actor="oncall")["prefix"] == "models/light/v1/"


def test_a_model_that_was_altered_since_is_not_rolled_back_to(promote, control, s3):
    """Its digest stands in the ledger."""
    promote("v1")
    promote("v2")
    put_bundle(s3, bundle("v1", bias=0.0))
    with pytest.raises(ContractError, match="light/v1 is no longer the bundle"):
        control("rollback", reason="alarm", actor="oncall")


def test_show_tells_the_document_in_force(control, promote):
    """Before the first promotion it names no model."""
    assert control("show")["production"] is None
    promote("v1")
    assert control("show")["production"]["version"] == "v1"


def spoil(dynamodb, index: int, **cells: dict) -> None:
    """Damage one copy of the control document."""
    key = control_items.key(control_items.copy_id(index))
    item = dynamodb.get_item(TableName="control", Key=key)["Item"]
    dynamodb.put_item(TableName="control", Item={**item, **cells})


def test_a_damaged_copy_is_named_passed_over_and_mended_by_the_next_promotion(control, promote, dynamodb, caplog):
    """Three whole ones stand beside it."""
    promote("v1")
    spoil(dynamodb, 0, document={"S": "{"})
    assert control("show")["production"]["version"] == "v1"
    assert "copy#0 is damaged: control.document:" in caplog.text
    promote("v2")
    assert {copy.production.version for copy in copies(dynamodb)} == {"v2"}


def test_copies_none_of_which_is_whole_are_never_taken_for_nothing_promoted(control, promote, dynamodb):
    """Also where some are gone."""
    promote("v1")
    spoil(dynamodb, 0, document={"S": "{"})
    for index in range(1, control_items.COPIES):
        dynamodb.delete_item(TableName="control", Key=control_items.key(control_items.copy_id(index)))
    with pytest.raises(ContractError, match="no copy is whole"):
        control("show")


def test_a_promotion_that_a_damaged_copy_stops_names_it(promote, dynamodb):
    """It is no lost race: trying again would not help."""
    promote("v1")
    spoil(dynamodb, 2, revision={"S": "4711"})
    with pytest.raises(ContractError, match=r"copy#2: control\.revision: KeyError$"):
        promote("v2")


def test_a_trained_chunk_enters_its_lineage(control, s3, dynamodb):
    """With its parent, its checkpoint, and that it is sound."""
    train_result(s3, parent_version="v0")
    assert control("record", **JOB) == {}
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
    control("record", **JOB)
    assert dynamodb.scan(TableName="lineage")["Items"][0]["sound"] == {"BOOL": False}


def test_the_result_of_another_job_is_refused(control, s3):
    """Two executions must not mix."""
    train_result(s3, version="v7")
    with pytest.raises(ContractError, match="another job"):
        control("record", **JOB)


def test_the_gate_stores_what_it_answers(control, s3):
    """Outcome and reasons, for the report and for people."""
    evaluation = {"candidates": [], "holdout": {"frauds": 100}}
    s3.put_object(Bucket="artifacts", Key=f"executions/{EXECUTION}/evaluation.json", Body=json.dumps(evaluation))
    decision = control("gate", execution=EXECUTION)
    assert (decision["outcome"], decision["reasons"]) == ("reject", ["there is no challenger to judge"])
    stored = boto3.client("s3").get_object(Bucket="artifacts", Key=f"executions/{EXECUTION}/decision.json")["Body"].read()
    assert json.loads(stored) == decision


@pytest.mark.parametrize(
    ("verb", "payload", "field"),
    [
        ("destroy", {}, "verb"),
        ("obey", {}, "verb"),
        ("promote", {"family": "light"}, "version"),
        ("rollback", {"actor": "oncall"}, "reason"),
        ("gate", {}, "execution"),
        ("record", {"execution": EXECUTION}, "family"),
    ],
)
def test_an_unusable_payload_names_its_field(control, verb, payload, field):
    """And the choices where there are any."""
    with pytest.raises(InvalidInput) as error:
        control(verb, **payload)
    assert error.value.field == field
