"""What the survey proves about an item, and when it is asked."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest

from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US
from greenfraud.items.state import encode
from training.online import reconciliation
from training.online.reconciliation import Reconciliation
from training.online.state_survey import LakeCorrection, StateSurvey
from training.online.state_writes import Outcome
from training.online.stored_states import Stored, stored_of
from training.online.tile_correction import Span

VIEW = load_manifest().views["terminal_activity"]
NOW_US = 20_000 * DAY_US
SURVEYED_AT = 4_000_000_000.0  # far ahead, so that no item has expired


def item(state: ViewState, *, version: int = 1, written_at: float = SURVEYED_AT) -> Stored:
    """An item as ingestion leaves it."""
    return stored_of(VIEW, encode(entity_id("terminal_id", "M1"), state, version=version, now_seconds=written_at))


LIVE = ViewState.empty(VIEW).add_transaction(NOW_US, 100)
KNOWN = LIVE.add_transaction(NOW_US - 5 * DAY_US, 100).expire(NOW_US)  # to the lake: five days ago the item was not there yet


@pytest.mark.parametrize(("landed_until", "outcome"), [(SURVEYED_AT, KNOWN), (SURVEYED_AT - 1, Outcome.CONFLICT)])
def test_the_lake_corrects_what_had_landed_when_it_was_read(landed_until, outcome):
    """What was written later is in conflict, and left."""
    survey = StateSurvey([item(LIVE)], Span(NOW_US, NOW_US - DAY_US))
    assert LakeCorrection(survey, landed_until)("M1", item(LIVE), KNOWN) == outcome


def test_an_item_that_changed_since_keeps_its_open_tiles():
    """Its closed tiles come from the lake all the same."""
    survey = StateSurvey([item(LIVE)], Span(NOW_US, NOW_US - DAY_US))
    busy = item(LIVE.add_transaction(NOW_US, 100), version=2)
    assert LakeCorrection(survey, SURVEYED_AT)("M1", busy, KNOWN) == KNOWN.add_transaction(NOW_US, 100)


def test_what_was_written_while_the_survey_went_on_has_landed_after_the_pause(monkeypatch):
    """A survey of millions of items takes longer than the pause; its last sightings count like its first."""
    clock = SimpleNamespace(now=SURVEYED_AT)
    corrections = []

    def scan(*_):
        for _ in range(3):
            clock.now += 100
            yield item(LIVE, written_at=clock.now)

    def correct(_, view, look):
        corrections.append(look.corrections[view.name])
        return Counter({Outcome.CONFLICT: 1})

    def sleep(seconds):
        clock.now += seconds

    monkeypatch.setattr(reconciliation, "time", SimpleNamespace(time=lambda: clock.now, sleep=sleep))
    monkeypatch.setattr(reconciliation, "newest_us", lambda lake: NOW_US)
    monkeypatch.setattr(reconciliation, "history_until", lambda *_: None)
    monkeypatch.setattr(reconciliation, "scan_states", scan)
    monkeypatch.setattr(Reconciliation, "_correct", correct)
    tables = {name: name for name in load_manifest().views}
    Reconciliation(client=None, lake=None, manifest=load_manifest(), tables=tables).run()
    last = corrections[-1]
    assert last.landed_until == clock.now - 120
    assert last("M1", item(LIVE, written_at=clock.now - 120), KNOWN) == KNOWN
