"""A canary beside production, and a shadow beside what was answered, by what the lake kept of both."""

from __future__ import annotations

import json
from types import SimpleNamespace

import boto3
import pytest
from decided_lake import MANIFEST, START_US
from moto import mock_aws
from rich.console import Console

from cli.errors import CommandError
from cli.models.comparing import compare_canary, compare_shadow
from cli.models.history import show_history
from cli.screen import Screen
from functions.ingest.events import DecisionEvent, LabelEvent
from functions.ingest.landing import files_of
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.items import ledger as ledger_items
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.items.ledger import Entry
from greenfraud.records import Label, Transaction

ADA = "arn:aws:iam::123456789012:user/ada"
V1, V2 = (ModelRef("light", version, f"models/light/{version}/", digit * 64) for version, digit in (("v1", "a"), ("v2", "b")))
PLAIN = ControlDocument(revision=1, production=V1)
CANARY = ControlDocument(revision=2, production=V1, canary=V2, canary_percent=5)
RAISED = ControlDocument(revision=3, production=V1, canary=V2, canary_percent=20)
SHADOW = ControlDocument(revision=2, production=V1, shadow=V2)


class Platform:
    """Stands for a target: a ledger and a lake."""

    currency = "EUR"
    outputs = {"LakeBucket": "lake", "LedgerTable": "ledger"}  # noqa: RUF012

    def __init__(self) -> None:
        """Make both."""
        self.s3, self.dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        self.s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        self.dynamodb.create_table(TableName="ledger", BillingMode="PAY_PER_REQUEST", **ledger_items.LEDGER.definition)
        self._landed: list[dict] = []

    def client(self, service):
        """As a target hands them out."""
        return {"s3": self.s3, "dynamodb": self.dynamodb}[service]

    def change(self, verb, after, before=PLAIN, **told):
        """An entry of the ledger."""
        entry = Entry.of(before, after, verb=verb, actor=ADA, reasons=["try it"], **told)
        self.dynamodb.put_item(TableName="ledger", **ledger_items.put(entry))

    def decide(self, name, probability, revision, *, model=V1, decision=None, degraded=(), shadow=None):
        """Land a decision."""
        answer = {
            "transaction_id": name,
            "fraud_probability": probability,
            "decision": decision or ("block" if probability > 0.5 else "allow"),
            "policy_version": "p",
            "model": {"family": model.family, "version": model.version},
            "degraded": list(degraded),
        }
        transaction = Transaction(name, START_US, f"C-{name}", "M1", 1_000)
        made = Decision(transaction, answer, model.family, model.version, 0.002, 0.0, 0.0, control_revision=revision, shadow=shadow)
        self._land(DecisionEvent(name, made))

    def report(self, name, *, is_fraud=True):
        """Land a label."""
        self._land(LabelEvent(f"label-{name}", Report(Label(name, is_fraud, START_US), "label#0", True, START_US, None)))

    def _land(self, event):
        for key, rows in files_of([event], f"{event.event_id:.>24}", MANIFEST).items():
            self.s3.put_object(Bucket="lake", Key=key, Body="".join(f"{json.dumps(row)}\n" for row in rows).encode())


@pytest.fixture
def platform(monkeypatch):
    """A ledger that begins with a promotion."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    boto3.setup_default_session()
    with mock_aws():
        found = Platform()
        found.change("promote", PLAIN, ControlDocument())
        yield found


def told(compare, platform, tmp_path):
    """What a comparison prints, and the figures that it writes."""
    console = Console(record=True, width=200)
    compare(platform, Screen(console), 30, tmp_path / "figures.json")
    return console.export_text(), json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))


def test_a_canary_is_compared_with_production_since_it_answers(platform, tmp_path):
    """Also over a raised share; what was decided before counts for nobody. A failed canary's answer is on its side."""
    platform.decide("before", 0.9, 1)
    platform.change("canary", CANARY)
    platform.change("canary", RAISED, CANARY)
    for number in range(40):
        platform.decide(f"p{number}", 0.1 + number / 1000, 2 + number % 2)
    for number in range(9):
        platform.decide(f"c{number}", 0.9, 3, model=V2)
    platform.decide("c9", 0.1, 3, degraded=["canary_lost", "customer_missing"])
    for name in ("c0", "c1", "p0"):
        platform.report(name)
    text, document = told(compare_canary, platform, tmp_path)
    canary, production = document["sides"]["canary"], document["sides"]["production"]
    assert (canary["decisions"], production["decisions"]) == (10, 40)
    assert canary["shares"]["alerts"]["value"] == pytest.approx(0.9)
    assert canary["shares"]["degraded"]["value"] == pytest.approx(0.1)
    assert production["shares"]["degraded"]["value"] == 0.0
    assert 0.05 < production["shares"]["degraded"]["high"] < 0.1  # none of 40 is not certainly none
    assert document["difference"]["degraded"]["low"] < 0.0 < document["difference"]["degraded"]["high"]
    assert document["difference"]["alerts"]["low"] > 0.5
    assert (canary["frauds"], canary["recall"]["value"], production["recall"]["value"]) == (2, 1.0, 0.0)
    assert document["score_shift"]["value"] > document["score_shift"]["by_chance"]
    assert "light/v2 answers 20 % of the customers since" in text
    assert "10 payments on a side tell little" in text


