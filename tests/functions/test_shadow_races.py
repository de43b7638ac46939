"""Requests and loads of a shadow at once: one load, and no model in another one's seat."""

from __future__ import annotations

import time
from threading import Event, Thread, current_thread, main_thread
from typing import Any

import pytest
from bundle_world import bundle, put_bundle
from score_world import MANIFEST

from functions.score.bundles import S3Bundles
from functions.score.shadow import ShadowSlot
from greenfraud.control import ControlDocument, ModelRef


class Pausing(ModelRef):
    """A reference whose first comparison in a thread of its own takes until somebody lets it go on, half a second at most."""

    is_met, may_go = Event(), Event()

    def __eq__(self, other: object) -> bool:
        """By what it says, as every reference."""
        found = isinstance(other, ModelRef) and self.to_json() == other.to_json()
        if current_thread() is not main_thread() and not self.is_met.is_set():
            self.is_met.set()
            self.may_go.wait(0.5)
        return found

    __hash__ = ModelRef.__hash__


@pytest.fixture
def pausing(s3) -> ModelRef:
    """The model in shadow, slow to be compared."""
    Pausing.is_met, Pausing.may_go = Event(), Event()
    return Pausing(**put_bundle(s3, bundle("v2", bias=3.0)).to_json())


def said(slot: ShadowSlot, shadow: ModelRef) -> Any:
    """What a slot says of nothing: of a model that is loaded, it would be a fault."""
    return slot.score(None, ControlDocument(shadow=shadow), None)  # type: ignore[arg-type]


def test_two_requests_at_once_load_a_shadow_once(s3, pausing):
    """One compares what is named with what is there, while the other has begun to load it."""
    loads: list[Any] = []
    slot = ShadowSlot(S3Bundles(lambda: s3, "artifacts"), MANIFEST, start=loads.append)
    other = Thread(target=lambda: said(slot, pausing))
    other.start()
    assert Pausing.is_met.wait(300)
    said(slot, ModelRef(**pausing.to_json()))
    Pausing.may_go.set()
    other.join(300)
    assert len(loads) == 1


def test_a_load_that_ends_late_puts_its_model_in_nobody_elses_seat(s3, pausing):
    """Another model is named between its check and its write: the earlier one would score under the new one's name."""
    loads: list[Any] = []
    slot = ShadowSlot(S3Bundles(lambda: s3, "artifacts"), MANIFEST, start=loads.append)
    said(slot, pausing)
    late = Thread(target=loads.pop())
    late.start()
    while late.is_alive() and not Pausing.is_met.is_set():
        time.sleep(0.001)
    newer = put_bundle(s3, bundle("v3"))
    assert said(slot, newer) is None
    Pausing.may_go.set()
    late.join(300)
    assert (said(slot, newer), slot.faults(), len(loads)) == (None, [], 1)
    loads.pop()()
    assert slot._seat.model.bundle.version == "v3"


def test_a_load_of_a_model_that_is_named_no_longer_is_no_fault_of_the_next(s3):
    """It is gone; who is named now neither rests nor is counted for it."""
    loads: list[Any] = []
    slot = ShadowSlot(S3Bundles(lambda: s3, "artifacts"), MANIFEST, start=loads.append)
    said(slot, ModelRef("light", "v7", "models/light/v7/", "0" * 64))
    newer = put_bundle(s3, bundle("v3"))
    said(slot, newer)
    for load in loads:
        load()
    assert (slot.faults(), slot._seat.model.bundle.version) == ([], "v3")
