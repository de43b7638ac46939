"""Clients of AWS that tests share: making one costs as much as dozens of calls, and none remembers who asked."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import boto3
import pytest

KEPT = "clients_of_tests"


def keep_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside `mock_aws`, which forgets the session: `boto3.client` makes each client once per session, environment and options."""
    boto3.DEFAULT_SESSION = session()
    monkeypatch.setattr(boto3, "client", client)


@cache
def session() -> boto3.Session:
    """The one that tests share; a test that makes another one gets new clients."""
    return boto3.Session()


def client(service: str, **options: Any) -> Any:
    """Return what `boto3.client` makes, or has made before."""
    made: dict[Any, Any] = boto3.DEFAULT_SESSION.__dict__.setdefault(KEPT, {})
    config = options.get("config")
    chosen = {**options, "config": config and config.__dict__["_user_provided_options"]}
    environ = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    key = (service, *(repr(sorted(given.items())) for given in (chosen, environ)))
    if key not in made:
        made[key] = boto3.DEFAULT_SESSION.client(service, **options)
    return made[key]
