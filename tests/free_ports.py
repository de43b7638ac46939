"""Ports for the servers that tests start."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from functools import cache

# Below those that Linux hands out by itself: of these, another's connection may take one before it is used, or after.
PORTS = range(10_240, 32_768)
PRIME = 7_919


@cache
def _ports() -> Iterator[int]:
    """Every port once, and none of another worker's; other runs on this machine most likely begin elsewhere."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    ours = PORTS[worker :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
    begin = os.getpid() * PRIME % len(ours)
    return iter([*ours[begin:], *ours[:begin]])


def free_port() -> int:
    """A port that nobody listens on and no other test is given; StopIteration when none is left."""
    return next(port for port in _ports() if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
