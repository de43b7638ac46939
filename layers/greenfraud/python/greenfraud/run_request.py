"""What a start of the pipeline may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from greenfraud.chunks import Chunk, Coverage
from greenfraud.enough import Split, split
from greenfraud.errors import InvalidInput
from greenfraud.families import FAMILIES
from greenfraud.instants import parse_rfc3339, to_datetime
from greenfraud.quarantine import Quarantine, check_accepted, check_not_held, held
from greenfraud.weekly_frauds import WeeklyFrauds

KNOWN = (
    "chunks",
    "families",
    "force",
    "full",
    "holdout",
    "accept",
    "why",
    "by",
    "deadline",
    "expected_minutes",
    "over_budget",
    "scheduled_at",
    "trigger",
    "alarm",
    "reason",
)
PERSON, SCHEDULE, DRIFT = "person", "schedule", "drift"  # who starts a run
TRIGGERS = (PERSON, SCHEDULE, DRIFT)
MOST_REASON = 1_023  # characters, as many as CloudWatch gives the reason of an alarm's state
LONGEST_WORDS = 500
MOST_HOURS = 24  # that a run may wait: the state machine ends what takes longer than two days
EXPECTED_MINUTES = 60


@dataclass(frozen=True)
class RunRequest:
    """The state machine's input; `scheduled_at` is the moment that a schedule started it for, as the schedule writes it.

    `accept` are chunks to let out of quarantine, `why` and `by` what is put on record of that. `deadline` is when the run is to
    have ended, as a moment or in hours from its start; without one it does not wait for clean power. `trigger` is who started it:
    a person, unless it says otherwise; of drift, `alarm` and `reason` are the alarm's ARN and words.
    """

    families: tuple[str, ...] = FAMILIES
    chunks: tuple[str, ...] | None = None
    holdout: str | None = None
    force: bool = False
    full: bool = False
    accept: tuple[str, ...] = ()
    why: str = ""
    by: str = "not told"
    deadline: str | float | None = None
    expected_minutes: int = EXPECTED_MINUTES
    over_budget: bool = False
    scheduled_at: str | None = None
    trigger: str = PERSON
    alarm: str | None = None
    reason: str | None = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, body: Any) -> RunRequest:
        """Read the input, checked as far as that is possible without data; unknown keys become warnings.

        Raises InvalidInput naming the field.
        """
        if not isinstance(body, Mapping):
            raise InvalidInput("input", "must be a JSON object")
        for name in ("force", "full", "over_budget"):
            if not isinstance(body.get(name, False), bool):
                raise InvalidInput(name, "must be true or false")
        if body.get("full") and body.get("chunks") is not None:
            raise InvalidInput("full", "learns every trainable chunk from nothing; leave out chunks")
        accept = () if body.get("accept") is None else tuple(_chunk("accept", one) for one in _texts("accept", body["accept"]))
        if accept and body.get("why") is None:
            raise InvalidInput("why", "must say why the accepted chunks are let through")
        if not accept and body.get("why") is not None:
            raise InvalidInput("why", "belongs to accept, which is missing")
        return cls(
            families=_families(body.get("families")),
            chunks=_chunks(body.get("chunks")),
            holdout=None if body.get("holdout") is None else _chunk("holdout", body["holdout"]),
            force=body.get("force", False),
            full=body.get("full", False),
            accept=accept,
            why=_words("why", body.get("why")) or "",
            by=_words("by", body.get("by")) or "not told",
            deadline=_deadline(body.get("deadline")),
            over_budget=body.get("over_budget", False),
            expected_minutes=_minutes(body.get("expected_minutes")),
            scheduled_at=_moment("scheduled_at", body.get("scheduled_at")),
            trigger=_trigger(body),
            alarm=_words("alarm", body.get("alarm"), MOST_REASON),
            reason=_words("reason", body.get("reason"), MOST_REASON),
            warnings=tuple(_warnings(body)),
        )

    @property
    def started_by(self) -> dict[str, str]:
        """What is put on record of who started the run."""
        told = {"trigger": self.trigger, "scheduled_at": self.scheduled_at, "alarm": self.alarm, "reason": self.reason}
        return {name: value for name, value in told.items() if value is not None}

    @property
    def is_wished(self) -> bool:
        """Whether a person wants this run, or what only a person asks for: it is never skipped."""
        return self.trigger == PERSON or self.force or self.full or bool(self.accept) or self.over_budget

    def deadline_at(self, now: datetime) -> datetime:
        """Return when the run is to have ended: hours count from the start, or from the moment that a schedule started it for.

        Without a deadline that is now. InvalidInput for a moment that is further away than a run may wait.
        """
        if self.deadline is None:
            return now
        if isinstance(self.deadline, str):
            deadline = to_datetime(parse_rfc3339(self.deadline, "deadline"))
            if deadline > now + timedelta(hours=MOST_HOURS):
                raise InvalidInput("deadline", f"must be within {MOST_HOURS} hours")
            return deadline
        scheduled = None if self.scheduled_at is None else to_datetime(parse_rfc3339(self.scheduled_at, "scheduled_at"))
        return (scheduled or now) + timedelta(hours=self.deadline)

    def check_quarantine(self, quarantine: Quarantine) -> list[str]:
        """Return the chunks that stay held; InvalidInput for one that it names, or lets through and is not held."""
        check_accepted(self.accept, quarantine)
        left = {chunk: one for chunk, one in quarantine.items() if chunk not in self.accept}
        check_not_held("chunks", self.chunks or (), left)
        check_not_held("holdout", (self.holdout,) if self.holdout else (), left)
        return sorted(held(left))

    def split(self, coverage: Coverage, weeks: WeeklyFrauds) -> Split:
        """Return what is judged, by default up to the newest mature chunk, and what may be trained before. Raises InvalidInput."""
        if self.holdout is None:
            return split(coverage, weeks)
        (holdout,) = _choose("holdout", [self.holdout], coverage.mature)
        return split(coverage, weeks, holdout)

    def chosen_of(self, trainable: Sequence[Chunk]) -> list[Chunk]:
        """Return the chunks it names, or all; raises InvalidInput naming one that may not be trained."""
        return list(trainable) if self.chunks is None else _choose("chunks", self.chunks, trainable)


def in_words(started_by: Mapping[str, str]) -> str:
    """Say who started a run, as its plan has it on record.

    >>> in_words({"trigger": "drift", "alarm": "arn:aws:cloudwatch:eu-north-1:1:alarm:Drift", "reason": "2.0 is above 0"})
    'started by drift: arn:aws:cloudwatch:eu-north-1:1:alarm:Drift, 2.0 is above 0'
    """
    who = "a person" if started_by["trigger"] == PERSON else started_by["trigger"]
    told = ", ".join(started_by[name] for name in ("alarm", "reason") if name in started_by)
    return f"started by {who}: {told}" if told else f"started by {who}"


def _choose(field: str, ids: Sequence[str], known: Sequence[Chunk]) -> list[Chunk]:
    by_id = {chunk.id: chunk for chunk in known}
    unknown = [one for one in ids if one not in by_id]
    if unknown:
        choices = ", ".join(by_id) or "none yet"
        raise InvalidInput(field, f"{unknown[0]!r} cannot be used; choose from {choices}")
    return sorted({by_id[one] for one in ids})


def _trigger(body: Mapping[str, Any]) -> str:
    """Return who started it: a start that is for a moment is a schedule's, also where a release before did not say so."""
    told = body.get("trigger")
    if told is None:
        return PERSON if body.get("scheduled_at") is None else SCHEDULE
    if told not in TRIGGERS:
        raise InvalidInput("trigger", f"{told!r} is unknown; choose from {', '.join(TRIGGERS)}")
    return str(told)


