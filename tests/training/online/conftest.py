"""Online tables in memory for the tests that correct them from a lake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from live_world import LiveWorld, dynamodb
from moto import mock_aws

from training.online import reconciliation


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveWorld]:
    """Empty tables; nobody waits for a landing."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # Plain moto copies whole tables during a transaction and cannot stand a second one beside it.
    monkeypatch.setattr("training.online.state_writes.WRITERS", 1)
    monkeypatch.setattr(reconciliation.time, "sleep", lambda _: None)
    with mock_aws():
        made = LiveWorld(dynamodb())
        made.make_tables()
        yield made
