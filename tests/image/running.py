"""Containers of buildah: what is in their image, and commands inside them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILDAH = str(ROOT / "docker/buildah.sh")
START_SECONDS = 60

# Runs inside: one request to the server beside it, printed as status and body.
ASK = """
import http.client, os, sys
method, path, body = sys.argv[1:]
api = http.client.HTTPConnection("127.0.0.1", int(os.environ["UVICORN_PORT"]), timeout=10)
api.request(method, path, body or None, {"content-type": "application/json"})
answer = api.getresponse()
print(answer.status, answer.read().decode())
"""


def buildah(*arguments: str) -> str:
    """Run buildah; its output."""
    return subprocess.run([BUILDAH, *arguments], capture_output=True, text=True, check=True).stdout.strip()


def image_mb(image: str) -> float:
    """The size of an image, all layers unpacked, in millions of bytes."""
    (listed,) = json.loads(buildah("images", "--json", "--no-trunc", f"localhost/greenfraud-{image}"))
    (size,) = [one["size"] for one in [json.loads(buildah("inspect", "--type", "image", listed["id"]))] if "size" in one] or [0]
    return size or _mb(listed["size"])


def _mb(text: str) -> float:
    number, unit = text.split()
    return float(number) * {"KB": 1e-3, "MB": 1.0, "GB": 1e3}[unit.upper()]
