"""A policy's whole way, by the commands of the people who take part: Ana proposes, Bob approves, and the ledger can be believed."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from aws_world import actions_of, golden
from control_world import PERSON, ControlWorld
from policy_documents import OURS
from score_world import World
from typer.testing import CliRunner

from cli.errors import InputError
from cli.main import app
from functions.ingest.events import DecisionEvent, LabelEvent
from functions.ingest.landing import files_of
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import parse_rfc3339
from greenfraud.items import decision as decision_items
from greenfraud.items import ledger as ledger_items
from greenfraud.items.label import Report
from greenfraud.policy import DEFAULT_POLICY
from greenfraud.records import Label

ROOT = Path(__file__).parents[2]
ANA, BOB = PERSON, "arn:aws:sts::123456789012:assumed-role/lead/bob"
FRAUD_AT, NEWEST_AT = "2018-05-01T12:00:00Z", "2018-05-20T12:00:00Z"
LARGE = {"customer_id": "a stranger", "amount_minor": 20_000}


class Platform:
    """The functions in this process, and the commands of whoever acts."""

    def __init__(self, start, s3, dynamodb, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("FOUR_EYES", "on")
        self.control, self.score, self.who = ControlWorld(start, s3, dynamodb), World(), ANA
        self.s3, self.dynamodb = s3, dynamodb
        self.file = tmp_path / "ours.toml"
        self.file.write_text(OURS.replace("2018-05-20", "2999-12-31"))
        outputs = {"LakeBucket": "lake", "ArtifactsBucket": "artifacts", "IdTokens": "off"}
        outputs |= {"LedgerTable": "ledger", "LedgerBucket": "ledger", "ControlTable": "control"}
        self.asked: set[tuple[str, str]] = set()
        target = SimpleNamespace(client=self._client, outputs=outputs, currency="EUR")
        for module in ("cli.target", "cli.changes"):
            monkeypatch.setattr(f"{module}.find_target", lambda **_: target)
        for module in ("cli.changes", "cli.policy.in_force", "cli.policy.proposed"):
            monkeypatch.setattr(f"{module}.call_api", self._call)

    def command(self, *words: str, code: int = 0) -> str:
        """What `greenfraud` says to whoever acts."""
        shown = CliRunner().invoke(app, list(words))
        assert shown.exit_code == code, shown.output
        return shown.output

    def land(self) -> None:
        """Let ingestion land every decision, and the report of the fraud."""
        items = self.dynamodb.scan(TableName="decisions")["Items"]
        events = [DecisionEvent(str(number), decision_items.decode(item)) for number, item in enumerate(items)]
        label = Label("fraud", True, parse_rfc3339("2018-05-05T12:00:00Z", "observed_at"))
        report = LabelEvent("report", Report(label, "label#0", True, label.observed_us, None))
        for key, rows in files_of([*events, report], "0" * 24, load_manifest()).items():
            self.s3.put_object(Bucket="lake", Key=key, Body="".join(f"{json.dumps(row)}\n" for row in rows).encode())

    def _client(self, service: str):
        made = boto3.client(service)
        if service == "s3":
            made.meta.events.register("provide-client-params.s3", lambda params, model, **_: self._note(model.name, params))
        return made

    def _note(self, operation: str, params) -> None:
        (action,) = actions_of("s3", operation, params)
        self.asked.add((action, params.get("Key", "").partition("/")[0]))

    def _call(self, _, method: str, path: str, body=None):
        context = copy.deepcopy(golden("api_gateway_rollback")["requestContext"])
        context["authorizer"]["iam"]["userArn"] = self.who
        number = re.search(r"/(\d+)/", path)
        parameters = {"pathParameters": {"number": number[1]}} if number else {}
        route = f"{method} {re.sub(r'/[0-9]+/', '/{number}/', path)}"
        status, answer = self.control.ask(route, body, requestContext=context, **parameters)
        if status >= 400:
            raise InputError(answer["detail"])
        return answer


@pytest.fixture
def platform(start, s3, dynamodb, tmp_path, monkeypatch):
    """A deployment that asks for four eyes, with a fraud of the past that the default let pass."""
    made = Platform(start, s3, dynamodb, tmp_path, monkeypatch)
    assert made.score.score(transaction_id="fraud", occurred_at=FRAUD_AT, **LARGE)["decision"] == "allow"
    assert made.score.score(transaction_id="newest", occurred_at=NEWEST_AT)["decision"] == "allow"
    made.land()
    return made


def test_a_policy_is_checked_tried_proposed_approved_obeyed_and_undone_and_the_ledger_tells_it_all(platform):
    """Nobody does it alone; then somebody rewrites the ledger, and is found."""
    file = str(platform.file)
    assert "version ours-1" in platform.command("policy", "check", file)
    assert "allow -> challenge          1" in platform.command("policy", "diff", file)
    tried = platform.command("policy", "backtest", file)
    assert re.search(r"frauds caught +0 +1 +\+1", tried), tried

    assert "proposed as number 1" in platform.command("policy", "apply", file, "--why", "chargebacks of May")
    assert "somebody else approves it" in platform.command("approve", "1", "--reason", "mine", code=1)
    assert platform.score.score(transaction_id="before", **LARGE)["policy_version"] == DEFAULT_POLICY.version
    platform.who = BOB
    shown = platform.command("policy", "show", "--proposal", "1")
    assert "guardrail  unseen-large: amount > 150 and customer_count_90d == 0 -> challenge" in shown
    assert f"1, open, by {ANA}: chargebacks of May" in shown
    assert "allow -> challenge          1" in platform.command("policy", "diff", "--proposal", "1")
    assert re.search(r"frauds caught +0 +1 +\+1", platform.command("policy", "backtest", "--proposal", "1"))
    platform.command("approve", "1", "--reason", "the backtest says so")
    answer = platform.score.score(transaction_id="after", **LARGE)
    assert (answer["decision"], answer["spoke"], answer["policy_version"]) == ("challenge", ["guardrail/unseen-large"], "ours-1")

    assert "proposed as number 2" in platform.command("policy", "undo", "--why", "too many calls")
    platform.who = ANA
    platform.command("approve", "2", "--reason", "agreed")
    assert platform.score.score(transaction_id="undone", **LARGE)["decision"] == "allow"
    told = platform.command("policy", "history")
    assert told.index("undone, back to the default") < told.index("applied ours-1")
    assert f"proposed by {ANA}, as number 1" in told

    assert "entries    2, production at revision 2" in platform.command("audit", "verify")
    item = platform.dynamodb.query(TableName="ledger", **ledger_items.all_entries())["Items"][0]
    forged = item["document"]["S"].replace("chargebacks of May", "because")
    platform.dynamodb.put_item(TableName="ledger", Item={**item, "document": {"S": forged}})
    assert "entry 1: changed" in platform.command("audit", "verify", code=1)


def test_a_proposed_policy_that_is_no_longer_what_was_proposed_is_not_shown_as_it(platform):
    """Who approves by what is on the screen must see what will decide."""
    platform.command("policy", "apply", str(platform.file), "--why", "chargebacks of May")
    (key,) = [one["Key"] for one in platform.s3.list_objects_v2(Bucket="artifacts", Prefix="policies/")["Contents"]]
    body = platform.s3.get_object(Bucket="artifacts", Key=key)["Body"].read()
    platform.s3.put_object(Bucket="artifacts", Key=key, Body=body.replace(b"challenge", b"allow"))
    for command in ("show", "diff", "backtest"):
        assert "is not the one that was applied" in platform.command("policy", command, "--proposal", "1", code=1)
    assert "there is no proposal 7" in platform.command("policy", "show", "--proposal", "7", code=2)
    assert "name one policy" in platform.command("policy", "diff", str(platform.file), "--proposal", "1", code=2)


def test_who_tries_a_policy_needs_no_more_than_the_page_gives(platform):
    """Objects by the first part of their key; what is listed is the lake."""
    (policy,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs/policy.md").read_text(encoding="utf-8"), re.DOTALL)
    statements = {one["Sid"]: one for one in json.loads(policy)["Statement"]}
    given = {("s3:GetObject", arn.split("/")[1]) for arn in statements["TriesPolicies"]["Resource"]}
    for command in ("diff", "backtest"):
        platform.command("policy", command, str(platform.file))
    assert platform.asked <= given | {(statements["Lists"]["Action"], "")}
    assert given - platform.asked == {("s3:GetObject", "releases"), ("s3:GetObject", "policies")}  # nothing released, nor applied
