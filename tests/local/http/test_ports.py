"""Both ports, asked as a browser, a curious program and an SDK would ask them."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.local.workbench import Embedded

REFUSED = [
    ({"Host": "evil.example"}, "RefusedHost", "Host is 'evil.example'"),
    ({"Origin": "http://evil.example"}, "RefusedOrigin", "Origin is 'http://evil.example'"),
    ({"Origin": "null"}, "RefusedOrigin", "Origin is 'null'"),
    ({"Origin": "http://127.0.0.1:1"}, "RefusedOrigin", "only pages of this very port"),
    ({"Sec-Fetch-Site": "same-site"}, "RefusedSecFetchSite", "Sec-Fetch-Site is 'same-site'"),
]


class Answer:
    """Status, headers and document of one answer."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=embedded/20260101/eu-north-1/s3/aws4_request, SignedHeaders=host, Signature=x"
}


def ask(address: str, method: str = "GET", path: str = "/", headers: dict[str, str] | None = None) -> Answer:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=300)
    try:
        connection.request(method, path, headers=headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


@pytest.fixture(params=["endpoint", "api"])
def address(request: pytest.FixtureRequest, strict: Embedded) -> str:
    """Of AWS and of the HTTP API."""
    return str(getattr(strict, request.param))


@pytest.mark.parametrize(("headers", "code", "words"), REFUSED)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_both_ports_refuse_other_pages_and_other_names(address, method, headers, code, words):
    """403 with the header and the way in, and no leave to read it."""
    answer = ask(address, method, headers=headers)
    assert (answer.status, answer.document["__type"]) == (403, code)
    assert words in answer.document["message"]
    assert [name for name in answer.headers if name.lower().startswith("access-control")] == []


@pytest.mark.parametrize("name", ["localhost", "[::1]", "platform", "PLATFORM"])
def test_both_ports_answer_to_their_names(address, name):
    """The loopback's, with the port of a forward, and the one allowed at the start."""
    assert ask(address, headers={"Host": f"{name}:9000", "Origin": f"http://{name}:9000", **SIGNED}).status != 403


def test_no_answer_may_be_read_by_other_pages(strict):
    """Moto's server adds such headers unless it is told not to."""
    origin = {"Origin": strict.endpoint}
    assert [name for name in ask(strict.endpoint, headers=origin).headers if name.lower().startswith("access-control")] == []


def test_a_bucket_may_be_part_of_the_host(strict):
    """Virtual-host style."""
    bucket, port = strict.bucket(), strict.endpoint.rpartition(":")[2]
    strict.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1", ACL="public-read")
    answer = ask(strict.endpoint, path="/a", headers={"Host": f"{bucket}.localhost:{port}"})
    assert (answer.status, answer.body) == (200, b"1")


@pytest.mark.parametrize("path", ["", "/", "/data.json", "/reset", "/seed?a=1", "/recorder/start-recording", "/config"])
@pytest.mark.parametrize("signed", [True, False])
def test_the_control_pages_are_off(strict, path, signed):
    """With credentials and without."""
    scope = "AWS4-HMAC-SHA256 Credential=embedded/20260101/eu-north-1/s3/aws4_request, SignedHeaders=host, Signature=x"
    for method in ("GET", "POST"):
        answer = ask(strict.endpoint, method, f"/moto-api{path}", {"Authorization": scope} if signed else {})
        assert (answer.status, answer.document["__type"]) == (404, "ControlPagesOff")


def test_a_functions_own_port_refuses_web_pages(strict):
    """They could answer in the function's place."""
    name = strict.function("import os\ndef handler(event, context): return os.environ['AWS_LAMBDA_RUNTIME_API']")
    address, _ = strict.invoke(name)
    answer = ask(address, "POST", "/2018-06-01/runtime/invocation/1/response", {"Origin": "http://evil.example"})
    assert (answer.status, answer.document["__type"]) == (403, "RefusedOrigin")
    assert strict.invoke(name) == (address, None)


@pytest.mark.parametrize("given", [["--allow-host", "http://platform"], []])
def test_a_host_that_is_no_name_is_refused_at_the_start(given):
    """By option or variable, before anything listens."""
    command = [sys.executable, "-m", "local", "serve", *given]
    environ = {**os.environ, "GREENFRAUD_ALLOW_HOST": "platform,a b"}
    refused = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert refused.returncode == 2
    assert "--allow-host" in refused.stderr
