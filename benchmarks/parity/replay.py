"""The stretch, event by event: a transaction is scored once everything before it can be seen, and not a moment later.

Consecutive transactions that share no customer, no terminal and no other entity, and between which nothing is told, are scored by
one request: none of them can tell. With a lag, the ingestion sees each event so much later, as a slow stream would have it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from benchmarks.parity.client import Client
from benchmarks.parity.entities import Sent, entities_of
from benchmarks.parity.outcomes import Reviewers, Told
from benchmarks.parity.stretch import Stretch
from greenfraud.features.manifest import load_manifest
from greenfraud.records import Label, Release, Transaction

READ_TOGETHER = 100  # items, by one BatchGetItem
TOLD_TOGETHER = 100

# Told of the transactions scored next, with everything that they may know in place.
Watcher = Callable[[Sequence[Transaction]], Any]


class Road(Protocol):
    """What was sent, on its way through the stream and the ingestion."""

    def follow(self, sent: Sequence[Sent], lag_us: int = 0) -> None:
        """Take note of what was sent just now; ingestion sees it so much later."""

    def earliest(self, now_us: int) -> dict[str, int]:
        """For each entity with events that must not be seen yet, when the first of them may be."""

    def deliver(self, now_us: int, scored_next: AbstractSet[str]) -> None:
        """Return when whatever is due about these entities is part of their states."""

    def deliver_all(self) -> None:
        """Return when everything is."""


class Replay:
    """Drives the functions through a stretch."""

    def __init__(self, client: Client, delivery: Road, reviewers: Reviewers, *, lag_us: int = 0) -> None:
        self._client = client
        self._delivery = delivery
        self._reviewers = reviewers
        self._lag_us = lag_us
        self._untold: list[tuple[int, str, Told]] = []  # a heap
        self.released = 0

    def run(self, stretch: Stretch, *, before_score: Watcher, after_score: Watcher) -> None:
        """Score, report and release everything, in order."""
        transactions, at = stretch.transactions, 0
        for report in stretch.reports:
            self._expect(report)
        while at < len(transactions):
            now_us = transactions[at].occurred_us
            while self._untold and self._untold[0][0] < now_us:
                self._tell(now_us)
            together = self._together(transactions, at)
            self._delivery.deliver(now_us, {entity for one in together for entity in entities_of(one)})
            before_score(together)
            decisions = self._client.score(together)
            self._delivery.follow([Sent.scored(one) for one in together], self._lag_us)
            for one in together:
                self._expect(self._reviewers.look_at(one, decisions[one.transaction_id]))
            after_score(together)
            at += len(together)
        self._delivery.deliver_all()

    def _expect(self, told: Told | None) -> None:
        if told is not None:
            heapq.heappush(self._untold, (told.at_us, told.about.transaction_id, told))

    def _tell(self, now_us: int) -> None:
        """Tell the next reports and releases of before now."""
        told: list[Told] = []
        while self._untold and self._untold[0][0] < now_us and len(told) < TOLD_TOGETHER:
            told.append(heapq.heappop(self._untold)[2])
        labels = [one.body for one in told if isinstance(one.body, Label)]
        releases = [one.body for one in told if isinstance(one.body, Release)]
        self.released += len(releases) + sum(not label.is_fraud for label in labels)
        if labels:
            self._client.report(labels)
        if releases:
            self._client.release(releases)
        self._delivery.follow([Sent.told(one) for one in told], self._lag_us)

    def _together(self, transactions: Sequence[Transaction], at: int) -> list[Transaction]:
        """The next transactions that may be scored by one request: nothing becomes visible between them that they read."""
        unseen = self._delivery.earliest(transactions[at].occurred_us)
        next_told_us = self._untold[0][0] if self._untold else None
        together: list[Transaction] = []
        for one in transactions[at : at + most_together()]:
            is_told_between = next_told_us is not None and next_told_us < one.occurred_us
            if is_told_between or any(unseen.get(entity, one.occurred_us + 1) <= one.occurred_us for entity in entities_of(one)):
                break
            together.append(one)
            # A request sees itself, whatever the stream's lag: who shares somebody with another is sent after that one's ingestion.
            unseen |= dict.fromkeys(entities_of(one), 0)
        return together


def most_together() -> int:
    """How many transactions one request may hold, with all entities of each and the control item within one BatchGetItem."""
    return (READ_TOGETHER - 1) // len(load_manifest().views)