def _words(field: str, value: Any, longest: int = LONGEST_WORDS) -> str | None:
    if value is not None and not (isinstance(value, str) and len(value.strip()) > 0 and len(value) <= longest):
        raise InvalidInput(field, f"must be a text of at most {longest} characters")
    return None if value is None else str(value)


def _moment(field: str, value: Any) -> str | None:
    if value is not None:
        parse_rfc3339(value, field)
    return None if value is None else str(value)


def _deadline(value: Any) -> str | float | None:
    if value is None or isinstance(value, str):
        return _moment("deadline", value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_HOURS:
        raise InvalidInput("deadline", f"must be an RFC 3339 time, or hours above 0 and at most {MOST_HOURS}")
    return float(value)


def _minutes(value: Any) -> int:
    if value is None:
        return EXPECTED_MINUTES
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_HOURS * 60:
        raise InvalidInput("expected_minutes", f"must be a whole number from 1 to {MOST_HOURS * 60}")
    return value


def _families(value: Any) -> tuple[str, ...]:
    if value is None:
        return FAMILIES
    asked = _texts("families", value)
    unknown = [family for family in asked if family not in FAMILIES]
    if unknown:
        raise InvalidInput("families", f"{unknown[0]!r} is unknown; choose from {', '.join(FAMILIES)}")
    return tuple(dict.fromkeys(asked))


def _chunks(value: Any) -> tuple[str, ...] | None:
    return None if value is None else tuple(_chunk("chunks", one) for one in _texts("chunks", value))


def _chunk(field: str, value: Any) -> str:
    try:
        return Chunk.parse(value).id
    except InvalidInput as error:
        raise InvalidInput(field, error.reason) from None


def _texts(field: str, value: Any) -> Sequence[str]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise InvalidInput(field, "must be a list of at least one string")
    return value


def _warnings(body: Mapping[str, Any]) -> list[str]:
    return [f"{name}: unknown, ignored; known are {', '.join(KNOWN)}" for name in sorted(body.keys() - set(KNOWN))]
