"""`greenfraud report`: which pages are fetched, and which one is named."""

from __future__ import annotations

from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws
from moto.s3.models import s3_backends
from typer.testing import CliRunner

from cli import report_command
from cli.main import app
from cli.target import Target
from greenfraud.naming import execution_key

FIRST, SECOND = "0123456789ab", "0123456789ac"
MACHINE = "arn:aws:states:eu-north-1:123456789012:stateMachine:fraud-detection-pipeline"
WRITTEN_AT = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC))
NAMES = ("report", "light-card", "light-validation")


@pytest.fixture
def keep(tmp_path, monkeypatch):
    """Keep the pages of an execution in an S3 in memory; the folder of pages is the test's."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="artifacts")
        target = Target(None, "us-east-1")
        target.outputs = {"ArtifactsBucket": "artifacts", "StateMachineArn": MACHINE}
        monkeypatch.setattr(report_command, "find_target", lambda **_: target)

        def put(execution: str) -> None:
            for name in NAMES:
                key = f"reports/{execution}/{name}.html"
                s3.put_object(Bucket="artifacts", Key=key, Body=f"<p>{name} of {execution}".encode())
                s3_backends["123456789012"]["aws"].buckets["artifacts"].keys[key].last_modified = WRITTEN_AT[execution == SECOND]

        yield put


def asked(*words: str):
    """The command as a person types it."""
    return CliRunner().invoke(app, ["report", *words])


def test_the_newest_report_is_named_and_all_its_pages_are_there(keep, tmp_path):
    """So that links from one to the other work."""
    keep(FIRST)
    keep(SECOND)
    said = asked()
    folder = tmp_path / ".local/reports" / SECOND
    assert f"{SECOND}/report.html is ready" in said.output
    assert {file.stem: file.read_text() for file in folder.iterdir()} == {name: f"<p>{name} of {SECOND}" for name in NAMES}


def test_an_execution_is_asked_for_by_its_digits_or_its_name(keep):
    """As `greenfraud status` shows it."""
    keep(FIRST)
    named = execution_key(MACHINE.replace(":stateMachine:", ":execution:") + ":monday")
    keep(named)
    assert f"{FIRST}/report.html is ready" in asked(FIRST).output
    assert f"{named}/report.html is ready" in asked("monday").output


@pytest.mark.parametrize(("option", "page"), [("--card", "light-card"), ("--validation", "light-validation")])
def test_a_familys_card_and_validation_report_are_named(keep, option, page):
    """Each by its own option."""
    keep(FIRST)
    assert f"{FIRST}/{page}.html is ready" in asked(option, "light").output


def test_it_is_opened_where_that_is_wished(keep, monkeypatch):
    """By whatever browser there is."""
    keep(FIRST)
    opened: list[str] = []
    monkeypatch.setattr(report_command.webbrowser, "open", opened.append)
    asked("--open")
    assert [address.rpartition("/.local/")[2] for address in opened] == [f"reports/{FIRST}/report.html"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "no execution has left a report yet"),
        ((FIRST, "--card", "heavy"), "has no heavy-card.html; it has light-card.html, light-validation.html, report.html"),
        ((FIRST, "--card", "light", "--validation", "light"), "one page is shown at a time"),
        ((SECOND,), f"execution {SECOND} has left no report"),
    ],
)
def test_what_is_not_there_is_said(keep, words, told):
    """With what is."""
    if words:
        keep(FIRST)
    said = asked(*words)
    assert said.exit_code in {1, 2}  # what is not there; what was asked wrong
    assert told in " ".join(said.output.split())
