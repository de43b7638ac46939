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
        rows = [
            {
                "customer_id": one.customer_id,
                "terminal_id": one.terminal_id or "",
                "occurred_us": one.occurred_us,
                "amount_minor": one.amount_minor,
            }
            for one in transactions
        ]
        answer = self._store.get_online_features(features=self._service, entity_rows=rows).to_dict()
        columns = np.array([answer[name] for name in load_manifest().names], dtype=np.float64)  # None becomes NaN
        self.values |= {one.transaction_id: columns[:, row] for row, one in enumerate(transactions)}
