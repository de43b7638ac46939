"""A batch of stream records: each event applied once, all of them landed, failures named one by one.

Lambda repeats a stream's batch from the first number reported as failed. What comes after that one is applied here
nevertheless, because features should know of it now; delivered again, it is found by its receipt and only lands anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.ingest.batch import Batch, Record, lag_milliseconds, read_batch, reason_of
from functions.ingest.events import DecisionEvent, Event, ReleaseEvent
from functions.ingest.forgotten import rename
from functions.ingest.groups import Change, Entry
from functions.ingest.landing import Lake
from functions.ingest.metrics import line_of
from functions.ingest.online import OnlineStates
from greenfraud.errors import ContractError
from greenfraud.features.manifest import Manifest, View
from greenfraud.features.tiles import ViewState
from greenfraud.forgotten_people import ForgottenPeople
from greenfraud.items.decision import Decision
from greenfraud.items.release import ReleasedPayment
from greenfraud.rejections import RejectedQueue, Rejection

logger = logging.getLogger(__name__)

FOREVER = float("inf")
Apply = Callable[[ViewState], ViewState]


class Ingestion:
    """The road from the decisions table into the online state and the lake."""

    def __init__(  # noqa: PLR0913
        self,
        tables: Mapping[str, str],
        manifest: Manifest,
        *,
        states: OnlineStates,
        lake: Lake,
        rejected: RejectedQueue,
        forgotten: ForgottenPeople | None = None,
    ) -> None:
        self._forgotten = forgotten  # None where nobody can have been: a replay of a history
        self._tables = tables  # of states, by view
        self._views = manifest.views
        self._states = states
        self._lake = lake
        self._rejected = rejected

    def ingest(self, records: Sequence[Record], *, give_up_at: float = FOREVER, tells_rejections: bool = False) -> dict[str, Any]:
        """Ingest a batch; prints one line of metrics and returns what Lambda should deliver again.

        Rejections go to the queue, or, where they are to be told, into the answer.

        A fault of the lake fails the batch: receipts make that safe. After `give_up_at`, by the monotonic clock, what is
        left is reported as failed instead of tried.
        """
        batch = read_batch(records)
        if self._forgotten is not None:
            rename(batch, self._forgotten)
        entries = [Entry(event, self._changes(event)) for event in batch.events.values()]
        outcome = self._states.apply(entries, self._lake.note_of, give_up_at=give_up_at)
        self._lake.land([event for event in batch.events.values() if event.event_id in outcome.known], outcome.notes)
        for event_id, error in outcome.failed.items():
            self._settle(batch, event_id, error)
        for event_id, damage in outcome.damaged:
            batch.reject(event_id, "item_damaged", damage.reason, f"{damage.kind}.{damage.attribute}")
        batch.failed |= set() if tells_rejections else self._send(batch.rejected)
        print(
            line_of(
                ingested=len(outcome.applied),
                failed=len(batch.failed),
                rejected=len(batch.rejected),
                refused_late=outcome.refused_late,
                lag_milliseconds=lag_milliseconds(records),
            )
        )
        told = {"rejected": [rejection.answer() for rejection in batch.rejected]} if tells_rejections else {}
        return batch.response(records) | told

    def _settle(self, batch: Batch, event_id: str, error: Exception) -> None:
        """What breaks a contract does so every time; everything else deserves another try."""
        if isinstance(error, ContractError):
            batch.reject(event_id, "state_overflow", type(error).__name__, "states")
        else:
            batch.fail(event_id, error)

    def _send(self, rejected: Sequence[Rejection]) -> set[str]:
        try:
            return self._rejected.send(rejected)
        except (BotoCoreError, ClientError) as error:
            logger.warning("rejections not sent: %s", reason_of(error))
            return {rejection.sequence_number for rejection in rejected}

    def _changes(self, event: Event) -> tuple[Change, ...]:
        if isinstance(event, DecisionEvent):
            return self._changes_of_decision(event.decision)
        if isinstance(event, ReleaseEvent):
            return self._changes_of_release(event.release)
        # Features count reports of fraud when they were observed; corrections only go to the lake.
        report = event.report
        if not report.is_first_report:
            return ()
        add = partial(ViewState.add_report, observed_us=report.label.observed_us)
        return self._each(report.entity, lambda view: add if view.keeps_reports else None)

    def _changes_of_decision(self, decision: Decision) -> tuple[Change, ...]:
        """Every decision is an attempt; only what was allowed says what is usual."""
        transaction = decision.transaction
        add = partial(
            ViewState.add_transaction,
            occurred_us=transaction.occurred_us,
            amount_minor=transaction.amount_minor,
            outcome=decision.outcome,
            extras=transaction.extras,
        )
        return self._each(transaction.entity, lambda view: partial(add, other=transaction.met(view.join_key)))

    def _changes_of_release(self, release: ReleasedPayment) -> tuple[Change, ...]:
        add = partial(
            ViewState.add_release,
            occurred_us=release.occurred_us,
            accepted_us=release.accepted_us,
            amount_minor=release.amount_minor,
        )
        return self._each(release.entity, lambda _: add)

    def _each(self, entity: Callable[[str], str | None], apply_to: Callable[[View], Apply | None]) -> tuple[Change, ...]:
        """What an event changes: a state per view whose entity it names."""
        named = ((view, entity(view.join_key), apply_to(view)) for view in self._views.values())
        return tuple(
            Change(self._tables[view.name], view, identity, apply)
            for view, identity, apply in named
            if identity is not None and apply is not None
        )
