"""The fields of a transaction, by the names that a file's columns are given."""

from __future__ import annotations

from greenfraud.features.manifest import load_manifest

FIELDS = (
    "transaction_id",
    "occurred_at",
    "customer_id",
    "terminal_id",
    "amount",
    "amount_minor",
    "currency",
    "is_fraud",
    "observed_at",
    "decision",
    "accepted_at",
)


def fields() -> tuple[str, ...]:
    """The fields of a transaction and its label, then the extra columns that feature_repo declares."""
    return (*FIELDS, *load_manifest().extra_columns)
