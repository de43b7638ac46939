"""Schedules that fire: EventBridge rules with a schedule and EventBridge Scheduler's schedules."""

from __future__ import annotations

import json
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.events.models import Rule, events_backends
from moto.scheduler.models import Schedule, scheduler_backends

from local.context import Context
from local.events.cron import next_firing
from local.events.rules import send

TICK_SECONDS = 0.5
# Scheduler's own precision: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
PRECISION = timedelta(seconds=60)


@dataclass
class Timer:
    """When one schedule fires; made anew when the schedule's expression or state changes."""

    key: tuple[Any, ...]
    expression: str
    zone: str
    since: datetime
    starts_at_once: bool
    due: datetime | None = field(init=False)

    def __post_init__(self) -> None:
        self.due = self.since if self.starts_at_once else self.after(self.since)

    def after(self, moment: datetime) -> datetime | None:
        """The firing that follows `moment`."""
        return next_firing(self.expression, after=moment, since=self.since, zone=self.zone)


class Ticker:
    """Looks twice a second whether anything is due. A firing missed while the machine slept happens once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._timers: dict[str, Timer] = {}
        self._stopping = threading.Event()

    def run(self) -> None:
        """Tick until stopped."""
        while not self._stopping.wait(TICK_SECONDS):
            self.tick(datetime.now(UTC))

    def stop(self) -> None:
        """End the loop."""
        self._stopping.set()

    def tick(self, now: datetime) -> None:
        """Fire what is due at `now`."""
        existing = set()
        for arn, source in self._sources():
            existing.add(arn)
            try:
                self._fire_if_due(arn, source, now)
            except Exception as failure:
                print(f"{arn}: {failure}", file=sys.stderr, flush=True)
        for arn in self._timers.keys() - existing:
            del self._timers[arn]

    def _sources(self) -> Iterator[tuple[str, Rule | Schedule]]:
        account, region = self._context.account, self._context.region
        for bus in list(events_backends[account][region].event_buses.values()):
            for rule in list(bus.rules.values()):
                if rule.scheduled_expression and rule.state == "ENABLED":
                    yield rule.arn, rule
        for group in list(scheduler_backends[account][region].schedule_groups.values()):
            for schedule in list(group.schedules.values()):
                if schedule.state == "ENABLED":
                    yield schedule.arn, schedule

    def _fire_if_due(self, arn: str, source: Rule | Schedule, now: datetime) -> None:
        timer = timer_of(source, now)
        if arn not in self._timers or self._timers[arn].key != timer.key:
            self._timers[arn] = timer
        timer = self._timers[arn]
        if timer.due is None or timer.due > now:
            return
        due, timer.due = timer.due, timer.after(now)
        for target, message in messages(self._context, source, due):
            threading.Thread(target=send, args=(self._context, target, message), daemon=True).start()
        if timer.due is None and getattr(source, "action_after_completion", None) == "DELETE":
            group = scheduler_backends[self._context.account][self._context.region]
            group.delete_schedule(source.group_name, source.name)


def timer_of(source: Rule | Schedule, now: datetime) -> Timer:
    """The timer of a rule or schedule first seen at `now`; raises InvalidScheduleError."""
    if isinstance(source, Rule):
        expression = source.scheduled_expression or ""
        return Timer((expression,), expression, "UTC", now, starts_at_once=False)
    expression, zone = source.schedule_expression, source.schedule_expression_timezone
    start = aware(source.start_date)
    # An `at` that has just passed while the schedule was being made still fires.
    earliest = datetime.fromtimestamp(source.creation_date, UTC) - PRECISION
    since = start or (earliest if expression.startswith("at(") else now)
    key = (expression, zone, source.start_date, source.last_modified_date)
    return Timer(key, expression, zone, since, starts_at_once=expression.startswith("rate("))


def aware(moment: Any) -> datetime | None:
    """A schedule's start as an aware datetime; moto keeps epoch seconds or text."""
    if not moment:
        return None
    if isinstance(moment, int | float):
        return datetime.fromtimestamp(moment, UTC)
    if isinstance(moment, datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.fromisoformat(str(moment)).replace(tzinfo=UTC)


def messages(context: Context, source: Rule | Schedule, due: datetime) -> Iterator[tuple[dict[str, Any], str]]:
    """Each target with what it is sent: its own input, or an event that says which schedule fired."""
    targets = source.targets if isinstance(source, Rule) else [source.target]
    event = scheduled_event(context, source, due)
    for target in targets:
        given = target.get("Input")
        yield target, json.dumps(event) if given is None else with_attributes(given, event)


def scheduled_event(context: Context, source: Rule | Schedule, due: datetime) -> dict[str, Any]:
    """The event a target without an input of its own gets."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events" if isinstance(source, Rule) else "aws.scheduler",
        "account": context.account,
        "time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": context.region,
        "resources": [source.arn],
        "detail": {},
    }


def with_attributes(text: str, event: dict[str, Any]) -> str:
    """The input with Scheduler's context attributes filled in."""
    attributes = {
        "<aws.scheduler.schedule-arn>": event["resources"][0],
        "<aws.scheduler.scheduled-time>": event["time"],
        "<aws.scheduler.execution-id>": event["id"],
        "<aws.scheduler.attempt-number>": "1",
    }
    for name, value in attributes.items():
        text = text.replace(name, value)
    return text


def install(context: Context) -> None:
    """Start ticking with the server."""
    ticker = Ticker(context)
    context.on_start(lambda: threading.Thread(target=ticker.run, name="schedules", daemon=True).start())
    context.on_stop(ticker.stop)
