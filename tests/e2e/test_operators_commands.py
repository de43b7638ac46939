"""The operator's commands against a platform that is up: what they say, and how they end."""

from __future__ import annotations

import json

import pytest

from cli.api import call_api
from cli.errors import InputError
from greenfraud.instants import DAY_US, day_of, format_rfc3339
from greenfraud.items import ledger as ledger_items
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
    answer = wait_until(lambda: _converted(deployment, {**sent, "transaction_id": "dollar-1", "currency": "USD"}), 30)
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


def newest_entry(deployment):
    """The ledger's last entry."""
    asked = {"TableName": deployment.outputs["LedgerTable"], **ledger_items.all_entries()}
    return ledger_items.decode(deployment.client("dynamodb").query(**asked)["Items"][-1])


def test_a_promotion_is_entered_under_the_name_of_its_execution(deployment, first_run):
    """Which the function asked Step Functions about; nobody named it."""
    entries = deployment.client("dynamodb").query(TableName=deployment.outputs["LedgerTable"], **ledger_items.all_entries())[
        "Items"
    ]
    first = ledger_items.decode(entries[0])
    assert (first["verb"], first["actor"]) == ("promote", first_run.execution.arn)


def test_an_execution_that_has_ended_promotes_nothing_more(deployment, first_run):
    """Also when it is asked by somebody who may call the function."""
    before = deployment.health()
    kind, answer = deployment.invoke("control.promote", {"execution_arn": first_run.execution.arn, "actor": "somebody"})
    assert (kind, answer["errorType"]) == ("Unhandled", "UnknownCaller")
    assert "not running but SUCCEEDED" in answer["errorMessage"]
    assert before == deployment.health()


def test_a_rollback_is_entered_under_the_name_of_who_signed(deployment, first_run):
    """The model before serves at once; here none was, so the rules answer until it is promoted again."""
    promoted = deployment.health()["model"]
    shown = deployment.command("rollback", "--yes", "--reason", "trying it")
    try:
        assert shown.returncode == 0, shown.stderr
        assert "now serving" in shown.stdout
        assert deployment.health()["model"] != promoted
        entry = newest_entry(deployment)
        assert (entry["verb"], entry["reasons"]) == ("rollback", ["trying it"])
        assert entry["actor"].startswith("arn:aws:iam::123456789012:")
    finally:
        deployment.promote(*promoted.split("/"), "as it was")


def other_model(deployment, promoted):
    """A model of another family, made and judged by an execution whose gate chose one that it liked better, family/version."""
    s3, bucket = deployment.client("s3"), deployment.outputs["ArtifactsBucket"]
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket, Prefix="models/")["Contents"]]
    names = {"/".join(key.split("/")[1:3]) for key in keys if key.endswith("/manifest.json")}
    return max(name for name in names if name.split("/")[0] != promoted.split("/")[0])


def ring(deployment, ending):
    """Let the alarm ring whose name has this in it, as a person may in CloudWatch."""
    client = deployment.client("cloudwatch")
    names = [one["AlarmName"] for page in client.get_paginator("describe_alarms").paginate() for one in page["MetricAlarms"]]
    (name,) = [name for name in names if ending in name]
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")


def test_a_model_in_shadow_and_then_a_canary_is_obeyed_by_the_next_request_and_compared(deployment, first_run):
    """Each is an entry of the ledger; an alarm takes the canary away. Without a yes nothing is done that the gate rejected."""
    promoted = deployment.health()["model"]
    other = other_model(deployment, promoted)
    asked = deployment.command("canary", "99", "--model", other, "--reason", "trying it")
    assert (asked.returncode, "Nothing is changed: give --yes" in asked.stderr) == (1, True)
    shown = deployment.command("shadow", other, "--reason", "trying it")
    assert shown.returncode == 0, shown.stderr
    assert f"shadow {other} scores beside" in shown.stdout
    try:
        shown = deployment.command("canary", "99", "--reason", "trying it", "--yes")
        assert f"canary {other} answers 99 % of the customers" in shown.stdout
        moment = format_rfc3339(first_run.held_back[0].transaction.occurred_us)  # a later one would let new weeks ripen
        payment = {"occurred_at": moment, "terminal_id": "M1", "amount_minor": 1_250}
        batch = [payment | {"transaction_id": f"canary-{number}", "customer_id": f"canary-{number}"} for number in range(20)]
        answered = call_api(deployment.target, "POST", "/v1/score/batch", {"transactions": batch})["results"]
        assert other in {"{family}/{version}".format(**answer["model"]) for answer in answered}
        compared = deployment.command("canary")
        assert f"{other} answers 99 % of the customers since" in compared.stdout, compared.stderr
        ring(deployment, "CanaryDegraded")
        wait_until(lambda: not call_api(deployment.target, "GET", "/v1/production")["canary"], 30)
    finally:
        shown = deployment.command("canary", "off", "--reason", "as it was")
    assert shown.returncode == 0, shown.stderr
    assert deployment.health()["model"] == promoted
    told = deployment.command("history", "--limit", "3").stdout
    assert "automatic: the alarm GreenFraud-Serving-GuardCanaryDegraded" in told
    assert told.index("no canary any more") < told.index(f"99 % of the customers to {other}") < told.index(f"in shadow {other}")
    assert "against the gate: " in told


