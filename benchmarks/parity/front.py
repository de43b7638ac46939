"""A thin HTTP front over the embedded DynamoDB: the bytes of the real protocol, without moto's web framework.

Moto's own server spends 3 ms of CPU on a request before it touches a table. Here a request's JSON goes straight to the
handler of its operation, and the answer's JSON straight back; tables, conditions and transactions stay moto's and
`local`'s.
"""

from __future__ import annotations

import base64
import re
import socketserver
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol

import orjson
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.responses import DynamoHandler

from local.context import ACCOUNT, REGION

Json = dict[str, Any]
# Given an operation and its request: may raise JsonRESTError, may take keys away, which it returns as unprocessed.
Interference = Callable[[str, Json], Json]


class Front:
    """Listens on a port of this machine's loopback until closed."""

    def __init__(self, interference: Interference) -> None:
        self._interference = interference
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.answer = self.answer
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, operation: str, content: bytes) -> tuple[int, bytes]:
        """Status and body of one request."""
        body: Json = orjson.loads(content)
        try:
            unprocessed = self._interference(operation, body)
            answer = _ask(operation, body)
        except JsonRESTError as error:
            return error.code or HTTPStatus.BAD_REQUEST, str(error.description).encode()
        if unprocessed:
            answer["UnprocessedKeys"] = unprocessed
        return HTTPStatus.OK, orjson.dumps(answer, default=_in_json)


def _in_json(value: Any) -> str:
    """Binary values in base64, moto's decimal counts as text."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _ask(operation: str, body: Json) -> Json:
    handler = DynamoHandler()
    handler.body = body
    handler.current_account, handler.region = ACCOUNT, REGION
    answer: Json = getattr(handler, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())().result
    return answer


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    answer: Callable[[str, bytes], tuple[int, bytes]]


class _Connection(socketserver.StreamRequestHandler):
    """One keep-alive connection; every request on it is answered in turn."""

    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        while self.rfile.readline():
            headers = dict(_headers(self.rfile))
            content = self.rfile.read(int(headers["content-length"]))
            status, body = self.server.answer(headers["x-amz-target"].rpartition(".")[2], content)
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/x-amz-json-1.0\r\n"
            self.wfile.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


class _Lines(Protocol):
    def readline(self) -> bytes: ...


def _headers(stream: _Lines) -> list[tuple[str, str]]:
    headers = []
    while line := stream.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers.append((name.lower(), value.strip()))
    return headers
