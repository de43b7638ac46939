"""The page about events: its event is one of ours, and its receiver takes what is signed and refuses the rest."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
from typing import Any

import httpx
import pytest
from pages import ROOT, Page

from functions.webhook.signing import secrets_of, signature_of
from greenfraud.decision_events import SOURCE, TOLD, event_id, event_of, type_of
from greenfraud.items.decision import Decision
from greenfraud.records import Transaction
from tests.e2e.deployment import wait_until
from tests.free_ports import free_port

PAGE = Page(ROOT / "docs/events.md")
EVENT, PATTERN = (json.loads(body) for language, body in PAGE.blocks if language == "json")
(RECEIVER,) = (body for language, body in PAGE.blocks if language == "python")
SECRET = base64.b64encode(b"0" * 24).decode()


def test_the_event_on_the_page_is_what_a_decision_is_told_as():
    """Field by field, in the same order."""
    data = EVENT["data"]
    answer = {"reasons": [{"code": code} for code in data["reasons"]], "policy_version": data["policy"]["version"]}
    answer |= {name: data[name] for name in ("decision", "decided_by", "model")}
    payment = Transaction("T1", 1_795_849_199_500_000, "C1", "M1", data["amount_minor"], data["currency"])
    decision = Decision(payment, answer, "light", "v3", 0.0, 0.0, 0.0, policy_sha256=data["policy"]["sha256"])
    assert json.dumps(event_of(decision, 1_795_849_200.7)) == json.dumps(EVENT)
    assert EVENT["id"] == event_id("T1")


def test_the_types_and_the_pattern_are_those_of_the_bus():
    """All three, and the source."""
    text = (ROOT / "docs/events.md").read_text(encoding="utf-8")
    assert all(f"`{type_of(outcome)}`" in text for outcome in TOLD)
    assert PATTERN == {"source": [SOURCE], "detail-type": ["decision.block"]}


@pytest.fixture
def receiver(tmp_path):
    """The page's receiver, as a process; its address."""
    port = free_port()
    environ = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": SECRET}
    process = subprocess.Popen(
        [sys.executable, "-c", RECEIVER], env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    wait_until(lambda: is_listened_on(port))
    yield f"http://127.0.0.1:{port}/", process
    process.terminate()
    process.wait(300)


def is_listened_on(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_receiver_on_the_page_takes_what_we_sign_and_refuses_the_rest(receiver):
    """A changed body, and a request of an hour ago."""
    url, process = receiver

    def post(body: bytes, at: int, signed: bytes | None = None) -> int:
        signature = signature_of(secrets_of(SECRET), EVENT["id"], at, body if signed is None else signed)
        headers: dict[str, Any] = {"webhook-id": EVENT["id"], "webhook-timestamp": str(at), "webhook-signature": signature}
        return httpx.post(url, content=body, headers=headers, timeout=300).status_code

    body, now = json.dumps(EVENT).encode(), int(time.time())
    assert [post(body, now), post(body.replace(b"block", b"allow"), now, body), post(body, now - 3_600)] == [204, 401, 401]
    assert process.stdout.readline() == "decision.block T1\n"
