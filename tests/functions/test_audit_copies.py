"""`audit verify` tells who touched the copies that nobody may overwrite, and which entry holds nothing."""

from __future__ import annotations

from types import SimpleNamespace

import boto3
import pytest
from control_world import ControlWorld
from typer.testing import CliRunner

from cli.main import app

SECOND = "ledger/00000002.json"


@pytest.fixture
def verify(start, s3, dynamodb, monkeypatch):
    """Three promotions, and the command of an auditor."""
    world = ControlWorld(start, s3, dynamodb)
    for version in ("v1", "v2", "v3"):
        world.promote(version)
    outputs = {"LedgerTable": "ledger", "LedgerBucket": "ledger", "ControlTable": "control"}
    for module in ("cli.target", "cli.models.commands"):
        monkeypatch.setattr(f"{module}.find_target", lambda **_: SimpleNamespace(client=boto3.client, outputs=outputs))

    def run(code: int, *words: str) -> str:
        shown = CliRunner().invoke(app, words or ["audit", "verify"])
        assert shown.exit_code == code, shown.output
        return f"{shown.output}{shown.exception or ''}"

    return run


def test_a_copy_that_somebody_wrote_over_is_told_and_the_first_version_stands(verify, s3):
    """A date that was changed there changes nothing of what is compared, and does not stay unseen."""
    assert "copies     3" in verify(0)
    content = s3.get_object(Bucket="ledger", Key=SECOND)["Body"].read()
    s3.put_object(Bucket="ledger", Key=SECOND, Body=content.replace(b'"at": "20', b'"at": "19'))
    told = verify(1)
    assert "entry 2: overwritten: somebody wrote over its copy" in told
    assert "entry 2: changed" not in told


def test_a_copy_that_somebody_marked_as_removed_is_told(verify, s3):
    """It is still there, under the mark."""
    s3.delete_object(Bucket="ledger", Key=SECOND)
    told = verify(1)
    assert "entry 2: overwritten" in told
    assert "copies     3" in told


def test_an_entry_without_a_document_is_told_by_its_number_with_all_else_that_is_wrong(verify, dynamodb):
    """It must not hide that others are gone."""
    key = {"ledger": {"S": "promotions"}}
    dynamodb.put_item(TableName="ledger", Item={**key, "revision": {"N": "1"}})
    dynamodb.delete_item(TableName="ledger", Key={**key, "revision": {"N": "3"}})
    told = verify(1)
    assert "entry 1: unreadable: is no entry" in told
    assert "entry 3: cut off" in told


@pytest.mark.parametrize(
    "document",
    ["", "5", "[]", "{}", '{"revision": 2, "verb": "promote", "at": "now", "actor": "ada", "reasons": ["so"], "production": 3}'],
)
@pytest.mark.parametrize("words", [("history",), ("history", "--json"), ("policy", "history")])
def test_a_history_names_the_entry_that_somebody_wrote_over(verify, dynamodb, document, words):
    """It tells nothing that nobody entered, and is no crash."""
    key = {"ledger": {"S": "promotions"}, "revision": {"N": "2"}}
    assert "v3" in verify(0, "history")
    dynamodb.put_item(TableName="ledger", Item={**key, "document": {"S": document}})
    assert "entry 2 of the ledger is no entry" in verify(1, *words)
