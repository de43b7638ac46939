"""The Lambda Runtime API: the HTTP endpoint one execution environment asks for work and reports to.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from local.loopback import Door

Kind = Literal["response", "error", "init_error", "exit"]


@dataclass(frozen=True)
class Invocation:
    """One event on its way into a function; the deadline is in epoch milliseconds."""

    request_id: str
    body: bytes
    arn: str
    deadline_ms: int


@dataclass(frozen=True)
class Outcome:
    """What came back: the function's answer, its error document, or the exit status of its process."""

    kind: Kind
    body: bytes


class RuntimeApi:
    """One environment's endpoint, on a port of its own: the client takes host and port and no path."""

    def __init__(self) -> None:
        self.invocations: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self.outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self.asked_for_work = threading.Event()
        self._server = RuntimeServer(("127.0.0.1", 0), RuntimeHandler)
        self._server.api = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port, for AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_port}"

    def report(self, outcome: Outcome) -> None:
        """Hand over an outcome; an environment that failed to start counts as one that asked for work."""
        self.outcomes.put(outcome)
        self.asked_for_work.set()

    def close(self) -> None:
        """Stop listening and let a waiting poll end."""
        self.invocations.put(None)
        threading.Thread(target=self._server.shutdown, daemon=True).start()
        self._server.server_close()


class RuntimeServer(ThreadingHTTPServer):
    """The HTTP server behind one RuntimeApi."""

    api: RuntimeApi
    daemon_threads = True
    block_on_close = False


class RuntimeHandler(BaseHTTPRequestHandler):
    """GET next blocks until there is work; POST takes answers and errors."""

    server: RuntimeServer
    protocol_version = "HTTP/1.1"
    # One write per answer and no delay: headers and body in two segments cost 40 ms per invocation.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Say nothing: every invocation is logged by the function's own log."""

    def do_GET(self) -> None:
        """Answer `/runtime/invocation/next`."""
        if self.refuses():
            return
        api = self.server.api
        api.asked_for_work.set()
        invocation = api.invocations.get()
        if invocation is None:
            self.close_connection = True
            return
        self.send_response(200)
        for name, value in next_headers(invocation).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(invocation.body)
        self.wfile.flush()

    def do_POST(self) -> None:
        """Take `…/{id}/response`, `…/{id}/error` or `/runtime/init/error`."""
        body = self.read_body()
        if self.refuses():
            return
        self.server.api.report(Outcome(kind_of(self.path), body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def refuses(self) -> bool:
        """Whether the request is not from the function's own process but from a web page, and is answered so."""
        refusal = Door().refusal({name.lower(): value for name, value in self.headers.items()})
        if refusal is None:
            return False
        self.send_response(403)
        self.send_header("Content-Length", str(len(refusal.body)))
        self.end_headers()
        self.wfile.write(refusal.body)
        self.wfile.flush()
        return True

    def read_body(self) -> bytes:
        """The body, of stated length or in chunks: the runtime client sends chunks."""
        length = self.headers.get("Content-Length")
        if length is not None:
            return self.rfile.read(int(length))
        chunks = []
        while size := int(self.rfile.readline().strip() or b"0", 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)


def next_headers(invocation: Invocation) -> dict[str, str]:
    """The headers that go with an event."""
    return {
        "Content-Type": "application/json",
        "Content-Length": str(len(invocation.body)),
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
        "Lambda-Runtime-Trace-Id": f"Root=1-{invocation.request_id[:8]}-{'0' * 24};Sampled=0",
    }


def kind_of(path: str) -> Kind:
    """What a POST to `path` reports."""
    if path.endswith("/response"):
        return "response"
    return "init_error" if "/init/" in path else "error"