def test_the_ledger_is_whole_until_somebody_rewrites_an_entry(deployment, first_run, tmp_path):
    """With the rights of an administrator of the table; the copy that nobody may overwrite contradicts him."""
    whole = deployment.command("audit", "verify")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert "held for 30 days (governance)" in whole.stdout
    table, dynamodb = deployment.outputs["LedgerTable"], deployment.client("dynamodb")
    (item,) = dynamodb.query(TableName=table, **ledger_items.newest_entry())["Items"]
    forged = json.dumps({**json.loads(item["document"]["S"]), "actor": "somebody else"})
    dynamodb.put_item(TableName=table, Item={**item, "document": {"S": forged}})
    try:
        exported = deployment.command("audit", "export", "--to", str(tmp_path / "ledger.jsonl"))
    finally:
        dynamodb.put_item(TableName=table, Item=item)
    assert exported.returncode == 1
    assert f"entry {item['revision']['N']}: changed: differs from its copy" in exported.stderr
    assert forged in (tmp_path / "ledger.jsonl").read_text()
    assert deployment.command("audit", "verify").returncode == 0


def test_an_applied_policy_decides_the_next_request_until_it_is_undone(deployment, first_run, tmp_path):
    """Checked, signed, entered in the ledger, loaded by the function that scores; then all of it back."""
    known = first_run.held_back[2].transaction.to_json()
    sent = {**known, "customer_id": "a stranger", "terminal_id": "a new one", "amount_minor": 5_000}
    strict, default = tmp_path / "strict.toml", tmp_path / "default.toml"
    default.write_text(deployment.command("policy", "show", "--default").stdout)
    rule = '[[guardrails]]\nname = "nobody-knows"\nwhen = "amount > 49 and customer_count_90d == 0"\noutcome = "challenge"\n'
    strict.write_text(default.read_text().replace('version = "', 'version = "strict-') + rule)
    shown = deployment.command("policy", "apply", str(strict), "--why", "trying it")
    try:
        assert shown.returncode == 0, shown.stderr
        answer = deployment.answer("POST", "/v1/score", {**sent, "transaction_id": "strict-1"})
        assert (answer["decision"], answer["decided_by"]) == ("challenge", "guardrail")
        assert answer["degraded"] == ["customer_missing", "terminal_missing"]
        assert "nobody-knows: amount > 49 and customer_count_90d == 0 -> challenge" in deployment.command("policy", "show").stdout
        assert (newest_entry(deployment)["verb"], newest_entry(deployment)["reasons"]) == ("policy", ["trying it"])
    finally:
        shown = deployment.command("policy", "undo", "--why", "as it was")
    assert shown.returncode == 0, shown.stderr
    assert "undone, back to the default" in deployment.command("policy", "history").stdout
    another = {**sent, "customer_id": "another stranger", "transaction_id": "strict-2"}  # the first one was refused this amount
    assert deployment.answer("POST", "/v1/score", another)["decision"] == "allow"


def test_a_rollback_that_nobody_signed_or_that_names_its_actor_is_refused(deployment):
    """Also on this machine, where other requests need no signature."""
    before = deployment.health()
    unsigned = deployment.call("POST", "/v1/production/rollback", {"reason": "trying it"})
    assert (unsigned.status_code, unsigned.json()["title"]) == (403, "Forbidden")
    kind, answer = deployment.invoke("control.operate", {"verb": "rollback", "reason": "trying it", "actor": "somebody"})
    assert (kind, answer["statusCode"]) == (None, 403)
    with pytest.raises(InputError, match="actor: is whoever signed the request"):
        call_api(deployment.target, "POST", "/v1/production/rollback", {"reason": "trying it", "actor": "somebody"})
    assert before == deployment.health()


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
    assert wait_until(lambda: {"labelled-1", imported} <= landed_with_code(deployment, prefix), 30)


def landed_with_code(deployment, prefix):
    """The payments of which a day's landed labels tell a reason code."""
    keys = [key for key in keys_of(deployment) if key.startswith(prefix) and key.endswith(".jsonl")]
    lines = [line for key in keys for line in deployment.read(deployment.outputs["LakeBucket"], key).splitlines()]
    return {row["transaction_id"] for row in map(json.loads, lines) if row.get("reason_code") == "10.4"}
