"""The history of an execution as states: which iteration of which Map each stands in, since when, and what failed in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cli.execution import readable_cause

Scope = tuple[tuple[str, int], ...]  # the Maps around a state, each with the iteration
Event = Mapping[str, Any]


@dataclass
class State:
    """One state of one iteration; `failure` is what its last try failed with, `tries` how often a task was begun.

    `length` is of a Map how many iterations it has.
    """

    name: str
    kind: str
    scope: Scope
    entered_at: datetime
    left_at: datetime | None = None
    failure: str | None = None
    tries: int = 0
    length: int | None = None


def read_history(client: Any, arn: str) -> Iterator[Event]:
    """Every event of an execution, without what its states were given. ClientError where it may not be read."""
    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn, includeExecutionData=False)
    for page in pages:
        yield from page["events"]


def states_of(events: Iterable[Event]) -> list[State]:
    """The states of a history, in the order in which they were entered.

    An event names the one before it in its own branch, and so stands in the same iteration and belongs to the same state: branches
    that run side by side come mixed.
    """
    states, scopes, owners = list[State](), dict[int, Scope](), dict[int, State]()
    for event in sorted(events, key=lambda one: one["id"]):
        id_, before = event["id"], event.get("previousEventId", 0)
        scope, owner = scopes.get(before, ()), owners.get(before)
        if iteration := event.get("mapIterationStartedEventDetails"):
            scope = (*_outside(scope, iteration["name"]), (iteration["name"], iteration["index"]))
        if entered := event.get("stateEnteredEventDetails"):
            scope = _outside(scope, entered["name"])
            kind = event["type"].removesuffix("StateEntered")
            owner = State(entered["name"], kind, scope, event["timestamp"])
            states.append(owner)
        if left := event.get("stateExitedEventDetails"):
            scope = _outside(scope, left["name"])
            owner = _last(states, left["name"], scope) or owner
            if owner is not None:
                owner.left_at = event["timestamp"]
        scopes[id_] = scope
        if owner is not None:
            owners[id_] = owner
            _note(event, owner)
    return states


def _note(event: Event, owner: State) -> None:
    """Keep what an event says of its state: a try that begins forgets what the one before failed with."""
    if event["type"].endswith("Scheduled"):
        owner.tries, owner.failure = owner.tries + 1, None
    if started := event.get("mapStateStartedEventDetails"):
        owner.length = started["length"]
    failed = next((value for name, value in event.items() if name.endswith("EventDetails") and "error" in value), None)
    if failed is not None and not event["type"].startswith("Execution"):
        owner.failure = reason(failed)


def reason(failed: Mapping[str, Any]) -> str:
    r"""An error and its cause in one line.

    >>> reason({"error": "SageMaker.Failed", "cause": '{"FailureReason": "AlgorithmError: no\\nrows"}'})
    'SageMaker.Failed: AlgorithmError: no rows'
    """
    cause = " ".join(readable_cause(failed.get("cause") or "").split())
    return f"{failed['error']}: {cause}" if cause else str(failed["error"])


def _outside(scope: Scope, name: str) -> Scope:
    """What is around the Map called `name`: it stands in none of its own iterations."""
    names = [one for one, _ in scope]
    return scope[: names.index(name)] if name in names else scope


def _last(states: list[State], name: str, scope: Scope) -> State | None:
    return next((one for one in reversed(states) if (one.name, one.scope) == (name, scope)), None)
