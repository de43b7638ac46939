"""A history of Step Functions, written event by event; each place in it goes on in its own branch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

BEGIN = datetime(2026, 4, 1, tzinfo=UTC)


class HistoryOf:
    """All events so far; what is called on it begins at the newest event."""

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []
        self.now = BEGIN

    @property
    def last(self) -> Place:
        """Behind the newest event."""
        return Place(self, len(self.all))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.last, name)


@dataclass(frozen=True)
class Place:
    """Behind one event of a history."""

    history: HistoryOf
    id: int

    def event(self, kind: str, **details: Any) -> Place:
        """One more event."""
        events = self.history.all
        events.append({"id": len(events) + 1, "previousEventId": self.id, "type": kind, "timestamp": self.history.now, **details})
        return Place(self.history, len(events))

    def enter(self, name: str, seconds: float, kind: str = "Task") -> Place:
        """A state is entered, and goes on for so long at least."""
        entered = self.event(f"{kind}StateEntered", stateEnteredEventDetails={"name": name})
        self.history.now += timedelta(seconds=seconds)
        return entered

    def schedule(self) -> Place:
        """A task is tried."""
        return self.event("TaskScheduled", taskScheduledEventDetails={"resource": "invoke"})

    def leave(self, name: str) -> Place:
        """A state is left."""
        return self.event("TaskStateExited", stateExitedEventDetails={"name": name})

    def task(self, name: str, seconds: float) -> Place:
        """A task from its beginning to its end."""
        return self.enter(name, seconds).schedule().leave(name)

    def map_begins(self, _: str, length: int) -> Place:
        """A Map knows how many iterations it has."""
        return self.event("MapStateStarted", mapStateStartedEventDetails={"length": length})

    def iteration(self, name: str, index: int) -> Place:
        """One of them begins."""
        return self.event("MapIterationStarted", mapIterationStartedEventDetails={"name": name, "index": index})

    def fail(self, kind: str, failed: dict[str, str]) -> Place:
        """A task fails."""
        return self.event(kind, **{f"{kind[0].lower()}{kind[1:]}EventDetails": failed})
