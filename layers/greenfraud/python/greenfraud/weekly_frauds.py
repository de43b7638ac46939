"""How many frauds of each week can be judged, and from which day on they are known; the lake keeps it as `weeks.json`.

A plan tells by it, before any machine is started, whether there is enough to judge a model on. Customers known to be compromised
are not asked about (`training/evaluation/holdout.py`), and so not counted.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from greenfraud.chunks import Chunk
from greenfraud.errors import ContractError, InvalidInput, StateConflict
from greenfraud.faults import told
from greenfraud.naming import WEEKS_KEY

log = logging.getLogger(__name__)
KNOWN_DAYS = 7  # how much older than the label delay a fraud may be and still count as known, as in the holdout
SCHEMA = 1
MOST = 10**12  # payments of a week: more is no count
ATTEMPTS = 3  # to write what others may write at the same time
# Of a conditional write: somebody's was first, is under way, or took the object away.
CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})


@dataclass(frozen=True, slots=True)
class Victim:
    """One fraud: when it happened and when it became known, as UTC days, and whose it was."""

    day: date
    known_on: date
    customer: str


@dataclass(frozen=True, slots=True)
class WeekCount:
    """Payments of a week known to be legitimate, and the frauds that are asked about, by the day from whose start each is known."""

    legitimate: int = 0
    frauds: Mapping[date, int] = field(default_factory=dict)

    def known(self, day: date) -> int:
        """Count the frauds that are known when a day begins."""
        return sum(count for since, count in self.frauds.items() if since <= day)

    @property
    def in_all(self) -> int:
        """Count the frauds whenever they become known."""
        return sum(self.frauds.values())


WeeklyFrauds = Mapping[str, WeekCount]  # by a chunk's id; of a week that it lacks, nobody has counted


def count_weeks(
    chunks: Iterable[Chunk], victims: Iterable[Victim], legitimate: Mapping[date, int], maturity_days: int
) -> dict[str, WeekCount]:
    """Count every week from all frauds and, by day, the payments known to be legitimate."""
    by_day: dict[date, list[Victim]] = {}
    for one in victims:
        by_day.setdefault(one.day, []).append(one)
    return {
        chunk.id: WeekCount(sum(legitimate.get(day, 0) for day in chunk.days), _asked(chunk, by_day, maturity_days))
        for chunk in chunks
    }


def _asked(chunk: Chunk, by_day: Mapping[date, list[Victim]], maturity_days: int) -> dict[date, int]:
    """The frauds of a week without customers known by then to be compromised; those known at its maturity are not told apart."""
    lookback = KNOWN_DAYS + maturity_days
    before = [chunk.start_day - timedelta(days=ahead) for ahead in range(lookback, 0, -1)]
    known: dict[str, date] = {}
    for one in (one for day in [*before, *chunk.days] for one in by_day.get(day, ())):
        known[one.customer] = min(one.known_on, known.get(one.customer, one.known_on))
    mature = chunk.end_day + timedelta(days=maturity_days)
    asked = (one for day in chunk.days for one in by_day.get(day, ()) if known[one.customer] >= one.day)
    # Known on a day is known from the next one's beginning.
    return dict(sorted(Counter(max(mature, one.known_on + timedelta(days=1)) for one in asked).items()))


def weeks_document(weeks: WeeklyFrauds) -> bytes:
    """Return the stored form."""
    listed = {name: _written(week) for name, week in sorted(weeks.items())}
    return json.dumps({"schema": SCHEMA, "weeks": listed}, indent=1).encode()


def _written(week: WeekCount) -> dict[str, Any]:
    return {"legitimate": week.legitimate, "frauds": {day.isoformat(): count for day, count in week.frauds.items()}}


def read_weeks(s3: Any, bucket: str) -> dict[str, WeekCount]:
    """Return what was counted, nothing where nobody has or where it cannot be read: no plan fails for want of it."""
    try:
        content, _ = _stored(s3, bucket)
    except s3.exceptions.ClientError as error:
        log.warning("%s cannot be read, so no week counts as counted: %s", WEEKS_KEY, told(error))
        return {}
    return _usable(content)


def recount_weeks(s3: Any, bucket: str, count: Callable[[dict[str, WeekCount]], WeeklyFrauds]) -> None:
    """Write what `count` makes of what was counted before, and count again where somebody else wrote meanwhile.

    Raises StateConflict where that happens at every attempt. What is stored and cannot be read counts as nothing, and is replaced.
    """
    for _ in range(ATTEMPTS):
        content, condition = _stored(s3, bucket)
        body = weeks_document(count(_usable(content)))
        if body == content:
            return
        try:
            s3.put_object(Bucket=bucket, Key=WEEKS_KEY, Body=body, **condition)
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in CHANGED:
                raise
        else:
            return
    raise StateConflict(f"{WEEKS_KEY} was changed by somebody else at each of {ATTEMPTS} attempts to write it")


def _stored(s3: Any, bucket: str) -> tuple[bytes | None, dict[str, str]]:
    """What is stored, None where nothing is, and the condition of a write that is to find it unchanged."""
    try:
        found = s3.get_object(Bucket=bucket, Key=WEEKS_KEY)
    except s3.exceptions.NoSuchKey:
        return None, {"IfNoneMatch": "*"}
    return found["Body"].read(), {"IfMatch": found["ETag"]}


def _usable(content: bytes | None) -> dict[str, WeekCount]:
    try:
        return {} if content is None else parse_weeks(content)
    except ContractError as error:
        log.warning("%s: no week counts as counted until the nightly monitor has counted anew", error)
        return {}


def parse_weeks(content: bytes) -> dict[str, WeekCount]:
    """Read the stored form. Raises ContractError."""
    try:
        return {Chunk.parse(name).id: _week(body) for name, body in json.loads(content)["weeks"].items()}
    except (ArithmeticError, AttributeError, InvalidInput, KeyError, RecursionError, TypeError, ValueError) as error:
        raise ContractError(f"{WEEKS_KEY} is unusable: {told(error)}") from None


def _week(body: Mapping[str, Any]) -> WeekCount:
    frauds = {date.fromisoformat(day): _count(count) for day, count in body["frauds"].items()}
    return WeekCount(_count(body["legitimate"]), frauds)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise ValueError("no count of payments")
    return value
