"""What changes production, on a platform that is up: who is named for it, what the next request obeys, how it is taken back."""

from __future__ import annotations

import json

import pytest

from cli.api import call_api
from cli.errors import InputError
from greenfraud.canonical import sha256_hex
from greenfraud.instants import format_rfc3339
from greenfraud.items import ledger as ledger_items
from tests.e2e.deployment import wait_until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("first_run")]


def newest_entry(deployment):
    """The ledger's last entry."""
    asked = {"TableName": deployment.outputs["LedgerTable"], **ledger_items.all_entries()}
    return ledger_items.decode(deployment.client("dynamodb").query(**asked)["Items"][-1])


def test_a_promotion_is_entered_under_the_name_of_its_execution(deployment, first_run):
    """Which the function asked Step Functions about; nobody named it. What it changes is told of the stored figures."""
    entries = deployment.client("dynamodb").query(TableName=deployment.outputs["LedgerTable"], **ledger_items.all_entries())[
        "Items"
    ]
    first = ledger_items.decode(entries[0])
    assert (first["verb"], first["actor"]) == ("promote", first_run.execution.arn)
    changes, figures = first["changes"], first["changes"]["figures"]
    assert (changes["against"], changes["score_shift"]) == ("rules", {"reason": "no model answered until then"})
    stored = deployment.client("s3").get_object(Bucket=deployment.outputs["ArtifactsBucket"], Key=figures["key"])["Body"].read()
    assert sha256_hex(stored) == figures["sha256"]
    shown = deployment.command("history", "--limit", "100")
    assert f"against rules: alerts {changes['raised']['rows']:,} raised" in shown.stdout, shown.stderr
    whole = deployment.command("history", "--limit", "100", "--json")
    assert json.loads(whole.stdout)["entries"][-1] == first


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
        assert "it takes back what entry" in entry["changes"]["reason"]
    finally:
        deployment.promote(*promoted.split("/"), "as it was")
    assert newest_entry(deployment)["changes"]["figures"]["key"].endswith("/curves.json")


def turned_down(first_run):
    """A model that the gate of the first execution did not find as good as the one it chose, family/version."""
    outcomes = first_run.execution.results["decision.json"]["outcomes"]
    return next(name for name, outcome in sorted(outcomes.items()) if outcome != "promote")


def ring(deployment, ending):
    """Let the alarm ring whose name has this in it, as a person may in CloudWatch."""
    client = deployment.client("cloudwatch")
    names = [one["AlarmName"] for page in client.get_paginator("describe_alarms").paginate() for one in page["MetricAlarms"]]
    (name,) = [name for name in names if ending in name]
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")


def test_a_model_in_shadow_and_then_a_canary_is_obeyed_by_the_next_request_and_compared(deployment, first_run):
    """Each is an entry of the ledger; an alarm takes the canary away. Without a yes nothing is done that the gate rejected."""
    promoted = deployment.health()["model"]
    other = turned_down(first_run)
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
        reached = [answer for answer in answered if "model" in answer]  # on a busy machine not all, within the time of a batch
        assert other in {"{family}/{version}".format(**answer["model"]) for answer in reached}
        compared = deployment.command("canary")
        assert f"{other} answers 99 % of the customers since" in compared.stdout, compared.stderr
        ring(deployment, "CanaryDegraded")
        wait_until(lambda: not call_api(deployment.target, "GET", "/v1/production")["canary"])
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
