"""A platform for the console: the real scoring API behind real HTTP, signed, and an AWS in memory beside it."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import uvicorn
from fastapi.testclient import TestClient

from cli.console.app import create_app
from cli.console.session import Session
from cli.target import Target
from functions.score.app import create_app as scoring_app
from functions.score.memory import connect_nothing
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.items import ledger
from greenfraud.items.tables import LEDGER
from greenfraud.policy import DEFAULT_POLICY

REGION = "eu-north-1"
PORT = 8090
ANA = "arn:aws:iam::123456789012:user/ana"
MODEL = ModelRef("light", "20260226-20260305-01234567", "models/light/20260226-20260305-01234567/", "ab" * 32)
HELD_MINOR = 90_000  # above the rules' threshold for review
KEY = re.compile(r"Credential=(\w+)/")


@dataclass
class ScoringApi:
    """The scoring function's own application and what API Gateway and the control function add, on a port of its own."""

    production: dict[str, Any]
    refused: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)  # by path: status and body
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""

    def __post_init__(self) -> None:
        """The rules answer, over this process's memory."""
        self._app = scoring_app(connect_nothing({}))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, as whoever signed."""
        headers = dict(scope["headers"])
        signed = KEY.search(headers.get(b"authorization", b"").decode())
        self.asked.append((scope["method"], scope["path"]))
        if scope["path"] in self.refused:
            await _send_json(send, *self.refused[scope["path"]])
        elif scope["path"] == "/v1/production":
            await _send_json(send, 200, self.production)
        else:
            event = {"requestContext": {"authorizer": {"iam": {"userArn": ANA}}}} if signed else {}
            await self._app({**scope, "aws.event": event}, receive, send)


async def _send_json(send: Any, status: int, body: dict[str, Any]) -> None:
    content = json.dumps(body).encode()
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": content})


@contextmanager
def scoring_api() -> Iterator[ScoringApi]:
    """The API while the block runs."""
    document = ControlDocument(revision=1, production=MODEL)
    api = ScoringApi({**document.to_json(), "policy": DEFAULT_POLICY.described()})
    with served(api) as api.address:
        yield api


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of an application while the block runs."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(300)
    listener.close()


@dataclass
class Platform:
    """The console's target, and a browser of the person's that was let in."""

    api: ScoringApi

    def __post_init__(self) -> None:
        """Outputs as the stacks give them, and everything empty."""
        self.target = Target(None, REGION, self.api.address)
        self.target.__dict__["outputs"] = {
            "LedgerTable": "ledger",
            "LakeBucket": "lake",
            "ArtifactsBucket": "artifacts",
            "StateMachineArn": f"arn:aws:states:{REGION}:123456789012:stateMachine:pipeline",
            "IdTokens": "off",
            "Currency": "EUR",
            "ApiUrl": self.api.address,
            "ApiId": "a1b2c3",
        }
        self.session = Session(PORT)
        for bucket in ("lake", "artifacts"):
            self.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.client("dynamodb").create_table(TableName="ledger", BillingMode="PAY_PER_REQUEST", **LEDGER.definition)
        self.browser = self.new_browser()
        self.browser.cookies.set(self.session.cookie_name, self.session.cookie)

    def client(self, service: str) -> Any:
        """A client for the test itself."""
        return boto3.client(service, region_name=REGION)

    def new_browser(self) -> TestClient:
        """A browser that knows neither key nor cookie, and does not follow where it is sent."""
        return TestClient(create_app(self.target, self.session), base_url=f"http://127.0.0.1:{PORT}", follow_redirects=False)

    def read(self, path: str, status: int = 200) -> str:
        """A page as text."""
        answer = self.browser.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, **fields: str) -> Any:
        """What a form of the page does."""
        origin = {"origin": f"http://127.0.0.1:{PORT}", "sec-fetch-site": "same-origin"}
        return self.browser.post(path, data={"token": self.session.token, **fields}, headers=origin)

    def decide(self, transaction_id: str = "T1", **changes: Any) -> dict[str, Any]:
        """A payment that the rules hold, as some other system sends it."""
        at = datetime.now(UTC) - timedelta(minutes=5)
        body = {"transaction_id": transaction_id, "occurred_at": at.isoformat(), "customer_id": "C1", "amount_minor": HELD_MINOR}
        client = TestClient(self.api._app)
        answer: dict[str, Any] = client.post("/v1/score", json={**body, **changes}).json()
        return answer

    def changed(self, verb: str, *reasons: str, before: ControlDocument, after: ControlDocument) -> None:
        """An entry of the ledger."""
        entry = ledger.Entry.of(before, after, verb=verb, actor=ANA, reasons=list(reasons))
        self.client("dynamodb").put_item(TableName="ledger", Item=ledger.put(entry)["Item"])
