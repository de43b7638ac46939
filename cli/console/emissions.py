"""What was emitted on one day (UTC), by stage, and what one answer costs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from cli.console.console import Console
from cli.console.part import part_of
from cli.emissions import SERVE, read_emissions
from cli.errors import CommandError
from cli.target import Target
from greenfraud.carbon import EmissionsRecord
from greenfraud.naming import day_prefix

MOST_RECORDS = 500


class Stage(NamedTuple):
    """The sums of one stage; `methods` say how they were found, `share` is of the largest stage, 0 to 100."""

    name: str
    emissions_g: float
    energy_kwh: float
    work: int
    methods: str
    share: float


class Day(NamedTuple):
    """A day's sums; `per_thousand_g` is None where no answer is accounted for yet."""

    day: str
    stages: list[Stage]
    total_g: float
    per_thousand_g: float | None


def of_day(target: Target, day: date) -> Day:
    """The sums of a day, from its records in the lake. CommandError where they are too many to wait for: a part is no sum."""
    listed = (
        target.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(
            Bucket=target.outputs["LakeBucket"],
            Prefix=day_prefix("emissions", day),
            PaginationConfig={"MaxItems": MOST_RECORDS + 1},
        )
    )
    if sum(len(page.get("Contents", [])) for page in listed) > MOST_RECORDS:
        raise CommandError(
            f"{day} has more than {MOST_RECORDS:,} files that are merged at night only; greenfraud emissions reads all"
        )
    records = read_emissions(target, day)
    served = [one for one in records if one.stage == SERVE]
    units = sum(one.functional_units for one in served)
    return Day(
        day.isoformat(),
        _stages(records),
        sum(one.emissions_g for one in records),
        1000 * sum(one.emissions_g for one in served) / units if units else None,
    )


def emissions(console: Console, request: Request) -> Response:
    """The page of a day, today where none is asked for."""
    asked = request.query_params.get("day", "")
    try:
        day = date.fromisoformat(asked) if asked else datetime.now(UTC).date()
    except ValueError:
        return console.page(request, "emissions", status=422, fault="day: write it as 2026-11-24", part=None, day="")
    part = part_of(lambda: of_day(console.target, day))
    return console.page(request, "emissions", part=part, day=day.isoformat())


def _stages(records: list[EmissionsRecord]) -> list[Stage]:
    found = [(name, [one for one in records if one.stage == name]) for name in sorted({one.stage for one in records})]
    largest = max((_grams(those) for _, those in found), default=0.0)
    return [
        Stage(
            name,
            _grams(those),
            sum(one.energy_kwh for one in those),
            len(those),
            ", ".join(sorted({str(one.method) for one in those})),
            round(100 * _grams(those) / largest, 2) if largest else 0.0,
        )
        for name, those in found
    ]


def _grams(records: list[EmissionsRecord]) -> Any:
    return sum(one.emissions_g for one in records)
