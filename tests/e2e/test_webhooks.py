"""A platform with a webhook, synthesised as a person asks for it: every challenge, review and block of a batch arrives.

The receiver fails at first, goes away for a while, and verifies what it gets by the standard's own library.
"""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.e2e.deployed import deployed
from tests.e2e.deployment import ASSEMBLY, ROOT, Deployment, wait_until
from tests.receiving import Receiver

pytestmark = pytest.mark.slow
TOOLS = ROOT / ".venv-cdk/bin"


def synthesise(folder: Path, url: str) -> Path:
    """The tree whose cdk.out has a webhook; what is bundled already is not bundled again."""
    made = folder / "cdk.out"
    made.mkdir(parents=True)
    for asset in ASSEMBLY.glob("asset.*"):
        (made / asset.name).symlink_to(asset)
    command = [TOOLS / "node", ROOT / "node_modules/aws-cdk/bin/cdk", "synth", "--quiet", "--no-notices"]
    environ = {**os.environ, "PATH": f"{TOOLS}{os.pathsep}{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"}
    given = ["-c", f"webhook_url={url}", "--output", made]
    run = subprocess.run(
        [str(part) for part in (*command, *given)], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


@pytest.fixture(scope="module")
def receiver():
    """It refuses the first three requests."""
    started = Receiver(answer=lambda number: (503 if number < 3 else 204, {})).start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def platform(tmp_path_factory, receiver):
    """The embedded AWS with such stacks."""
    if not (TOOLS / "node").exists() or not ASSEMBLY.exists():
        pytest.skip("the CDK's environment or cdk.out is missing: run `make synth`")
    made = Deployment(tmp_path_factory.mktemp("webhooks"), tree=synthesise(tmp_path_factory.mktemp("tree"), receiver.url))
    with deployed(made):
        yield made


def score(platform, amounts):
    """A batch of payments of strangers; outcome by payment."""
    paid = [
        {
            "transaction_id": f"w-{uuid.uuid4().hex[:8]}",
            "occurred_at": f"2026-02-12T10:00:{number:02}Z",
            "customer_id": f"W{number}",
            "terminal_id": f"WT{number}",
            "amount_minor": amount,
        }
        for number, amount in enumerate(amounts)
    ]
    results = platform.answer("POST", "/v1/score/batch", paid)["results"]
    return {result["transaction_id"]: result["decision"] for result in results}


def told(receiver):
    """Outcome by payment of what the receiver took."""
    taken = [json.loads(got.body)["data"] for got in receiver.received if got.status == 204]
    return {data["transaction_id"]: data["decision"] for data in taken if data}


def test_everything_but_allow_arrives_signed_though_the_receiver_fails_at_first_and_is_away_later(platform, receiver):
    """At least once each, under one id each; what was allowed does not."""
    secret = platform.client("secretsmanager").get_secret_value(SecretId=platform.outputs["WebhookSecretArn"])["SecretString"]
    decided = score(platform, [1_000, 30_000, 40_000, 500, 90_000, 50_000])
    due = {name: outcome for name, outcome in decided.items() if outcome != "allow"}
    assert 1 < len(due) < len(decided)
    wait_until(lambda: told(receiver) == due)

    port = receiver.server.server_port
    receiver.stop()
    later = score(platform, [60_000, 1_000])
    due |= {name: outcome for name, outcome in later.items() if outcome != "allow"}
    failed = wait_until(lambda: platform.metric_total("WebhooksFailed"))
    assert failed >= 3
    receiver.start(port)
    wait_until(lambda: told(receiver) == due)

    ids = {}
    for got in receiver.received:
        event = Webhook(secret).verify(got.body, got.headers)
        assert ids.setdefault(event["data"]["transaction_id"], event["id"]) == event["id"] == got.headers["webhook-id"]
    assert len(set(ids.values())) == len(due)
    assert platform.metric_total("EventsTold") == len(due)
    assert not platform.metric_total("WebhooksUndelivered")


def test_a_test_event_arrives_signed(platform, receiver):
    """By the id that the command prints."""
    secret = platform.client("secretsmanager").get_secret_value(SecretId=platform.outputs["WebhookSecretArn"])["SecretString"]
    run = platform.command("webhooks", "test")
    assert run.returncode == 0, run.stderr
    name = run.stdout.split()[0]
    (got,) = wait_until(lambda: [one for one in receiver.received if one.headers["webhook-id"] == name and one.status == 204])
    assert Webhook(secret).verify(got.body, got.headers)["type"] == "test"


def test_who_is_gone_is_sent_everything_once_he_is_back(platform, receiver):
    """410: it waits with its reason, rings, and goes out again when a person says so."""
    receiver.answer = lambda _: (410, {})
    due = {name for name, outcome in score(platform, [70_000]).items() if outcome != "allow"}
    cloudwatch = platform.client("cloudwatch")

    def rings():
        alarms = cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
        return [alarm for alarm in alarms if "Unanswered" in alarm["AlarmName"]]

    wait_until(rings)
    looked = platform.command("webhooks", "redrive", "--dry-run")
    assert (": gone" in looked.stdout, "1 event wait" in looked.stdout) == (True, True), looked.stdout + looked.stderr
    receiver.answer = lambda _: (204, {})
    # Who said that he is gone is not asked for ten minutes by the process that heard it: another one asks.
    function = platform.client("lambda").get_function(FunctionName=platform.function("webhook"))["Configuration"]
    more = function["MemorySize"] + 1
    platform.client("lambda").update_function_configuration(FunctionName=function["FunctionName"], MemorySize=more)
    assert "1 event sent out again" in platform.command("webhooks", "redrive").stdout
    wait_until(lambda: due <= told(receiver).keys())


def test_the_secret_is_in_no_template_no_variable_and_no_log(platform):
    """Only in Secrets Manager, from where the function reads it."""
    secret = platform.client("secretsmanager").get_secret_value(SecretId=platform.outputs["WebhookSecretArn"])["SecretString"]
    templates = b"".join(platform.templates.values()).decode()
    variables = json.dumps([one.get("Environment") for one in platform.client("lambda").list_functions()["Functions"]])
    logs, written = platform.client("logs"), [(platform.folder / "serve.log").read_text(errors="replace")]
    for group in logs.describe_log_groups()["logGroups"]:
        written += [event["message"] for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]]
    assert len(written) > 10
    assert not [text for text in (templates, variables, *written) if secret in text]
