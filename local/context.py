"""What every part of the embedded AWS is given when it is installed."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.limits import Quotas
from local.loopback import Door

ACCOUNT = "123456789012"
REGION = "eu-north-1"  # the only one there is
CDK_QUALIFIER = "hnb659fds"  # the CDK's own, in the names of all that its bootstrap makes
ACCESS_KEY, SECRET_KEY = "embedded", "embedded"


@dataclass(frozen=True)
class Keys:
    """What a client signs with; the token belongs to keys that a role lends."""

    access_key: str
    secret_key: str
    token: str | None = None


OPERATOR_KEYS = Keys(ACCESS_KEY, SECRET_KEY)
# Requests of the embedded AWS to itself, where no principal of the account acts: nobody outside the process has these.
INTERNAL_KEYS = Keys("INTERNAL" + secrets.token_hex(8), secrets.token_hex(16))


def connect(service: str, *, endpoint: str, keys: Keys = OPERATOR_KEYS, **options: Any) -> Any:
    """A boto3 client of the embedded AWS, the operator's unless it is given somebody else's keys.

    It never retries: here a failure is a fault to see, not weather.
    """
    config = Config(
        retries={"total_max_attempts": 1},
        max_pool_connections=50,
        read_timeout=1000,  # longer than any function may run
        s3={"addressing_style": "path"},
        **options,
    )
    session = boto3.Session(keys.access_key, keys.secret_key, keys.token, region_name=REGION)
    return session.client(service, endpoint_url=endpoint, config=config)


@dataclass(kw_only=True)
class Context:
    """One running embedded AWS: its addresses, its folders, its clients and what to do when it starts and stops.

    `install(context)` of each module patches moto before the server listens. What needs a listening server goes
    into `on_start`; threads, processes and files to close go into `on_stop` (run in reverse order of registration).
    """

    endpoint: str
    state_dir: Path
    http_port: int
    auth: bool
    door: Door = field(default_factory=Door)
    quotas: Quotas = field(default_factory=Quotas)
    deliveries: int = 1  # of each scheduled event, alarm and failed batch
    skips_waits: bool = False  # of state machines, whose clock goes on as if they had waited
    clock_shift: timedelta = timedelta()  # of the clock of state machines, against this machine's
    front: Path | None = None  # a file with the address that a browser is led to from the API's `/`
    _clients: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _on_start: list[Callable[[], None]] = field(default_factory=list)
    _on_stop: list[Callable[[], None]] = field(default_factory=list)

    def client(self, service: str, keys: Keys = INTERNAL_KEYS, **options: Any) -> Any:
        """The shared boto3 client of this server for `service`, its own or that of `keys`; made on first use."""
        name = (service, keys, *options)
        with self._lock:
            if name not in self._clients:
                self._clients[name] = connect(service, endpoint=self.endpoint, keys=keys, **options)
            return self._clients[name]

    def on_start(self, action: Callable[[], None]) -> None:
        """Run `action` once the server listens, before it reports itself ready."""
        self._on_start.append(action)

    def on_stop(self, action: Callable[[], None]) -> None:
        """Run `action` on shutdown, while the server still answers."""
        self._on_stop.append(action)

    def start(self) -> None:
        """Run everything registered by `on_start`, in order."""
        for action in self._on_start:
            action()

    def stop(self) -> list[Exception]:
        """Run everything registered by `on_stop`, last first; one failure keeps none of the others from running."""
        failures = []
        for action in reversed(self._on_stop):
            try:
                action()
            except Exception as failure:  # reported by the caller once all have run
                failures.append(failure)
        return failures
