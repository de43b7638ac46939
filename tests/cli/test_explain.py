"""`greenfraud explain`: one decision on a screen, as JSON and as a page."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from cli.explain import wording
from cli.main import app
from functions.score.app import create_app
from functions.score.memory import connect_nothing

SENT = {"transaction_id": "a/1", "occurred_at": "2026-04-01T09:30:00Z", "customer_id": "someone", "amount_minor": 51_240}
LABEL = {
    "transaction_id": "a/1",
    "is_fraud": True,
    "observed_at": "2026-04-08T00:00:00Z",
    "source": "<b>bank",
    "reason_code": "10.4",
}
OF_MODEL = [
    {
        "code": "AMOUNT_AGAINST_USUAL",
        "feature": "amount",
        "value": 512.4,
        "contribution": 8.0,
        "text": "The amount is [bold]512.40 EUR.",
        "direction": "for",
        "label": "the amount",
    },
    {
        "code": "TIME",
        "feature": "night",
        "value": 0.0,
        "contribution": -2.0,
        "text": "Speaks against fraud: by day.",
        "direction": "against",
        "label": "night and weekend",
    },
]


@pytest.fixture
def told():
    """What the API tells of a payment that a rule held and a bank reported since."""
    http = TestClient(create_app(connect_nothing({})))
    assert http.post("/v1/score", json=SENT).status_code == 200
    assert http.post("/v1/labels", json=LABEL).status_code == 200
    document = http.get("/v1/explanations?transaction_id=a%2F1").json()
    document["answer"] |= {"reasons": OF_MODEL, "fraud_probability": 0.97, "decided_by": "both"}
    return document


@pytest.fixture
def explain(api, told, monkeypatch):
    """Run the command against an API that tells it."""
    api.answer = (200, told)
    monkeypatch.setattr("cli.target.find_target", lambda **_: api.target)
    return lambda *words: CliRunner().invoke(app, ["explain", "a/1", *words])


def test_a_screen_tells_who_decided_why_and_what_happened_since(explain, api):
    """Reasons with bars that grow to the right for fraud, and to the left against it; no text is markup."""
    shown = explain()
    assert shown.exit_code == 0, shown.output
    assert api.requests[0][0] == "/v1/explanations?transaction_id=a%2F1"
    lines = [line.rstrip() for line in shown.stdout.splitlines()]
    assert lines[0] == "a/1 was held for review by the model and the policy's rules alike."
    assert any(line.split() == ["payment", "512.40", "EUR", "on", "2026-04-01", "09:30:00", "UTC"] for line in lines)
    (speaks_for,) = [line for line in lines if "The amount is [bold]512.40 EUR." in line]
    (speaks_against,) = [line for line in lines if "by day" in line]
    assert (speaks_for.count("█"), speaks_against.count("█")) == (12, 3)
    assert speaks_for.index("█") > speaks_against.rindex("█")
    assert "+8.00" in speaks_for
    assert any("<b>bank says it was fraud, code 10.4" in line for line in lines)
    assert any(line.split()[:2] == ["amount", "512.4"] for line in lines)


def test_one_json_document_is_what_the_api_tells(explain, told):
    """To keep with a case."""
    assert json.loads(explain("--json").stdout) == told


def test_a_page_holds_all_of_it_escaped_and_fetches_nothing(explain, told, tmp_path):
    """One file to send on."""
    shown = explain("--page", str(tmp_path / "case.html"))
    assert "is ready" in shown.stdout
    page = (tmp_path / "case.html").read_text()
    assert "&lt;b&gt;bank says it was fraud, code 10.4" in page
    assert "<b>bank" not in page
    assert "default-src 'none'" in page
    assert not {"<script", "http://", "https://"} & {part for part in ("<script", "http://", "https://") if part in page}
    assert all(f">{one['name']}</td>" in page for one in told["features"])


def test_what_an_earlier_release_stored_is_told_as_far_as_it_goes(told):
    """Neither who decided, nor a direction, nor a digest."""
    old = {name: text for name, text in OF_MODEL[1].items() if name not in ("direction", "label")}
    del told["answer"]["decided_by"]
    told["answer"]["reasons"] = [old]
    told |= {"control_revision": None, "policy": {"version": "1", "sha256": None, "is_in_force": False, "is_known": False}}
    assert wording.headline(told) == "a/1 was held for review."
    assert wording.reasons(told) == [wording.Told(old["text"], -2.0, False, "night")]
    assert wording.scale(told) == wording.EARLIER_SCALE
    assert dict(wording.facts(told))["policy"] == "1"


def test_a_payment_that_was_never_decided_is_told_in_the_apis_words(explain, api):
    """And ends with code 1."""
    api.answer = (404, {"title": "Not Found", "detail": "transaction_id: no decision for a/1"})
    shown = explain()
    assert shown.exit_code == 1
    assert "no decision for a/1" in shown.stderr
