"""The rebuild drill at a hundredth of its size: the same steps, the same judges."""

from __future__ import annotations

import pytest

from benchmarks.ingest.embedded import embedded
from benchmarks.recovery.drill import Drill
from local.context import ACCESS_KEY, REGION
from training.job import bucket

pytestmark = pytest.mark.slow


def test_a_small_drill_loses_nothing(monkeypatch):
    """Payments before, payments meanwhile, late ones among both."""
    with embedded() as endpoint:
        keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": ACCESS_KEY}
        for name, value in {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": REGION, **keys}.items():
            monkeypatch.setenv(name, value)
        bucket.client.cache_clear()
        drill = Drill.of(endpoint, 0.01)
        drill.pay()
        drill.rebuild()
        drill.settle()
        drill.judge()
    bucket.client.cache_clear()
    faults = {name: drill.measures[name] for name in ("differing", "differing_from_replay", "lost", "duplicated")}
    assert faults == {"differing": 0, "differing_from_replay": 0, "lost": 0, "duplicated": 0}
    assert drill.measures["late_events"] > 0 < drill.measures["live_events_meanwhile"]
