"""The stretch, event by event: a transaction is scored once everything before it can be seen, and not a moment later.

Consecutive transactions that share no customer and no terminal, and between which nothing is told, are scored by one
request: none of them can tell. With a lag, the ingestion sees each event so much later, as a slow stream would have it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.parity.client import Client
from benchmarks.parity.cloud import Cloud
from benchmarks.parity.delivery import Delivery
from benchmarks.parity.outcomes import Reviewers, Told
from benchmarks.parity.stretch import Stretch
from greenfraud.records import Label, Release, Transaction

TOGETHER = 49  # with both entities of each and the control item within one BatchGetItem
TOLD_TOGETHER = 100

# Told of the transactions scored next, with everything that they may know in place.
Watcher = Callable[[Sequence[Transaction]], Any]


class Replay:
    """Drives the functions of a cloud through a stretch."""

    def __init__(self, cloud: Cloud, client: Client, delivery: Delivery, reviewers: Reviewers, *, lag_us: int = 0) -> None:
        self._cloud = cloud
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
            self._take({one.transaction_id: (entities_of(one), one.occurred_us) for one in together})
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
        self._take({one.about.transaction_id: (entities_of(one.about), one.at_us) for one in told})

    def _take(self, about: dict[str, tuple[frozenset[str], int]]) -> None:
        for record in self._cloud.stream_records():
            entities, at_us = about[record["dynamodb"]["Keys"]["transaction_id"]["S"]]
            self._delivery.take(record, entities, at_us + self._lag_us)

    def _together(self, transactions: Sequence[Transaction], at: int) -> list[Transaction]:
        """The next transactions that may be scored by one request: nothing becomes visible between them that they read."""
        unseen = self._delivery.earliest(transactions[at].occurred_us)
        next_told_us = self._untold[0][0] if self._untold else None
        together: list[Transaction] = []
        for one in transactions[at : at + TOGETHER]:
            is_told_between = next_told_us is not None and next_told_us < one.occurred_us
            if is_told_between or any(unseen.get(entity, one.occurred_us + 1) <= one.occurred_us for entity in entities_of(one)):
                break
            together.append(one)
            # A request sees itself, whatever the stream's lag: who shares somebody with another is sent after that one's ingestion.
            unseen |= dict.fromkeys(entities_of(one), 0)
        return together


def entities_of(transaction: Transaction) -> frozenset[str]:
    """Whose state a transaction reads and changes."""
    return frozenset({f"customer {transaction.customer_id}"}) | _terminal(transaction.terminal_id)


def _terminal(terminal_id: str | None) -> frozenset[str]:
    return frozenset() if terminal_id is None else frozenset({f"terminal {terminal_id}"})
