"""What the stream still carries of a person who was forgotten meanwhile: it goes on under the name that took their place."""

from __future__ import annotations

from dataclasses import replace

from functions.ingest.batch import Batch
from functions.ingest.events import DecisionEvent, ReleaseEvent
from greenfraud.forgotten_people import ForgottenPeople, is_since
from greenfraud.items.forgotten import Forgotten
from greenfraud.redelivery import written_at


def rename(batch: Batch, people: ForgottenPeople) -> None:
    """Give payments decided before a customer was forgotten the name in its place, without what only that customer had.

    Raises StoreUnavailableError when the list cannot be read: an event must not bring anybody back.
    """
    known = people.known()
    if not known.requests:
        return
    for event_id, event in batch.events.items():
        if isinstance(event, DecisionEvent):
            batch.events[event_id] = _renamed(event, known, written_at(batch.records[event_id][0]))
        elif isinstance(event, ReleaseEvent):
            batch.events[event_id] = _renamed_release(event, known)


def _renamed(event: DecisionEvent, known: Forgotten, decided_at: float | None) -> DecisionEvent:
    transaction = event.decision.transaction
    request = known.of(transaction.customer_id)
    if request is None or is_since(decided_at, request):
        return event
    stranger = replace(transaction, customer_id=request.pseudonym, extras={})
    return replace(event, decision=replace(event.decision, transaction=stranger, features=None))


def _renamed_release(event: ReleaseEvent, known: Forgotten) -> ReleaseEvent:
    request = known.of(event.release.customer_id)
    if request is None or is_since(event.release.decided_at, request):
        return event
    return replace(event, release=replace(event.release, customer_id=request.pseudonym, entities={}))
