"""The stretch, event by event: a transaction is scored once everything before it can be seen, and not a moment later.

Consecutive transactions that share no customer, no terminal and no report between them are scored by one request: none of
them can tell. With a lag, the ingestion sees each event so much later, as a slow stream would have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.parity.client import Client
from benchmarks.parity.cloud import Cloud
from benchmarks.parity.delivery import Delivery
from benchmarks.parity.stretch import Stretch
from greenfraud.records import Label, Transaction

TOGETHER = 49  # with both entities of each and the control item within one BatchGetItem
REPORTS_TOGETHER = 100

# Told of the transactions scored next, with everything that they may know in place.
Watcher = Callable[[Sequence[Transaction]], Any]


class Replay:
    """Drives the functions of a cloud through a stretch."""

    def __init__(self, cloud: Cloud, client: Client, delivery: Delivery, *, lag_us: int = 0) -> None:
        self._cloud = cloud
        self._client = client
        self._delivery = delivery
        self._lag_us = lag_us

    def run(self, stretch: Stretch, *, before_score: Watcher, after_score: Watcher) -> None:
        """Score and report everything, in order."""
        transactions, reports = stretch.transactions, list(stretch.reports)
        reports.reverse()
        at = 0
        while at < len(transactions):
            now_us = transactions[at].occurred_us
            while reports and reports[-1][0].observed_us < now_us:
                self._report(reports, now_us)
            next_report_us = reports[-1][0].observed_us if reports else None
            together = self._together(transactions, at, next_report_us)
            self._delivery.deliver(now_us, {entity for one in together for entity in entities_of(one)})
            before_score(together)
            self._client.score(together)
            self._take({one.transaction_id: (entities_of(one), one.occurred_us) for one in together})
            after_score(together)
            at += len(together)
        self._delivery.deliver_all()

    def _report(self, reports: list[tuple[Label, str | None]], now_us: int) -> None:
        """Tell the next reports observed before now, and take them from the end of the list."""
        told: list[tuple[Label, str | None]] = []
        while reports and reports[-1][0].observed_us < now_us and len(told) < REPORTS_TOGETHER:
            told.append(reports.pop())
        self._client.report([label for label, _ in told])
        self._take({label.transaction_id: (_terminal(terminal), label.observed_us) for label, terminal in told})

    def _take(self, about: dict[str, tuple[frozenset[str], int]]) -> None:
        for record in self._cloud.stream_records():
            entities, at_us = about[record["dynamodb"]["Keys"]["transaction_id"]["S"]]
            self._delivery.take(record, entities, at_us + self._lag_us)

    def _together(self, transactions: Sequence[Transaction], at: int, next_report_us: int | None) -> list[Transaction]:
        """The next transactions that may be scored by one request: nothing becomes visible between them that they read."""
        unseen = self._delivery.earliest(transactions[at].occurred_us)
        together: list[Transaction] = []
        for one in transactions[at : at + TOGETHER]:
            is_report_between = next_report_us is not None and next_report_us < one.occurred_us
            if is_report_between or any(unseen.get(entity, one.occurred_us + 1) <= one.occurred_us for entity in entities_of(one)):
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
