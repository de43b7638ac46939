"""Since when a shadow or a canary is what it is, and the decisions that were made since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cli.errors import CommandError
from cli.policy.kept import Lake
from greenfraud.canonical import canonical_json

Row = Mapping[str, Any]
QUIET_DAYS = 7  # so many days without one, and no older day is read


class Period(NamedTuple):
    """A model in its place since a revision of the control document."""

    model: str  # family/version
    first_revision: int
    since: str  # RFC 3339

    @classmethod
    def of(cls, place: str, entries: Sequence[Mapping[str, Any]]) -> Period:
        """The model in a place now, `shadow` or `canary`, since it stands there beside this production. CommandError for none."""
        controls = [entry.get("control") or {} for entry in entries]
        found = controls[-1].get(place) if controls else None
        if found is None:
            raise CommandError(f"there is no {place} now. `greenfraud history` tells what there was")
        first = len(entries) - 1
        while first > 0 and _places(controls[first - 1], place) == _places(controls[-1], place):
            first -= 1
        return cls(f"{found['family']}/{found['version']}", entries[first]["revision"], entries[first]["at"])


def decided_since(lake: Lake, period: Period, days: int) -> Iterator[Row]:
    """The decisions of a period, of at most so many days of payments, the newest day first; one that landed twice comes once."""
    quiet = 0
    for day in list(reversed(lake.days("decisions")))[:days]:
        seen: dict[str, Row] = {}
        for row in lake.rows("decisions", day):
            if (row.get("control_revision") or 0) >= period.first_revision:
                seen[row["transaction_id"]] = row
        yield from seen.values()
        quiet = 0 if seen else quiet + 1
        if quiet == QUIET_DAYS:
            return


def _places(control: Mapping[str, Any], place: str) -> str:
    """What must stay the same for two revisions to be compared as one."""
    names = ("production", place)
    return canonical_json({name: control.get(name) for name in names})
