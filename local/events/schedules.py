"""EventBridge Scheduler's schedules, fired when they are due."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from moto.scheduler.models import Schedule, scheduler_backends

from local.context import ACCOUNT, REGION, Context
from local.events.cron import next_firing
from local.permissions.decision import take_on
from local.targets import deliver

TICK_SECONDS = 0.5
# Scheduler's own precision: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
PRECISION = timedelta(seconds=60)


@dataclass
class Timer:
    """When one schedule fires next; made anew when the schedule changes."""

    key: tuple[Any, ...]
    due: datetime | None


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
        enabled = {schedule.arn: schedule for schedule in schedules() if schedule.state == "ENABLED"}
        self._timers = {arn: timer for arn, timer in self._timers.items() if arn in enabled}
        for arn, schedule in enabled.items():
            try:
                self._fire_if_due(schedule, now)
            except Exception as failure:
                print(f"{arn}: {failure}", file=sys.stderr, flush=True)

    def _fire_if_due(self, schedule: Schedule, now: datetime) -> None:
        key = (schedule.schedule_expression, schedule.schedule_expression_timezone, schedule.last_modified_date)
        timer = self._timers.get(schedule.arn)
        if timer is None or timer.key != key:
            timer = self._timers[schedule.arn] = Timer(key, first_firing(schedule, now))
        if timer.due is None or timer.due > now:
            return
        due, timer.due = timer.due, firing_after(schedule, now)
        threading.Thread(target=fire, args=(self._context, schedule, due), daemon=True).start()


def schedules() -> Iterator[Schedule]:
    """Every schedule there is."""
    for group in list(scheduler_backends[ACCOUNT][REGION].schedule_groups.values()):
        yield from list(group.schedules.values())


def firing_after(schedule: Schedule, moment: datetime) -> datetime | None:
    """When the schedule fires after a moment, if ever again."""
    return next_firing(schedule.schedule_expression, after=moment, zone=schedule.schedule_expression_timezone)


def first_firing(schedule: Schedule, now: datetime) -> datetime | None:
    """When a schedule first seen at `now` fires; one moment that passed while the schedule was being made still counts."""
    if schedule.schedule_expression.startswith("at("):
        return firing_after(schedule, datetime.fromtimestamp(schedule.creation_date, UTC) - PRECISION)
    return firing_after(schedule, now)


def filled(given: str, schedule: Schedule, due: datetime) -> str:
    """An input with Scheduler's context attributes filled in.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    values = {
        "schedule-arn": schedule.arn,
        "scheduled-time": f"{due:%Y-%m-%dT%H:%M:%SZ}",
        "execution-id": uuid.uuid4().hex[:16],
        "attempt-number": "1",  # nothing is tried again here
    }
    for name, value in values.items():
        given = given.replace(f"<aws.scheduler.{name}>", value)
    return given


def fire(context: Context, schedule: Schedule, due: datetime) -> None:
    """Send the target its input; what cannot be delivered goes to the schedule's dead-letter queue, at once, and is reported.

    Scheduler does both by the role of the target.
    """
    group = schedule.arn.rpartition("/")[0].replace(":schedule/", ":schedule-group/")
    given = filled(schedule.target.get("Input", "{}"), schedule, due)
    by_role = partial(deliver, context, message=given, source_arn=schedule.arn)
    caller = take_on(schedule.target["RoleArn"], "scheduler.amazonaws.com", "scheduler", source_arn=group)
    try:
        by_role(arn=schedule.target["Arn"], caller=caller)
    except Exception as failure:
        print(f"{schedule.arn} -> {schedule.target['Arn']}: {failure}", file=sys.stderr, flush=True)
        if letters := schedule.target.get("DeadLetterConfig", {}).get("Arn"):
            by_role(arn=letters, caller=caller)


def install(context: Context) -> None:
    """Start ticking with the server."""
    ticker = Ticker(context)
    context.on_start(lambda: threading.Thread(target=ticker.run, name="schedules", daemon=True).start())
    context.on_stop(ticker.stop)
