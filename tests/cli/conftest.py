"""Small files as a person might bring them, and an AWS in memory."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
import pytest
from afd_leaving import leave  # noqa: F401
from card_rows import HEADER
from forgettable_platform import WORLD, World, renamed
from moto import mock_aws
from rich.console import Console
from wrong_words import invoke  # noqa: F401

from cli.data.importing import load_file, source_identity
from cli.reading_options import ReadingOptions
from cli.screen import Screen
from cli.target import Target
from tests.kept_clients import keep_clients


@pytest.fixture
def write_csv(tmp_path: Path):
    """Write a CSV of `rows` below `header`; returns its path."""

    def write(*rows: str, header: str = HEADER) -> Path:
        path = tmp_path / "mine.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch):
    """An S3 client of an AWS in memory that has one empty bucket, `lake`."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        keep_clients(monkeypatch)
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="lake")
        yield client


@pytest.fixture
def api():
    """A server that keeps the requests and answers what it is told: `answer` is status and body, or a function of the request."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            server.requests.append((self.path, dict(self.headers), json.loads(body or b"null")))
            status, answer = server.answer(*server.requests[-1]) if callable(server.answer) else server.answer
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.requests, server.answer = [], (200, {})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.target = Target("http://127.0.0.1:1", api_url=f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def world(request, monkeypatch: pytest.MonkeyPatch):
    """A platform that knows a small world, by ids as they were sent or by tokens."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr("cli.forgetting.requests.KNOWN_AFTER_SECONDS", 0)
    with mock_aws():
        keep_clients(monkeypatch)
        made = World(WORLD if getattr(request, "param", None) == "short ids" else renamed(WORLD))
        made.fill()
        yield made


@pytest.fixture
def person(world) -> str:
    """Somebody with payments in the imported history and among those the platform decided."""
    return world.rows()[-1]["customer_id"]


@pytest.fixture
def screen():
    """What is said, as text."""
    return Screen(Console(record=True, width=200))


@pytest.fixture
def read(tmp_path: Path):
    """Read a file of `content` as somebody typed it; what was said lies in `read.said`."""

    def reading(content: str | bytes, name: str = "mine.csv", **typed: object):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        reading.said = []
        platform = {one: typed.pop(one) for one in ("currency", "rates") if one in typed}
        options = ReadingOptions(**typed).import_options(path, maturity_days=7, note=reading.said.append, **platform)
        reading.identity = source_identity(path, options)
        return load_file(path, options, note=reading.said.append).table.to_pylist()

    return reading
