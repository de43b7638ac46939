"""Small files as a person might bring them, and an AWS in memory."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
import pytest
from card_rows import HEADER
from moto import mock_aws

from cli.target import Target


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
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="lake")
        yield client


@pytest.fixture
def api():
    """A server that keeps the requests and answers what it is told: `answer` is status and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            server.requests.append((self.path, dict(self.headers), json.loads(body or b"null")))
            status, answer = server.answer
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
