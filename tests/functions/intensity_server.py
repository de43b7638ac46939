"""A server that answers as Electricity Maps and WattTime document it: a stand-in for the two, which want an account."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse


@dataclass
class IntensityServer:
    """Answers by path; `asked` are the paths, queries and headers that arrived."""

    answers: dict[str, tuple[int, Any]]
    url: str = ""
    asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = field(default_factory=list)


@contextmanager
def answering(answers: dict[str, tuple[int, Any]]) -> Iterator[IntensityServer]:
    """The server, while it runs; an answer is a status and a body, text as it stands and anything else as JSON."""
    served = IntensityServer(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parsed = urlparse(self.path)
            served.asked.append(
                (parsed.path, parse_qs(parsed.query), {name.lower(): value for name, value in self.headers.items()})
            )
            status, body = served.answers.get(parsed.path, (404, {}))
            written = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
