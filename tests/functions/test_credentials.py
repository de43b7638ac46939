"""Credentials as Lambda hands them out, before and after a restore."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import orjson
import pytest
from botocore.exceptions import MetadataRetrievalError, NoCredentialsError

from functions.score.dynamodb.credentials import ContainerCredentials, credential_source
from functions.score.dynamodb.signing import Credentials

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
HOUR = 3600
STATIC = {"AWS_ACCESS_KEY_ID": "static", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"


@dataclass
class Endpoint:
    """The endpoint beside the function; each fetch hands out another key, an hour long."""

    url: str = ""
    status: int = 200
    body: bytes | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def answer(self) -> bytes:
        """What it says now."""
        if self.body is not None:
            return self.body
        hour = NOON + len(self.asked) * HOUR
        expires = datetime.fromtimestamp(hour, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        key = {"AccessKeyId": f"key{len(self.asked)}", "SecretAccessKey": "s", "Token": "t", "Expiration": expires}
        return orjson.dumps(key)


@pytest.fixture
def endpoint(monkeypatch) -> Iterator[Endpoint]:
    """A running one; a busy machine may take its time."""
    monkeypatch.setattr("functions.score.dynamodb.credentials.TIMEOUT_SECONDS", 300.0)
    state = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers.get("Authorization")))
            self.send_response(state.status)
            self.end_headers()
            self.wfile.write(state.answer())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_port}/v1/credentials?of=me"
        yield state
        server.shutdown()


def test_static_variables_are_taken_as_they_are():
    """With their session token, if there is one."""
    assert credential_source(STATIC)() == Credentials("static", "s", "t")
    assert credential_source(STATIC | {"AWS_SESSION_TOKEN": ""})() == Credentials("static", "s", None)


def test_a_containers_endpoint_comes_before_static_variables(endpoint):
    """After a restore those are the snapshot's. It is asked with the token, once."""
    environ = STATIC | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.url, TOKEN: "secret"}
    source = credential_source(environ)
    source._clock = lambda: NOON
    assert [source().access_key, source().access_key] == ["key1", "key1"]
    assert endpoint.asked == [("/v1/credentials?of=me", "secret")]


def test_the_token_may_stand_in_a_file_that_is_rotated(endpoint, tmp_path):
    """So it is read each time."""
    file = tmp_path / "token"
    source = ContainerCredentials(
        endpoint.url, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}, clock=lambda: NOON + 10 * HOUR
    )
    for token in ("one", "two"):
        file.write_text(f"{token}\n", encoding="utf-8")
        source()
    assert [token for _, token in endpoint.asked] == ["one", "two"]


def test_they_are_renewed_before_they_expire(endpoint):
    """Five minutes before."""
    now = NOON
    source = ContainerCredentials(endpoint.url, {}, clock=lambda: now)
    assert source().access_key == "key1"
    now = NOON + HOUR - 301
    assert source().access_key == "key1"
    now = NOON + HOUR - 300
    assert source().access_key == "key2"


@pytest.mark.parametrize(("status", "body"), [(500, None), (200, b"{"), (200, b"{}"), (200, b"[]")])
def test_a_failed_renewal_is_no_failure_while_the_old_ones_last(endpoint, status, body):
    """After that it is one that callers know."""
    now = NOON
    source = ContainerCredentials(endpoint.url, {}, clock=lambda: now)
    source()
    endpoint.status, endpoint.body = status, body
    now = NOON + HOUR - 1
    assert source().access_key == "key1"
    now = NOON + HOUR
    with pytest.raises(MetadataRetrievalError):
        source()


def test_a_token_is_not_sent_in_the_clear_to_another_machine():
    """As botocore refuses it."""
    with pytest.raises(MetadataRetrievalError):
        ContainerCredentials("http://192.0.2.1/", {TOKEN: "secret"})()


def test_elsewhere_botocores_own_chain_decides(monkeypatch, tmp_path):
    """A profile on an operator's machine; nothing at all is an error that callers know."""
    for name in (*STATIC, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    with pytest.raises(NoCredentialsError):
        credential_source({})()
    file.write_text("[default]\naws_access_key_id = mine\naws_secret_access_key = s\n", encoding="utf-8")
    assert credential_source({})() == Credentials("mine", "s", None)
