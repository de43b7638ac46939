"""MLflow may refuse, hang, fail, throttle, be of another version or not be there: no job waits long for it, and none fails."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import boto3
import pytest
from moto import mock_aws
from workplace import ENVIRONMENT

from tests.free_ports import free_port
from training.job.bucket import Bucket, client
from training.job.settings import Settings
from training.tracking import patience as patience_module
from training.tracking.patience import METRIC, Patience
from training.tracking.runs import Tracking

# A job that gives up ends with its process; here its thread goes on, for an execution that no other test knows.
EXECUTION, CUSTOMER = "aaaa1111bbbb", "c000017"
BUDGET_SECONDS = 6.0


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, float]]:
    """What was counted."""
    counted: list[dict[str, float]] = []
    monkeypatch.setattr(patience_module, "store_metrics", counted.append)
    return counted


def test_what_fails_is_left_and_nothing_is_tried_after_it(metrics, caplog):
    """One line, without the text of the fault, and one metric."""
    patience, later = Patience(), mock.Mock()

    def fail() -> None:
        raise ConnectionError(f"for {CUSTOMER}")

    assert patience.attempt("the run", fail) is None
    assert patience.attempt("the rest", later) is None
    patience.count()
    later.assert_not_called()
    assert metrics == [{METRIC: 1.0}]
    (line,) = caplog.messages
    assert line.startswith("tracking: the run is left to a later job: ConnectionError at ")
    assert CUSTOMER not in line


def test_what_never_ends_is_left_when_time_is_up(metrics, caplog, monkeypatch):
    """All attempts of a job share the time: of an hour all but a moment goes by with the first."""
    patience, now = Patience(3_600.0), [0.0]
    monkeypatch.setattr(patience_module, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def take_long() -> str:
        now[0] += 3_599.9
        return "done"

    assert patience.attempt("a while", take_long) == "done"
    assert patience.attempt("forever", threading.Event().wait) is None
    assert "no end in time" in caplog.text
    patience.count()
    assert metrics == [{METRIC: 1.0}]


def test_what_goes_well_counts_as_nothing(metrics):
    """The metric has a value for every job, so that its absence means something."""
    patience = Patience()
    assert patience.attempt("the run", lambda: 7) == 7
    patience.count()
    assert metrics == [{METRIC: 0.0}]


class Server(ThreadingHTTPServer):
    """Answers every request with one status, headers and body; without a status it never answers."""

    daemon_threads = True

    def __init__(self, status: int | None, headers: dict[str, str], body: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status, self.headers, self.body = status, headers, body
        self.ending = threading.Event()


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_GET(self) -> None:
        """Answer, or wait for the end of the test."""
        if self.server.status is None:
            self.server.ending.wait()
            return
        self.send_response(self.server.status)
        for name, value in {**self.server.headers, "Content-Length": str(len(self.server.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(status: int | None, headers: dict[str, str] | None = None, body: bytes = b"{}") -> Iterator[str]:
    """The address of such a server."""
    server = Server(status, headers or {}, body)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.ending.set()
        server.shutdown()
        server.server_close()


@contextmanager
def nobody() -> Iterator[str]:
    """A port that nobody listens on."""
    yield f"http://127.0.0.1:{free_port()}"


@contextmanager
def locked_file() -> Iterator[str]:
    """A database that another process keeps for itself."""
    database = Path(os.environ["PYTEST_FILES"]) / "locked.db"
    with sqlite3.connect(database, isolation_level=None) as holder:
        holder.execute("begin exclusive")
        yield f"sqlite:///{database}"


@contextmanager
def at(uri: str) -> Iterator[str]:
    """An address as it is."""
    yield uri


@pytest.fixture
def artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket."""
    monkeypatch.setenv("PYTEST_FILES", str(tmp_path))
    with mock.patch.dict(os.environ, ENVIRONMENT), mock_aws():
        client.cache_clear()
        place = {"LocationConstraint": "eu-north-1"}
        boto3.client("s3", region_name="eu-north-1").create_bucket(Bucket="artifacts", CreateBucketConfiguration=place)
        yield Bucket("artifacts")
        client.cache_clear()


AWAY = {
    "refuses the connection": nobody,
    "never answers": lambda: serving(None),
    "fails": lambda: serving(500),
    "is overloaded": lambda: serving(503, {"Retry-After": "3600"}),
    "throttles for an hour": lambda: serving(429, {"Retry-After": "3600"}),
    "lets nobody in": lambda: serving(403, body=b'{"error_code": "PERMISSION_DENIED", "message": "no"}'),
    "lacks the endpoint": lambda: serving(404, body=b"<html>not here</html>"),
    "answers a page": lambda: serving(200, {"Content-Type": "text/html"}, b"<html>sign in</html>"),
    "answers other fields": lambda: serving(200, {"Content-Type": "application/json"}, b'{"trial": {"key": 1}}'),
    "has no name": lambda: at("http://mlflow.invalid"),
    "cannot be written": lambda: at("sqlite:////proc/mlflow.db"),
    "is locked": locked_file,
    "speaks nothing that is known": lambda: at("carrier-pigeon://mlflow"),
}


def test_fields_that_a_newer_mlflow_adds_do_not_matter(artifacts, monkeypatch):
    """As long as those we know are there."""
    body = {
        "experiment": {"experiment_id": "1", "name": "greenfraud", "lifecycle_stage": "active", "brand_new": 1},
        "run": {"info": {"run_id": "r" * 32, "experiment_id": "1", "status": "RUNNING", "colour": "green"}, "data": {"new": 1}},
        "hues": [],
    }
    with serving(200, {"Content-Type": "application/json"}, json.dumps(body).encode()) as uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        assert Tracking(Settings.from_env(), "ffffffffffff").parent_run_id == "r" * 32


@pytest.fixture
def waited_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the job itself asked of a network or of a database, and not the thread that is left alone when time is up."""
    job, asked = threading.current_thread(), []

    def noted(ask: Callable[..., Any]) -> Callable[..., Any]:
        def note(*arguments: Any, **options: Any) -> Any:
            if threading.current_thread() is job:
                asked.append(ask.__qualname__)
            return ask(*arguments, **options)

        return note

    for owner, name in ((socket.socket, "connect"), (socket, "getaddrinfo"), (sqlite3.dbapi2, "connect")):
        monkeypatch.setattr(owner, name, noted(getattr(owner, name)))
    return asked


@pytest.mark.parametrize("kind", AWAY)
def test_an_execution_stays_on_record_while_mlflow(kind, artifacts, monkeypatch, metrics, waited_for):
    """Its run is left to a later job; nobody but the thread that is left alone when time is up has asked MLflow anything."""
    with AWAY[kind]() as uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        patience = Patience(BUDGET_SECONDS)
        tracking = Tracking(Settings.from_env(), EXECUTION)
        tracking.put_on_record()
        assert patience.attempt("the execution's run", lambda: tracking.parent_run_id) is None
        assert waited_for == []
    patience.count()
    assert metrics == [{METRIC: 1.0}]
    document = artifacts.get_json(f"executions/{EXECUTION}/mlflow.json")
    assert (document["run_id"], document["is_complete"]) == (None, False)
