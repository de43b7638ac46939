"""`python -m local objects`: what a stopped embedded AWS has saved, over S3's own protocol."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from saved_state import save_objects

from local.context import connect
from tests.free_ports import free_port

OBJECTS = {"mlflow/run/plot.svg": b"<svg/>", "mlflow/run/model/MLmodel": b"{}", "checkpoints/large.pt": b"0" * 1000}


def start(state: Path, port: int) -> subprocess.Popen[str]:
    """The command, with both streams readable."""
    words = ["-m", "local", "objects", "--port", str(port), "--state", str(state), "--prefix", "mlflow/"]
    return subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a server over a saved state of two buckets; it must end with 0 and leave the state as it was."""
    state = tmp_path_factory.mktemp("state")
    save_objects(state, "artifacts", OBJECTS)
    save_objects(state, "lake", {"dataset.json": b"{}"})
    before = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    with start(state, free_port()) as process:
        said = json.loads(process.stdout.readline())
        assert said["ready"]
        yield connect("s3", endpoint=said["endpoint"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(300) == 0
    assert before == {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}


def test_saved_objects_are_read_as_from_the_platform(s3: Any) -> None:
    """Content and time of the last change."""
    found = s3.get_object(Bucket="artifacts", Key="mlflow/run/plot.svg")
    assert found["Body"].read() == b"<svg/>"
    assert f"{found['LastModified']:%Y-%m-%d}" == "2026-04-01"


def test_only_what_was_asked_for_takes_memory(s3: Any) -> None:
    """Every bucket is there, so that nobody is told of a missing one; of its objects those below the prefix."""
    listed = {bucket: s3.list_objects_v2(Bucket=bucket).get("Contents", []) for bucket in ("artifacts", "lake")}
    assert {name: [item["Key"] for item in items] for name, items in listed.items()} == {
        "artifacts": ["mlflow/run/model/MLmodel", "mlflow/run/plot.svg"],
        "lake": [],
    }


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """The exit code is that of an input which cannot be used."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path, taken.getsockname()[1])
        _, errors = process.communicate(timeout=300)
    assert process.returncode == 2
    assert "is in use" in errors
