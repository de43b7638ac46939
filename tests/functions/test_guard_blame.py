"""Whom an alarm is about, by a ledger that tells little, or whose clocks differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from functions.control.guard.alarms import Alarm
from functions.control.guard.blame import canary_since, is_on, is_on_canary, newest_of_production
from greenfraud.control import ControlDocument, ModelRef

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
TOLD = {"arn": "a", "name": "n", "words": "w", "figures": "f", "is_ringing": True, "at": AT}
OF_CANARY = Alarm(**TOLD, is_of_canary=True, since=AT - timedelta(minutes=15), period=timedelta(minutes=15))
OF_ALL = Alarm(**TOLD, is_of_canary=False, since=AT - timedelta(minutes=1), period=timedelta(minutes=1))
V1, V2 = (ModelRef("light", version, f"models/light/{version}/", "0" * 64) for version in ("v1", "v2"))
TRIED = ControlDocument(revision=2, production=V1, canary=V2, canary_percent=5)


def test_a_ledger_that_tells_nothing_of_a_canary_blames_nobody():
    """It is empty, or its entries are of a release that told production alone."""
    old = {"revision": 1, "verb": "promote", "at": (AT - timedelta(hours=1)).isoformat(), "production": V1.to_json()}
    for entries in ([], [old]):
        assert not is_on_canary(OF_CANARY, entries, TRIED)
        assert canary_since(entries, TRIED) is None
        assert not is_on(canary_since(entries, TRIED), OF_ALL)
    assert newest_of_production([]) is None


def test_an_entry_of_a_slow_clock_still_counts_for_its_minutes():
    """Two functions made them, each by its own clock; the revision says which came first."""
    other = replace(TRIED, revision=1, canary=replace(V2, version="v3"))
    entries = [
        {"revision": 1, "verb": "canary", "at": (AT - timedelta(minutes=5)).isoformat(), "control": other.to_json()},
        {"revision": 2, "verb": "canary", "at": (AT - timedelta(minutes=5, seconds=2)).isoformat(), "control": TRIED.to_json()},
    ]
    assert not is_on_canary(OF_CANARY, entries, TRIED)
