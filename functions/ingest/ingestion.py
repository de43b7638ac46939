"""A batch of stream records: each event applied once, all of them landed, failures named one by one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.ingest.events import Decided, Event, Reported, event_of, transaction_of
from functions.ingest.landing import Lake
from functions.ingest.metrics import line_of
from functions.ingest.online import Change, OnlineStates
from greenfraud.errors import ContractError, NotFound, StateConflict
from greenfraud.features.manifest import Manifest
from greenfraud.features.tiles import ViewState
from greenfraud.records import Transaction

logger = logging.getLogger(__name__)

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Tables:
    """Names of the tables an event touches besides its receipt."""

    customer: str
    terminal: str
    decisions: str


@dataclass
class Batch:
    """What became of a batch so far."""

    events: list[Event] = field(default_factory=list)
    applied: list[Event] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def response(self) -> dict[str, Any]:
        """What Lambda asks for: the records to deliver again."""
        return {"batchItemFailures": [{"itemIdentifier": number} for number in self.failed]}


class Ingestion:
    """The road from the decisions table into the online state and the lake."""

    def __init__(self, client: Callable[[], Any], tables: Tables, manifest: Manifest, states: OnlineStates, lake: Lake) -> None:
        self._client = client
        self._tables = tables
        self._views = manifest.views
        self._states = states
        self._lake = lake

    def ingest(self, records: Sequence[Record]) -> dict[str, Any]:
        """Ingest a batch; prints one line of metrics. A fault of the lake fails the batch: receipts make that safe."""
        batch = Batch()
        for record in records:
            self._ingest_one(record, batch)
        self._lake.land(batch.events, batch.applied)
        print(line_of(ingested=len(batch.applied), failed=len(batch.failed), lag_milliseconds=lag_milliseconds(records)))
        return batch.response()

    def _ingest_one(self, record: Record, batch: Batch) -> None:
        try:
            event = event_of(record)
            if event is None:
                return
            if self._states.apply(event.event_id, self._changes(event)):
                batch.applied.append(event)
            batch.events.append(event)
        except Exception as error:  # one record's fault must not stop the others
            logger.warning("event not ingested: %s", reason_of(error))
            batch.failed.append(record["dynamodb"]["SequenceNumber"])

    def _changes(self, event: Event) -> list[Change]:
        if isinstance(event, Decided):
            return self._changes_of_decision(event.transaction)
        return self._changes_of_report(event)

    def _changes_of_decision(self, transaction: Transaction) -> list[Change]:
        """Every decision counts, also one that blocked: it was an attempt."""

        def add(state: ViewState) -> ViewState:
            return state.add_transaction(transaction.occurred_us, transaction.amount_minor)

        changes = [self._customer(transaction.customer_id, transaction.occurred_us, add)]
        if transaction.terminal_id is not None:
            changes.append(self._terminal(transaction.terminal_id, transaction.occurred_us, add))
        return changes

    def _changes_of_report(self, event: Reported) -> list[Change]:
        """Features count reports of fraud when they were observed; corrections only go to the lake."""
        if not event.is_first_report:
            return []
        terminal_id = self._decided(event.label.transaction_id).terminal_id
        if terminal_id is None:
            return []
        observed_us = event.label.observed_us
        return [self._terminal(terminal_id, observed_us, lambda state: state.add_report(observed_us))]

    def _customer(self, identity: str, at_us: int, apply: Callable[[ViewState], ViewState]) -> Change:
        return Change(self._tables.customer, self._views["customer_activity"], identity, at_us, apply)

    def _terminal(self, identity: str, at_us: int, apply: Callable[[ViewState], ViewState]) -> Change:
        return Change(self._tables.terminal, self._views["terminal_activity"], identity, at_us, apply)

    def _decided(self, transaction_id: str) -> Transaction:
        key = {"transaction_id": {"S": transaction_id}, "record": {"S": "decision"}}
        response = self._client().get_item(TableName=self._tables.decisions, Key=key, ConsistentRead=True)
        if "Item" not in response:
            raise NotFound("the reported transaction was never decided")
        return transaction_of(response["Item"])


def reason_of(error: Exception) -> str:
    """A code for the log, never a message: messages quote payloads."""
    known = {ContractError: "malformed", NotFound: "decision_missing", StateConflict: "conflict", BotoCoreError: "unreachable"}
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return next((code for kind, code in known.items() if isinstance(error, kind)), type(error).__name__)


def lag_milliseconds(records: Sequence[Record]) -> float:
    """How long ago the oldest record of the batch was written, by the wall clock."""
    written = [record["dynamodb"].get("ApproximateCreationDateTime") for record in records]
    oldest = min((float(at) for at in written if at is not None), default=time.time())
    return max(0.0, (time.time() - oldest) * 1000)
