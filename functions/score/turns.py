"""Whose turn it is in a batch, what each may see, and who has to wait: nobody overtakes one that shares an entity."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from functions.score.folding import fold
from functions.score.state import Entity, Snapshot, entities_of
from greenfraud.errors import GreenFraudError, NotReachedError, StoreUnavailableError
from greenfraud.features.manifest import Manifest
from greenfraud.items.decision import Decision
from greenfraud.records import Transaction

TIME_IS_UP = "not reached in time, nothing of it was stored: send it again"
BEHIND = "one before it of this customer, terminal or other entity was not stored, so nothing of it was either: send both again"


class Turns:
    """The transactions of one request, in the order of time; `snapshot` is what the next one sees."""

    def __init__(self, transactions: Sequence[Transaction], snapshot: Snapshot, manifest: Manifest, *, give_up_at: float) -> None:
        self.snapshot = self._read = snapshot
        self._manifest = manifest
        self._give_up_at = give_up_at
        self._left = len(transactions)
        self._waiting: set[Entity] = set()
        self._seen: set[str] = set()

    def refusal(self, transaction: Transaction) -> NotReachedError | None:
        """Why the turn of a transaction does not come, None when it does."""
        self._left -= 1
        is_late = time.monotonic() >= self._give_up_at
        entities = entities_of(transaction, self._manifest)
        if not is_late and self._waiting.isdisjoint(entities):
            return None
        self._waiting.update(entities)
        return NotReachedError(TIME_IS_UP if is_late else BEHIND)

    def take(self, made: Decision, outcome: Mapping[str, Any] | GreenFraudError) -> None:
        """Let those that come later see what was decided.

        Also what was decided before, where a state that was read cannot have it yet: a batch that is sent again overtakes the
        stream. Where nobody can tell, the answers to those that come later say so.
        """
        transaction = made.transaction
        if isinstance(outcome, StoreUnavailableError):
            self._waiting.update(entities_of(transaction, self._manifest))
        if isinstance(outcome, GreenFraudError) or transaction.transaction_id in self._seen:
            return
        self._seen.add(transaction.transaction_id)
        if self._left:
            earlier = None if outcome == made.answer else self._read
            self.snapshot = fold(self.snapshot, transaction, outcome["decision"], self._manifest, unless_in=earlier)


def in_order(transactions: Sequence[Transaction]) -> list[tuple[int, Transaction]]:
    """The transactions with their places in the list, as they happened; of one moment by their ids, of one id as listed."""
    return sorted(enumerate(transactions), key=lambda placed: (placed[1].occurred_us, placed[1].transaction_id))
