"""Ids are the bytes that were sent, through every front: the development server, API Gateway's events, the local HTTP front."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, quote_plus

import pytest
from aws_world import golden
from fastapi import FastAPI
from fastapi.testclient import TestClient
from mangum import Mangum
from score_world import TRANSACTION

from functions.score.app import create_app
from functions.score.memory import connect_nothing
from local.context import Context
from local.http.api import HttpApi
from local.http.api_events import Request, Response, response_of
from local.http.api_server import ApiHandler, ApiServer
from local.loopback import Door

NAMES = [
    *("dd/1", "dd%2F1", "dd%252F1", "dd%1", "%", "100%", "%00", "a?b", "a#b", "a+b", "a b", "a%20b", "a&transaction_id=b", "a;b"),
    *(".", "..", "../health", "/x", "x/", "x//y", "\\x", "é", "e\u0301", "결제/1 💶", "\ufffd", '"', "<b>", "T1", "a-b_c.d~e"),
]
Ask = Callable[[str, str], tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """A service that decided a payment under each name."""
    app = create_app(connect_nothing({}))
    for name in NAMES:
        assert TestClient(app).post("/v1/score", json=TRANSACTION | {"transaction_id": name}).status_code == 200
    return app


def lambda_asks(app: FastAPI) -> Ask:
    """By events; the target is taken for decoded already, as API Gateway's `rawPath` is."""
    handler = Mangum(app, lifespan="off")

    def ask(method: str, target: str) -> tuple[int, dict[str, Any]]:
        path, _, query = target.partition("?")
        event = golden("api_gateway_score") | {"rawPath": path, "rawQueryString": query, "body": ""}
        event["requestContext"]["http"] |= {"method": method, "path": path}
        answer = response_of(json.dumps(handler(event, None)).encode())
        return answer.status, json.loads(answer.body or b"{}")

    return ask


@dataclass
class OneRoute:
    """The route of everything below /v1."""

    route_key: str = "ANY /v1/{proxy+}"
    authorization_type: str = "NONE"


class OneApi:
    """An API with one route."""

    api_id = "api"
    routes: ClassVar = {"r": OneRoute()}


class AppApi(HttpApi):
    """The local front, with the app in place of a deployed function."""

    app: FastAPI

    def answer(self, request: Request) -> Response:
        """Nothing is deployed."""
        return self._answer(OneApi(), request)  # type: ignore[arg-type]

    def _invoke(self, api: Any, route: Any, event: dict[str, Any]) -> Response:
        answer = Mangum(self.app, lifespan="off")(event, None)  # type: ignore[arg-type]
        return response_of(json.dumps(answer).encode())


@pytest.fixture(scope="module")
def front(app: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """By requests over a socket, their targets sent as they stand."""
    server = ApiServer(("127.0.0.1", 0), ApiHandler)
    port = server.server_address[1]
    server.api = AppApi(Context(endpoint="http://127.0.0.1:1", state_dir=tmp_path_factory.mktemp("state"), http_port=0, auth=False))
    server.api.app = app
    server.door = Door()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def ask(method: str, target: str) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        connection.putrequest(method, target)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, json.loads(body or b"{}")

    yield ask
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["development", "lambda", "front"])
def ask(request: pytest.FixtureRequest, app: FastAPI) -> Ask:
    """Each front in turn."""
    if request.param == "front":
        found: Ask = request.getfixturevalue("front")
        return found
    if request.param == "lambda":
        return lambda_asks(app)
    client = TestClient(app)

    def ask(method: str, target: str) -> tuple[int, dict[str, Any]]:
        answer = client.request(method, target)
        return answer.status_code, json.loads(answer.content or b"{}")

    return ask


@pytest.mark.parametrize("spell", [lambda name: quote(name, safe=""), quote_plus])
def test_every_id_is_found_by_the_query(ask, spell):
    """Each its own, whatever it is made of, and however the client spells a space."""
    found = {name: ask("GET", f"/v1/decisions?transaction_id={spell(name)}") for name in NAMES}
    assert {name: (status, answer.get("transaction_id")) for name, (status, answer) in found.items()} == {
        name: (200, name) for name in NAMES
    }


@pytest.mark.parametrize("times", [1, 2])
def test_by_the_path_an_id_is_its_own_or_not_found(front, times):
    """API Gateway decodes a path twice: an id that this could change is never taken for another."""
    found = {}
    for name in NAMES:
        spelled = name
        for _ in range(times):
            spelled = quote(spelled, safe="")
        status, answer = front("GET", f"/v1/decisions/{spelled}")
        found[name] = answer.get("transaction_id", status)
    assert {name: told for name, told in found.items() if told not in {name, 404, 400}} == {}
    assert {name for name, told in found.items() if told == name} == {"T1", "a-b_c.d~e"}


def test_what_a_path_cannot_carry_is_told_how_to_ask(ask):
    """Not just that nothing is there."""
    status, problem = ask("GET", "/v1/decisions/dd/1")
    assert status == 404
    assert "/v1/decisions?transaction_id=" in problem["detail"]


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/v1/decisions/", 404),
        ("GET", "/v1/decisions//", 404),
        ("GET", "/v1/decisions", 422),
        ("GET", "/v1/decisions?transaction_id=", 422),
        ("GET", "/v1/decisions?transaction_id=%FF", 422),
        ("GET", "/v1/decisions?transaction_id=T1&transaction_id=T1", 422),
        ("GET", f"/v1/decisions?transaction_id={'x' * 257}", 422),
        ("GET", f"/v1/decisions/{'x' * 257}", 404),
        ("GET", f"/v1/decisions/{'x' * 3000}", 404),
        ("GET", "/v1/decisions/T1/", 404),
        ("GET", "/v1//decisions/T1", 404),
        ("HEAD", "/v1/decisions/T1", 405),
        ("GET", "/v1/reviews/?day=2018-05-20", 405),
        ("POST", "/v1/score/", 404),
        ("DELETE", "/v1/decisions/T1", 405),
    ],
)
def test_a_wrong_path_is_the_callers_fault(ask, method, target, status):
    """Nothing of 500 and above, which would ring; and no redirect, which a signed request cannot follow."""
    assert ask(method, target)[0] == status


def test_dots_lead_nowhere(front, app):
    """Where no client has taken them away before it sent."""
    for ask in (front, lambda_asks(app)):
        for target in ("/v1/decisions/../decisions/T1", "/v1/decisions/..", "/v1/decisions/%2E"):
            assert ask("GET", target)[0] == 404
