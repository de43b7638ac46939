"""The HTTP server in front of the deployed API: reads requests, writes responses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.context import Context
from local.http.api import HttpApi
from local.http.api_events import Request, Response, gateway_response
from local.limits import figure
from local.loopback import Door, Refusal

MOST_DISCARDED_BYTES = 64 * 1024 * 1024
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def refused(refusal: Refusal) -> Response:
    """The answer to a request that does not come from this machine's programs or the API's own pages."""
    return Response(403, [("Content-Type", "application/json")], refusal.body)


class ApiServer(ThreadingHTTPServer):
    """The HTTP server; a thread per connection."""

    api: HttpApi
    door: Door
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


class ApiHandler(BaseHTTPRequestHandler):
    """Reads requests, writes responses, keeps connections open."""

    server: ApiServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server_version = "greenfraud-local"
    sys_version = ""

    def log_message(self, *_: Any) -> None:
        """Requests are counted, not logged."""

    def handle_any(self) -> None:
        """Answer one request."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > figure("http_api_request"):
            self.discard(length)
            self.close_connection = True
            self.write(gateway_response(413, "Request Entity Too Large"))
            return
        request = Request(
            method=self.command,
            target=self.path,
            protocol=self.request_version,
            headers=dict(self.lower_headers()),
            body=self.rfile.read(length) if length else b"",
            source_ip=self.client_address[0],
        )
        refusal = self.server.door.refusal(request.headers)
        try:
            self.write(self.server.api.answer(request) if refusal is None else refused(refusal))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def discard(self, length: int) -> None:
        """Read what is sent: who is cut off while sending does not read the answer. What is far too long is cut off."""
        left = min(length, MOST_DISCARDED_BYTES)
        while left and (piece := self.rfile.read(min(left, 65536))):
            left -= len(piece)

    def lower_headers(self) -> Iterator[tuple[str, str]]:
        """Names in lower case, repeated headers joined."""
        for name in {name.lower() for name in self.headers}:
            yield name, ",".join(self.headers.get_all(name) or [])

    def write(self, response: Response) -> None:
        """Send status, headers and body at once."""
        self.send_response(response.status)
        for name, value in response.headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()


for _method in METHODS:
    setattr(ApiHandler, f"do_{_method}", ApiHandler.handle_any)


def install(context: Context) -> None:
    """Listen on the HTTP port while the server runs."""

    def start() -> None:
        server = ApiServer(("127.0.0.1", context.http_port), ApiHandler)
        server.api, server.door = HttpApi(context), context.door
        threading.Thread(target=server.serve_forever, args=(0.1,), name="http-api", daemon=True).start()
        context.on_stop(server.shutdown)

    context.on_start(start)
