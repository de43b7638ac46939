"""The operator's commands against a platform that is up: what they say, and how they end."""

from __future__ import annotations

import json

import pytest

from greenfraud.instants import DAY_US, day_of, format_rfc3339
from greenfraud.naming import labels_prefix
from tests.e2e.deployment import wait_until
from tests.e2e.landed import ids_in

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


def test_a_decision_is_explained_with_what_was_told_of_it_since(deployment, first_run):
    """By the model that serves, on the very values, with the chargeback that came later."""
    sent = {**first_run.held_back[2].transaction.to_json(), "transaction_id": "explained-1"}
    answer = deployment.answer("POST", "/v1/score", sent)
    observed_at = format_rfc3339(first_run.held_back[2].transaction.occurred_us + DAY_US)
    label = {"transaction_id": "explained-1", "is_fraud": True, "observed_at": observed_at, "source": "chargeback"}
    deployment.answer("POST", "/v1/labels", {**label, "reason_code": "10.4"})
    shown = deployment.command("explain", "explained-1")
    assert shown.returncode == 0, shown.stderr
    said = " ".join(shown.stdout.split())
    assert all(reason["text"] in said for reason in answer["reasons"])
    assert f"model {answer['model']['family']}/{answer['model']['version']}" in said
    assert "chargeback says it was fraud, code 10.4" in said
    told = deployment.answer("GET", "/v1/explanations/explained-1")
    assert (told["answer"], told["policy"]["is_in_force"], told["remarks"]) == (answer, True, [])
    assert {one["name"]: one["value"] for one in told["features"]}["amount"] == sent["amount_minor"] / 100


def test_a_doubt_is_worked_off_from_the_list_to_a_label_and_a_release(deployment, first_run):
    """By whoever signs, on the deployed API; ingestion takes what was decided and lets what people did about it be."""
    sent = {**first_run.held_back[2].transaction.to_json(), "transaction_id": "reviewed/1", "amount_minor": 10**9}
    assert deployment.answer("POST", "/v1/score", sent)["decision"] in {"review", "block"}
    day = ("--day", sent["occurred_at"][:10])
    listed = json.loads(deployment.command("reviews", *day, "--json").stdout)["reviews"]
    (entry,) = [one for one in listed if one["transaction_id"] == "reviewed/1"]
    assert (entry["state"], entry["amount_minor"], entry["customer_id"]) == ("open", 10**9, sent["customer_id"])
    for words in (("claim",), ("note",), ("release",)):
        shown = deployment.command("reviews", words[0], "reviewed/1", *(["asked, it was him"] if words == ("note",) else []))
        assert shown.returncode == 0, shown.stderr
    assert "reviewed/1" not in deployment.command("reviews", *day).stdout
    assert "asked, it was him" in deployment.command("reviews", *day, "--all", "--limit", "1000").stdout
    since = deployment.answer("GET", "/v1/explanations?transaction_id=reviewed%2F1")["since"]
    assert ("label", "review") in {(one["kind"], one["source"]) for one in since}


def test_a_table_of_rates_is_taken_by_the_api_without_a_deployment(deployment, first_run, tmp_path):
    """Before, another currency is refused by name; afterwards converted, and any amount of somebody new goes to a person."""
    sent = {**first_run.held_back[2].transaction.to_json(), "customer_id": "stranger", "amount_minor": 10**12, "currency": "JPY"}
    refused = deployment.call("POST", "/v1/score", {**sent, "transaction_id": "yen-1"})
    assert (refused.status_code, refused.json()["field"]) == (422, "currency")
    path = tmp_path / "rates.csv"
    path.write_text(f"date,currency,rate\n{sent['occurred_at'][:10]},USD,0.85\n")
    shown = deployment.command("rates", str(path))
    assert shown.returncode == 0, shown.stderr
    answer = wait_until(lambda: _converted(deployment, {**sent, "transaction_id": "dollar-1", "currency": "USD"}))
    assert answer["converted_from"]["rate"] == "0.85"
    assert answer["converted_from"]["rates_version"] == json.loads(shown.stdout)["version"]
    assert answer["decision"] in {"review", "block"}
    assert {reason["feature"]: reason["value"] for reason in answer["reasons"]}["amount"] == 8.5e9
    assert answer["model"] is not None


def _converted(deployment, transaction):
    """The answer, once the table is taken: one that is not there is believed for some seconds."""
    response = deployment.call("POST", "/v1/score", transaction)
    return response.json() if response.is_success else None


def test_an_unknown_family_is_refused_with_the_choices(deployment):
    """Before an execution is started, which would fail and ring."""
    before = newest_execution(deployment)
    shown = deployment.command("retrain", "--families", "quantum")
    assert shown.returncode == 2
    said = " ".join((shown.stdout + shown.stderr).split())
    assert "'quantum' is unknown; choose from baseline, light, heavy" in said
    assert newest_execution(deployment) == before


def newest_execution(deployment):
    """The ARN of the execution that was started last."""
    machine = deployment.outputs["StateMachineArn"]
    executions = deployment.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    return max(executions, key=lambda one: one["startDate"])["executionArn"]


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
        ("transaction_id,occurred_at,customer_id,amount,is_fraud\nt1,2026-01-01 00:00:00,c1,5.00,0", "nobody is here to agree"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(deployment, tmp_path, rows, complaint):
    """A column that is missing, a zone that is only proposed: said, exit code 2, and the lake is as it was."""
    before = keys_of(deployment)
    (tmp_path / "mine.csv").write_text(rows)
    shown = deployment.command("import", str(tmp_path / "mine.csv"))
    assert shown.returncode == 2
    assert complaint in shown.stderr
    assert before == keys_of(deployment)


def test_a_file_of_labels_reaches_the_lake_for_payments_scored_here_and_imported(deployment, first_run, tmp_path):
    """Told twice, it changes nothing; what the lake has of each says who told it, and by which code."""
    scored = first_run.held_back[5].transaction
    deployment.answer("POST", "/v1/score", {**scored.to_json(), "transaction_id": "labelled-1"})
    day = next(key for key in reversed(keys_of(deployment)) if key.startswith("transactions/") and key.endswith("part-0.parquet"))
    imported = ids_in(deployment, day)[0]
    reported_at = format_rfc3339(scored.occurred_us + 3 * DAY_US)
    file = tmp_path / "chargebacks.csv"
    rows = [f"{name},fraud,{reported_at},chargeback,10.4" for name in ("labelled-1", imported, "nobody-at-all")]
    file.write_text("\n".join(["transaction_id,label,reported_at,source,reason_code", *rows]) + "\n")

    first, again = (deployment.command("label", str(file)) for _ in range(2))

    assert first.returncode == again.returncode == 0, first.stderr + again.stderr
    counts = [json.loads(shown.stdout.splitlines()[-1]) for shown in (first, again)]
    assert [(one["accepted"], one["known"], one["unknown"]) for one in counts] == [(2, 0, 1), (0, 2, 1)]
    assert imported not in first.stdout + first.stderr
    prefix = labels_prefix(day_of(scored.occurred_us + 3 * DAY_US))
    assert wait_until(lambda: {"labelled-1", imported} <= landed_with_code(deployment, prefix))


def landed_with_code(deployment, prefix):
    """The payments of which a day's landed labels tell a reason code."""
    keys = [key for key in keys_of(deployment) if key.startswith(prefix) and key.endswith(".jsonl")]
    lines = [line for key in keys for line in deployment.read(deployment.outputs["LakeBucket"], key).splitlines()]
    return {row["transaction_id"] for row in map(json.loads, lines) if row.get("reason_code") == "10.4"}
