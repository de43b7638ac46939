"""What a stored state is to a transaction, by event time alone; `degraded` names it behind the kind of entity.

missing   nothing is stored (or it has expired). The features take their defaults.
stale     its newest event is more than a year older than the transaction: forgotten, as in every engine. Defaults.
ahead     it knows an event later than the transaction, which therefore comes late. The values stand, and include what
          came after: they are not those the offline matrix has.

A fourth, `unreadable`, is the reader's: throttled, timed out, or bytes that are no state. Defaults, and an alarm.
A fifth, `unsettled`, is a batch's that was sent again: the state may lack a payment of the batch that was decided before.

That the stream lags is no property of a state: a customer who stayed at home looks the same. `features_as_of` in every
answer tells how much was known, and the age of the stream's records is watched.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState

# Named in the answer, yet no faults: entities are new, come back after a year; transactions overtake each other, or are repeated.
USUAL = ("missing", "stale", "ahead", "unsettled")


def doubt_about(state: ViewState | None, occurred_us: int) -> str | None:
    """Name how a state differs from what was seen before `occurred_us`; None when it does not."""
    if state is None or state.newest_us is None:
        return "missing"
    if not state.is_known_at(occurred_us):
        return "stale"
    return "ahead" if state.newest_us > occurred_us else None


def faults_among(degraded: Iterable[str]) -> list[str]:
    """Return what failed. The answer names a new entity or a late transaction too, but nobody is alarmed."""
    usual = _usual_words(load_manifest().version)
    return [word for word in degraded if word not in usual]


def is_faulty(degraded: Iterable[str]) -> bool:
    """Tell whether something failed."""
    return bool(faults_among(degraded))


@lru_cache(maxsize=1)
def _usual_words(_version: str) -> frozenset[str]:
    """Which words these are; made once for a manifest, as every answer asks."""
    return frozenset(f"{view.kind}_{doubt}" for view in load_manifest().views.values() for doubt in USUAL)
