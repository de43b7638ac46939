"""Both DynamoDB clients, and a server between them and the tables that fails on demand."""

from __future__ import annotations

import http.client
import socket
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import boto3
import orjson
from botocore.config import Config

from functions.score.dynamodb.clients import verified
from functions.score.dynamodb.connections import Connections
from functions.score.dynamodb.lean import LeanDynamoDB
from functions.score.dynamodb.signing import Credentials

REGION = "eu-north-1"
PATIENT_SECONDS = 20.0  # a busy machine is no fault: a put that is sent again meets its own item
IMPATIENT_SECONDS = 1.0  # where a test means slowness; whatever else it asks for must come within it on a busy machine, too


def lean(url: str, answer_seconds: float = PATIENT_SECONDS) -> LeanDynamoDB:
    """Our own client."""
    connections = Connections(url, connect_seconds=PATIENT_SECONDS, answer_seconds=answer_seconds)
    return LeanDynamoDB(connections, lambda: Credentials("x", "x", "token"), REGION)


def boto3s(url: str, answer_seconds: float = PATIENT_SECONDS) -> Any:
    """The boto3 client, as patient as ours."""
    retries = {"mode": "standard", "total_max_attempts": 2}
    config = Config(connect_timeout=PATIENT_SECONDS, read_timeout=answer_seconds, retries=retries)
    return verified(boto3.client("dynamodb", region_name=REGION, endpoint_url=url, config=config))


CLIENTS: Mapping[str, Callable[..., Any]] = {"lean": lean, "boto3": boto3s}


@dataclass(frozen=True)
class Answer:
    """What goes back to the client; `sent_share` of the body, and nothing at all when the status is 0."""

    status: int = 0
    body: bytes = b""
    sent_share: float = 1.0
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Head and body, the body's whole length announced."""
        headers = {"content-type": "application/x-amz-json-1.0", "x-amz-crc32": str(zlib.crc32(self.body)), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {self.status} -\r\n{lines}content-length: {len(self.body)}\r\n\r\n"
        return head.encode() + self.body[: int(len(self.body) * self.sent_share)]


Forward = Callable[[], Answer]
Fault = Callable[[Forward, bytes], Answer]


class FaultyServer:
    """Hands requests on; the next ones of an operation meet the `faults` set for it, in order, the last one for ever."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.faults: dict[str, list[Fault]] = {}
        self.served: list[str] = []
        self.connections = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as incoming:
            while request := _read(incoming):
                headers, body = request
                operation = headers["x-amz-target"].partition(".")[2]
                self.served.append(operation)
                answer = self._answer(operation, headers, body)
                if answer.status:
                    connection.sendall(answer.content())
                if not answer.status or answer.sent_share < 1:
                    return

    def _answer(self, operation: str, headers: Mapping[str, str], body: bytes) -> Answer:
        def forward() -> Answer:
            return self._forward(headers, body)

        faults = self.faults.get(operation, [])
        fault = (faults.pop(0) if len(faults) > 1 else faults[0]) if faults else no_fault
        return fault(forward, body)

    def _forward(self, headers: Mapping[str, str], body: bytes) -> Answer:
        target = http.client.HTTPConnection(self._target.hostname or "", self._target.port)
        target.request("POST", "/", body, dict(headers))
        response = target.getresponse()
        return Answer(response.status, response.read())


def _read(incoming: Any) -> tuple[dict[str, str], bytes] | None:
    try:
        if not incoming.readline():
            return None
        headers = {name.lower(): value for name, value in http.client.parse_headers(incoming).items()}
        return headers, incoming.read(int(headers["content-length"]))
    except OSError:
        return None


def no_fault(forward: Forward, _: bytes) -> Answer:
    """All is well."""
    return forward()


def refused(code: str, status: int = 400) -> Fault:
    """An error as DynamoDB words it."""
    return lambda *_: Answer(status, orjson.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}))


def said(body: bytes, status: int = 200) -> Fault:
    """These bytes, whatever was asked."""
    return lambda *_: Answer(status, body)


def dropped(*_: object) -> Answer:
    """The connection ends instead of an answer, and nothing was done."""
    return Answer()


def done_and_dropped(forward: Forward, _: bytes) -> Answer:
    """What was asked for is done, and the connection ends instead of the answer."""
    forward()
    return Answer()


def cut_off(forward: Forward, _: bytes) -> Answer:
    """The connection ends in the middle of the answer."""
    return Answer(200, forward().body, sent_share=0.5)


def slow(forward: Forward, _: bytes) -> Answer:
    """The answer comes when nobody waits any more."""
    answer = forward()
    time.sleep(2 * IMPATIENT_SECONDS)
    return answer


def unprocessed(_: Forward, body: bytes) -> Answer:
    """Throttled, every single key."""
    return Answer(200, orjson.dumps({"Responses": {}, "UnprocessedKeys": orjson.loads(body)["RequestItems"]}))


def altered(forward: Forward, _: bytes) -> Answer:
    """A digit changed on its way: still JSON, and not what was sent."""
    body = forward().body
    return Answer(200, body.replace(b"copy#", b"copy/"), headers={"x-amz-crc32": str(zlib.crc32(body))})
