"""The operator's commands against a platform that is up: what they say, and how they end."""

from __future__ import annotations

import json

import pytest

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("first_run")]


def keys_of(deployment):
    """Every key of the lake."""
    pages = deployment.client("s3").get_paginator("list_objects_v2").paginate(Bucket=deployment.outputs["LakeBucket"])
    return [entry["Key"] for page in pages for entry in page["Contents"]]


def test_status_names_the_model_and_the_last_executions(deployment):
    """What serves, since which revision, and what it has emitted."""
    shown = deployment.command("status")
    assert shown.returncode == 0, shown.stderr
    health = deployment.health()
    assert f"{health['model']}, revision {health['revision']}" in shown.stdout
    assert "SUCCEEDED" in shown.stdout
    assert "train" in shown.stdout


def test_a_transaction_is_scored_from_standard_input(deployment, first_run):
    """The answer is the API's."""
    transaction = {**first_run.held_back[2].transaction.to_json(), "transaction_id": "typed-1"}
    shown = deployment.command("score", "-", given=json.dumps(transaction))
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["fraud_probability"] == deployment.answer("GET", "/v1/decisions/typed-1")["fraud_probability"]


def test_an_unknown_family_is_refused_with_the_choices(deployment):
    """The state machine's own complaint, and what goes on."""
    shown = deployment.command("retrain", "--families", "quantum")
    assert shown.returncode == 2
    said = " ".join((shown.stdout + shown.stderr).split())
    assert "'quantum' is unknown; choose from baseline, light, heavy" in said
    assert "production model keeps serving" in said


def test_a_family_is_trained_anew_on_all_its_chunks_at_once(deployment):
    """By one job, in place of the chain's newest link: afterwards nothing is left to learn."""
    shown = deployment.command("retrain", "--full", "--families", "light")
    assert shown.returncode == 0, shown.stderr
    said = " ".join(shown.stdout.split())
    assert "chunks at once; holdout" in said
    assert "saved against a full refit of light: unavailable, this is a full refit" in said
    idle = deployment.execute({})
    assert idle["output"]["outcome"] == "nothing_to_train"


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("transaction_id,occurred_at,customer_id,is_fraud\nt1,2026-01-01T00:00:00Z,c1,0", "amount"),
        ("transaction_id,occurred_at,customer_id,amount,is_fraud\nt1,2026-01-01 00:00:00,c1,5.00,0", "offset"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(deployment, tmp_path, rows, complaint):
    """A column that is missing, a time without an offset: said, exit code 2, and the lake is as it was."""
    before = keys_of(deployment)
    (tmp_path / "mine.csv").write_text(rows)
    shown = deployment.command("import", str(tmp_path / "mine.csv"))
    assert shown.returncode == 2
    assert complaint in shown.stderr
    assert before == keys_of(deployment)
