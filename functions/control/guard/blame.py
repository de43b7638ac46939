"""Whose figures an alarm rang on: what came after them, or stood for too little of them, is not to blame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from functions.control.guard.alarms import Alarm
from greenfraud.control import ControlDocument
from greenfraud.items.ledger import PROMOTE, ROLL_BACK, document_of

Entries = Sequence[dict[str, Any]]  # of the ledger, oldest first
QUIET = timedelta(hours=1)


def is_on_canary(alarm: Alarm, entries: Entries, current: ControlDocument) -> bool:
    """Tell whether all that an alarm saw of a canary is the present one's, beside the production that it stands beside now.

    A canary has figures only while it answers somebody, so one that is two minutes old may be judged; but not by those of another
    that stood within the same minutes, nor by an alarm that was told late.
    """
    seen = {(one.canary, one.production) for one in _in_force(entries, alarm.since, alarm.at) if one.canary}
    return seen == {(current.canary, current.production)}


def is_on(changed_at: datetime | None, alarm: Alarm) -> bool:
    """Tell whether an alarm about all answers may be about what a change let answer; not where nobody knows when it came.

    Each period that it saw breached. A change within the oldest of several is to blame for all others; one that came after a whole
    period that breached is not the first fault, and may be the fix. Within the only period it is to blame where the alarm had
    long been quiet: what answered until then had not made it ring. A change that came later never is.
    """
    if changed_at is None:
        return False
    if changed_at <= (alarm.newest_since if alarm.periods == 1 else alarm.since + alarm.period):
        return True
    is_first_fault = alarm.before_since is not None and alarm.before_since <= changed_at - QUIET
    return changed_at <= alarm.at and alarm.periods == 1 and is_first_fault


def canary_since(entries: Entries, current: ControlDocument) -> datetime | None:
    """When the present canary began to answer, at whatever share; None where the ledger does not tell."""
    since = None
    for entry in reversed(entries):
        if document_of(entry).canary != current.canary:
            break
        since = _at(entry)
    return since


def newest_of_production(entries: Entries) -> dict[str, Any] | None:
    """The newest change of production."""
    changes = [entry for entry in entries if entry["verb"] in (PROMOTE, ROLL_BACK)]
    return changes[-1] if changes else None


def _in_force(entries: Entries, since: datetime, until: datetime) -> Iterator[ControlDocument]:
    """The control documents that were in force at any time of these minutes."""
    for entry, following in zip_longest(entries, entries[1:]):
        if _at(entry) <= until and (following is None or _at(following) > since):
            yield document_of(entry)


def _at(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])
