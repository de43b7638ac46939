"""An embedded AWS in a process of its own, with the tables and the bucket that ingestion needs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from greenfraud.items.tables import TableKey
from local.context import connect

ROOT = Path(__file__).resolve().parents[2]
LAKE, QUEUE = "lake", "rejected"
STOP_SECONDS = 60


@contextmanager
def embedded() -> Iterator[str]:
    """The address of a fresh server; it is gone afterwards, with all that was in it."""
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "local", "serve", "--state", state]
        ports = ["--port", str(_free_port()), "--http-port", str(_free_port())]
        # No training jobs will run: nothing worth loading ahead.
        environ = {**os.environ, "GREENFRAUD_JOB_PRELOAD": "json"}
        process = subprocess.Popen([*command, *ports], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["endpoint"]
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def make_stores(endpoint: str) -> str:
    """Make the bucket and the queue; the queue's URL."""
    connect("s3", endpoint=endpoint).create_bucket(
        Bucket=LAKE, CreateBucketConfiguration={"LocationConstraint": connect("s3", endpoint=endpoint).meta.region_name}
    )
    url: str = connect("sqs", endpoint=endpoint).create_queue(QueueName=QUEUE)["QueueUrl"]
    return url


def make_table(client: Any, name: str, key: TableKey) -> str:
    """Make a table; its name."""
    client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **key.definition)
    return name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
