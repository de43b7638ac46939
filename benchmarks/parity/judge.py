"""The Feast SDK as the judge: what `fraud_serving` gives at the moment before a score, read from the same tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.parity.comparison import Values
from benchmarks.parity.faults import Faults
from greenfraud.features.manifest import load_manifest
from greenfraud.records import Transaction


class Judge:
    """Asks Feast about a sample that is spread evenly over the stretch."""

    def __init__(self, store: Any, faults: Faults, *, sample: int, of_rows: int) -> None:
        self._store = store
        self._service = store.get_feature_service("fraud_serving")
        self._faults = faults
        self._share = sample / of_rows
        self._passed = 0
        self.values: Values = {}

    def watch(self, transactions: Sequence[Transaction]) -> None:
        """Ask about transactions that are scored next, unless the sample is ahead of the replay."""
        self._passed += len(transactions)
        if len(self.values) < self._share * self._passed:
            # Feast takes an item that a busy table left unprocessed for one that is not there.
            with self._faults.active(is_active=False):
                self._ask(transactions)

    def _ask(self, transactions: Sequence[Transaction]) -> None:
        rows = [_row(one) for one in transactions]
        answer = self._store.get_online_features(features=self._service, entity_rows=rows).to_dict()
        columns = np.array([answer[name] for name in load_manifest().names], dtype=np.float64)  # None becomes NaN
        self.values |= {one.transaction_id: columns[:, row] for row, one in enumerate(transactions)}


def _row(transaction: Transaction) -> dict[str, Any]:
    """What Feast is asked by: a key that the payment lacks is an empty one, for Feast has no missing keys."""
    manifest = load_manifest()
    extras = {column: transaction.extras.get(column) for column in manifest.extra_columns}
    keys = {view.join_key: transaction.entity(view.join_key) or "" for view in manifest.views.values()}
    return {"occurred_us": transaction.occurred_us, "amount_minor": transaction.amount_minor, **extras, **keys}
