"""Where a doubt stands: open, claimed by somebody, or decided, by whichever road. Pure: no clock, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from greenfraud.callers import name_of
from greenfraud.instants import format_rfc3339
from greenfraud.items import casework as casework_items
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items import release as release_items
from greenfraud.items.casework import Casework

FRAUD, LEGITIMATE, RELEASED = "fraud", "legitimate", "released"
Item = Mapping[str, Any]


class Closed(NamedTuple):
    """As what it was decided, by whom or what, and when in event time."""

    found: str
    by: str
    at_us: int

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return {"as": self.found, "by": self.by, "at": format_rfc3339(self.at_us)}

    @property
    def words(self) -> str:
        """Return it as a refusal says it."""
        return f"it was decided as {self.found} by {self.by} at {format_rfc3339(self.at_us)}"


def closed_by(casework: Casework, records: Sequence[Item]) -> Closed | None:
    """Return what closed a doubt: what was found at the desk, else the newest report, else its release. Raises DamagedItem."""
    if (finding := casework.finding) is not None:
        return Closed(_found(is_fraud=finding.is_fraud), name_of(finding.by), finding.at_us)
    reports = [label_items.decode(item).label for item in records if label_items.is_report(item)]
    if reports:
        newest = max(reports, key=lambda label: label.observed_us)
        return Closed(_found(is_fraud=newest.is_fraud), newest.source, newest.observed_us)
    for item in records:
        if decision_items.record_of(item) == release_items.KIND:
            release = release_items.decode(item)
            return Closed(RELEASED, release.source, release.accepted_us)
    return None


def told(casework: Casework, closed: Closed | None, now_us: int) -> dict[str, Any]:
    """Return the state as the API tells it."""
    claim = None if closed else casework.claim_at(now_us)
    return {
        "state": "decided" if closed else "claimed" if claim else "open",
        "claim": claim
        and {"by": name_of(claim.by), "since": format_rfc3339(claim.since_us), "until": format_rfc3339(claim.until_us)},
        "notes": [{"by": name_of(one.by), "at": format_rfc3339(one.at_us), "text": one.text} for one in casework.notes],
        "decided": closed and closed.to_json(),
    }


def casework_of(decision: Item, records: Sequence[Item]) -> Casework:
    """Return what people did about a decision, whose other records these are. Raises DamagedItem."""
    found = next((item for item in records if decision_items.record_of(item) == casework_items.KIND), None)
    return casework_items.of_decision(decision) if found is None else casework_items.decode(found)


def _found(*, is_fraud: bool) -> str:
    return FRAUD if is_fraud else LEGITIMATE