def test_a_shadow_is_compared_with_what_was_answered_on_the_same_payments(platform, tmp_path):
    """Who flips is told; a payment that it did not score is told apart."""
    platform.change("shadow", SHADOW)
    for number in range(20):
        said = {"family": "light", "version": "v2", "probability": 0.7, "decision": "block" if number < 5 else "allow"}
        platform.decide(f"s{number}", 0.1, 2, shadow=said)
    platform.decide("loading", 0.1, 2)
    platform.report("s0")
    text, document = told(compare_shadow, platform, tmp_path)
    assert document["flips"] == [{"from": "allow", "to": "block", "decisions": 5}]
    assert document["not_scored"] == 1
    assert document["sides"]["shadow"]["recall"]["value"] == 1.0
    assert document["sides"]["answered"]["recall"]["value"] == 0.0
    assert document["sides"]["answered"]["milliseconds"]["mean"] == pytest.approx(2.0)
    assert "allow would be block: 5" in text


@pytest.mark.parametrize(("compare", "place"), [(compare_canary, "canary"), (compare_shadow, "shadow")])
def test_where_there_is_nothing_to_compare_the_command_says_so(platform, tmp_path, compare, place):
    """And where to look."""
    with pytest.raises(CommandError, match=f"there is no {place} now"):
        told(compare, platform, tmp_path)


def test_a_canary_that_has_answered_nobody_yet_is_no_error(platform, tmp_path):
    """It was set a moment ago."""
    platform.change("canary", CANARY)
    text, document = told(compare_canary, platform, tmp_path)
    assert document["sides"]["canary"]["decisions"] == 0
    assert document["score_shift"]["value"] is None
    assert "0 payments on a side tell little" in text


def test_alike_sides_differ_by_no_more_than_chance(platform, tmp_path):
    """The interval of the difference holds nothing, and so does that of the shift."""
    platform.change("canary", CANARY)
    for number in range(60):
        platform.decide(f"p{number}", (number % 20) / 40, 2)
        platform.decide(f"c{number}", (number % 20) / 40, 2, model=V2)
    _, document = told(compare_canary, platform, tmp_path)
    assert document["difference"]["alerts"]["low"] < 0.0 == document["difference"]["alerts"]["value"]
    shift = document["score_shift"]
    assert 0.0 == shift["low"] <= shift["value"] < shift["high"] < 2 * shift["by_chance"]


def test_the_history_tells_who_changed_what_to_which_bundle_and_why(platform):
    """The newest first, with the digest; a limit says how many there are."""
    platform.change("canary", CANARY, is_emergency=True)
    platform.change("rollback", ControlDocument(revision=3), CANARY)
    console = Console(record=True, width=200)
    show_history(platform, Screen(console), 2)
    text = console.export_text()
    assert text.index("rolled back to none: rules answer, from light/v1") < text.index("5 % of the customers to light/v2")
    for words in (f"by {ADA}", "try it", "alone, in an emergency", f"manifest {'b' * 16}", "and 1 before: --limit 3 shows all"):
        assert words in text
    assert "promoted" not in text


def test_an_empty_history_says_what_decides():
    """Nobody changed anything."""
    with mock_aws():
        console, platform = Console(record=True, width=200), SimpleNamespace()
        made = boto3.client("dynamodb", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")
        made.create_table(TableName="ledger", BillingMode="PAY_PER_REQUEST", **ledger_items.LEDGER.definition)
        platform.outputs, platform.client = {"LedgerTable": "ledger"}, lambda _: made
        show_history(platform, Screen(console), 5)
        assert "nothing was ever changed" in console.export_text()
