"""`greenfraud policy`: what a document would do, told before anything is up."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli.main import app
from cli.policy.history import show_history
from cli.screen import Screen
from greenfraud.policy.default import DEFAULT_PATH

OURS = """version = "ours-1"

[money]
review = 500
challenge = 20
blocked_good = 2000
reviews_a_day = 40

[[rules]]
name = "large"
when = "amount > 400"
outcome = "review"
mode = "shadow"
"""


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Run `greenfraud policy` in an empty folder, with nothing up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return lambda *words: CliRunner().invoke(app, ["policy", *words])


def test_a_good_document_is_summed_up_with_the_thresholds_that_follow_from_its_money(invoke, tmp_path):
    """For amounts that people know."""
    (tmp_path / "ours.toml").write_text(OURS)
    shown = invoke("check", "ours.toml")
    assert shown.exit_code == 0, shown.output
    assert "ours.toml: version ours-1: 0 guardrails, 1 rules (1 in shadow), 0 lists of 0 entries" in shown.stdout
    assert "100.00 EUR  challenge 0.002, review 0.480, block 0.750" in shown.stdout
    assert "reviews a day: 40" in shown.stdout


def test_every_fault_is_told_by_file_and_line_and_ends_with_code_2(invoke, tmp_path):
    """As a compiler tells them, so that an editor finds them."""
    (tmp_path / "ours.toml").write_text(OURS.replace("amount >", "amuont >").replace("review = 500", "review = 5.00"))
    shown = invoke("check", "ours.toml")
    assert shown.exit_code == 2
    assert "ours.toml:4: error: money.review: must be a whole number of minor units" in shown.stdout
    assert "ours.toml:11: error: rules[1].when: amuont is no feature and no field of a payment; did you mean amount" in shown.stdout
    assert "ours.toml has 2 errors. Nothing was applied" in shown.stderr


def test_the_defaults_document_is_printed_to_begin_with(invoke):
    """Word for word, its comments too; and it has no faults."""
    shown = invoke("show", "--default")
    assert shown.stdout == DEFAULT_PATH.read_text(encoding="utf-8")
    checked = invoke("check", str(DEFAULT_PATH))
    assert "the model asks for review from 0.3 and for block from 0.8" in checked.stdout


def test_a_policy_with_an_error_is_not_even_sent(invoke, tmp_path):
    """What can be seen here is refused here; then the platform is asked for."""
    (tmp_path / "ours.toml").write_text(OURS.replace("amount >", "amuont >"))
    assert invoke("apply", "ours.toml", "--why", "x").exit_code in (1, 2)
    (tmp_path / "ours.toml").write_text(OURS)
    shown = invoke("apply", "ours.toml", "--why", "x")
    assert (shown.exit_code, "nothing is up here" in shown.stderr) == (1, True)


def test_a_file_that_is_not_there_is_named(invoke):
    """No traceback."""
    shown = invoke("check", "absent.toml")
    assert shown.exit_code == 2
    assert "absent.toml cannot be read" in shown.stderr


class Ledger:
    """A target whose ledger holds some entries."""

    def __init__(self, *entries):
        self.outputs = {"LedgerTable": "ledger"}
        items = [{"revision": {"N": str(one["revision"])}, "document": {"S": json.dumps(one)}} for one in entries]
        self.pages = [{"Items": items}]

    def client(self, service):
        """The one of DynamoDB, whose pages are known."""
        return self

    def get_paginator(self, operation):
        """As boto3's."""
        return self

    def paginate(self, **query):
        """Every entry on one page."""
        return self.pages


def entry(revision, verb, version, **more):
    """What the ledger says of a change of policy."""
    control = {"policy_object": {"version": version, "sha256": "ab"}} if version else {}
    told = {"revision": revision, "verb": verb, "at": "2027-01-02T10:00:00+00:00", "actor": "arn:ana", "reasons": ["chargebacks"]}
    return told | {"control": control} | more


def shown_history(*entries):
    """What the command prints."""
    screen = Screen(Console(file=io.StringIO(), width=160))
    show_history(Ledger(*entries), screen)
    return screen.console.file.getvalue()


def test_the_history_of_policies_tells_who_why_and_what_was_undone_the_newest_first():
    """Models are no policies."""
    told = shown_history(
        entry(1, "policy", "ours-1", is_emergency=True),
        entry(2, "promote", None),
        entry(3, "policy", "ours-2", proposed_by="arn:ben", proposal=4),
        entry(4, "policy-undo", "ours-1"),
        entry(5, "policy-undo", None),
    ).splitlines()
    assert [line for line in told if " UTC " in line] == [
        "   5  2027-01-02T10:00:00 UTC  undone, back to the default",
        "   4  2027-01-02T10:00:00 UTC  undone, back to ours-1",
        "   3  2027-01-02T10:00:00 UTC  applied ours-2",
        "   1  2027-01-02T10:00:00 UTC  applied ours-1",
    ]
    assert "      by arn:ana: chargebacks" in told
    assert "      proposed by arn:ben, as number 4" in told
    assert told[-1] == "      alone, in an emergency"


def test_without_any_policy_the_history_says_that_the_default_decides():
    """Never an empty screen."""
    assert "nobody applied a policy: the default decides" in shown_history()
