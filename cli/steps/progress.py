"""The steps of an execution as a person counts them: one for each task, and one for each family with the chunk it learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from cli.execution import SUCCEEDED
from cli.steps.history import State, read_history, reason, states_of
from greenfraud.executions import RUNNING

WORK = frozenset({"Task", "Wait"})  # other states only say which comes next
FAMILIES, CHUNKS, TRAIN = "Families", "Chunks", "Train"  # the machine's Map of families, around that of chunks, and its first task
DONE, FAILED, GOES_ON, STOPPED = "done", "failed", "running", "stopped"


class Step(NamedTuple):
    """`state` is running, done, failed or stopped; of a family, `number` of `chunks` is the one it learns, or learned last."""

    name: str
    state: str
    began_at: datetime
    seconds: float
    family: str | None
    chunk: str | None
    number: int | None
    chunks: int | None
    tries: int
    reason: str | None

    def document(self) -> dict[str, Any]:
        """As JSON has it, `began_at` in UTC."""
        return {**self._asdict(), "began_at": self.began_at.astimezone(UTC).isoformat(), "seconds": round(self.seconds, 3)}


class Progress(NamedTuple):
    """How far an execution has come, and why it ended where it failed; `fault` says why that cannot be told."""

    steps: Sequence[Step] = ()
    cause: str | None = None
    fault: str | None = None


def progress_of(client: Any, execution: Mapping[str, Any], plan: Mapping[str, Any]) -> Progress:
    """Look an execution up that was listed. What may not be read, or is forgotten after 90 days, is a fault that is told."""
    arn, is_running = execution["executionArn"], execution["status"] == RUNNING
    try:
        states = states_of(read_history(client, arn))
        told = {} if is_running or execution["status"] == SUCCEEDED else client.describe_execution(executionArn=arn)
    except (ClientError, BotoCoreError) as fault:
        return Progress(fault=str(fault))
    ended_at = None if is_running else execution.get("stopDate") or datetime.now(UTC)
    return Progress(steps_of(states, plan, ended_at), reason(told) if told.get("error") else None)


def steps_of(states: Sequence[State], plan: Mapping[str, Any], ended_at: datetime | None) -> list[Step]:
    """The steps in the order in which they began; `ended_at` is None of an execution that runs."""
    groups: dict[tuple[str, int | None], list[State]] = {}
    for state in states:
        if state.kind in WORK:
            family = dict(state.scope).get(FAMILIES)
            groups.setdefault((state.name if family is None else TRAIN, family), []).append(state)
    lengths = {dict(state.scope).get(FAMILIES): state.length for state in states if state.name == CHUNKS}
    steps = []
    for (name, family), ours in groups.items():
        number = None if family is None else dict(ours[-1].scope).get(CHUNKS, 0) + 1
        work = _Work(name, ours, number, lengths.get(family) if family is not None else None)
        steps.append(work.step(_named(plan, family, number), ended_at))
    return steps


@dataclass(frozen=True)
class _Work:
    """The states that are one step: a task, or all of a family."""

    name: str
    states: Sequence[State]
    number: int | None
    chunks: int | None

    def step(self, named: tuple[str | None, str | None], ended_at: datetime | None) -> Step:
        last, began_at = self.states[-1], self.states[0].entered_at
        is_last = self.number is None or (self.number == self.chunks and last.name != TRAIN)
        left_at = last.left_at if is_last else None
        until = left_at or ended_at or datetime.now(UTC)
        return Step(
            self.name,
            _state(last.failure, has_left=left_at is not None, has_ended=ended_at is not None),
            began_at,
            max(0.0, (until - began_at).total_seconds()),
            *named,
            self.number,
            self.chunks,
            last.tries,
            last.failure,
        )


def _named(plan: Mapping[str, Any], family: int | None, number: int | None) -> tuple[str | None, str | None]:
    """What the plan calls a family and its chunk; without a plan, the family by its number."""
    if family is None or number is None:
        return None, None
    families = plan.get("families", [])
    if family >= len(families):
        return str(family + 1), None
    chunks = families[family]["chunks"]
    return families[family]["family"], chunks[number - 1]["chunk"] if number <= len(chunks) else None


def _state(failure: str | None, *, has_left: bool, has_ended: bool) -> str:
    if failure is not None and (has_left or has_ended):
        return FAILED
    if has_left:
        return DONE
    return STOPPED if has_ended else GOES_ON
