"""`greenfraud` in a folder with good files where nothing is up, and how a fault must be told there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from card_rows import HEADER, ROWS
from typer.testing import CliRunner

from cli.main import app

PAYMENT = {
    "transaction_id": "a",
    "occurred_at": "2026-01-01T10:00:00Z",
    "customer_id": "c",
    "amount": "1.00",
    "currency": "EUR",
}
GOOD = {"payments.csv": "\n".join([HEADER, *ROWS]), "payment.json": json.dumps(PAYMENT)}
GOOD |= {"rates.csv": "date,currency,rate\n2026-01-01,USD,0.9\n", "labels.csv": "transaction_id,label\na1,fraud\n"}


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Run `greenfraud` in a folder with good files, with nothing up and no credentials that lead anywhere."""
    monkeypatch.chdir(tmp_path)
    for name, text in GOOD.items():
        Path(name).write_text(text, encoding="utf-8")
    Path("policy.toml").write_text(CliRunner().invoke(app, ["policy", "show", "--default"]).stdout, encoding="utf-8")
    Path("cdk.out").mkdir()
    Path("cdk.out/manifest.json").write_text("{}")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "GREENFRAUD_API_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    def run(*words):
        return CliRunner().invoke(app, list(words))

    return run


def check_told(result, *expected):
    """A fault is told in words, by an exit code that a script can tell from success, and nothing of it is ours."""
    told = result.output + result.stderr
    assert result.exit_code in (1, 2), told
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert "Traceback" not in told
    assert told.strip(), "nothing was said"
    for words in expected:
        assert words in told
