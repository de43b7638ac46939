"""Changes that wait for a second person, as the command line tells them."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.main import app

ADA, BOB = "arn:aws:iam::123456789012:user/ada", "arn:aws:iam::123456789012:user/bob"
MODEL = {"family": "light", "version": "v1", "prefix": "models/light/v1/", "sha256": "0" * 64}
OPEN = {
    "number": 1,
    "change": "POST /v1/production/rollback",
    "body": {"reason": "precision fell"},
    "proposer": ADA,
    "reason": "precision fell",
    "at": "2026-11-29T12:00:00+00:00",
    "revision": 4,
    "status": "open",
}
WITHDRAWN = {**OPEN, "number": 2, "status": "withdrawn", "closed_by": BOB, "closing_reason": "it was the feed"}


@pytest.fixture
def command(api, monkeypatch):
    """What a command prints, and how it ends, against an API that answers as told."""
    for module in ("cli.changes", "cli.models.commands"):
        monkeypatch.setattr(f"{module}.find_target", lambda **_: api.target)

    def run(*words, status=200, body):
        api.answer = (status, body)
        return CliRunner().invoke(app, list(words))

    return run


def test_proposals_are_listed_with_what_became_of_them(command):
    """Who, when, on what, and who closed it, and why."""
    shown = command("proposals", body={"proposals": [WITHDRAWN, OPEN], "four_eyes": True}).output
    assert f"production/rollback, by {ADA}" in shown
    assert "2026-11-29T12:00:00 UTC, at revision 4: precision fell" in shown
    assert f"withdrawn by {BOB}: it was the feed" in shown
    assert "need no second person" not in shown


def test_a_proposed_policy_is_told_by_version_and_digest(command):
    """What is approved is that object, whatever file one was sent."""
    body = {"reason": "chargebacks", "policy": {"version": "ours-2", "sha256": "ab" * 32}}
    shown = command("proposals", body={"proposals": [{**OPEN, "body": body}], "four_eyes": True}).output
    assert f"policy ours-2, policies/{'ab' * 32}.json among the artifacts" in shown


def test_a_deployment_without_four_eyes_says_so(command):
    """Or one waits for a proposal that never comes."""
    shown = command("proposals", body={"proposals": [], "four_eyes": False}).output
    assert "nothing was proposed" in shown
    assert "changes here need no second person" in shown


def test_a_proposed_model_is_told_by_share_digest_and_what_the_gate_said(command):
    """Whoever approves sees which bundle it is."""
    body = {"reason": "r", "percent": 5, "model": "light/v2", "sha256": "cd" * 32, "remarks": ["against the gate: rejected"]}
    shown = command("proposals", body={"proposals": [{**OPEN, "body": body}], "four_eyes": True}).output
    assert f"5 % of the customers to light/v2, manifest {'cd' * 32}" in shown
    assert "against the gate: rejected" in shown


def test_a_rollback_that_is_proposed_tells_what_somebody_else_does(command):
    """Nothing is changed yet."""
    shown = command("rollback", "--reason", "precision fell", status=202, body={"proposal": OPEN}).output
    assert "proposed as number 1; nothing is changed yet" in shown
    assert "greenfraud approve 1 --reason" in shown


def test_who_approves_sees_what_serves_now(command, api):
    """By a route of its own, with a reason."""
    shown = command("approve", "1", "--reason", "I see it too", body={"revision": 5, "production": MODEL}).output
    assert "now serving light/v1, revision 5" in shown
    ((path, _, body),) = api.requests
    assert (path, body) == ("/v1/proposals/1/approve", {"reason": "I see it too"})


def test_a_withdrawn_proposal_is_said(command, api):
    """And nothing of what serves."""
    assert "proposal 1 is withdrawn" in command("withdraw", "1", "--reason", "it was the feed", body={"proposal": WITHDRAWN}).output
    assert api.requests[0][0] == "/v1/proposals/1/withdraw"


def test_an_emergency_takes_a_route_of_its_own(command, api):
    """Which is a permission of its own."""
    command("rollback", "--emergency", "--reason", "frauds pass", body={"revision": 5, "production": MODEL})
    assert api.requests[-1][0] == "/v1/emergency/production/rollback"


def test_a_refusal_is_told_in_the_apis_words(command):
    """Such as that it is void."""
    refused = command("approve", "1", "--reason", "x", status=409, body={"title": "Conflict", "detail": "made at revision 4"})
    assert refused.exit_code == 1
    assert "`approve 1` was refused: " in refused.stderr
    assert "made at revision 4" in refused.stderr
