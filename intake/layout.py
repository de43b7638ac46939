"""Which column of a file is which field of a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greenfraud.features.manifest import load_manifest
from intake.errors import InputError

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
HANDBOOK = {
    "transaction_id": "TRANSACTION_ID",
    "occurred_at": "TX_DATETIME",
    "customer_id": "CUSTOMER_ID",
    "terminal_id": "TERMINAL_ID",
    "amount": "TX_AMOUNT",
    "is_fraud": "TX_FRAUD",
}
REQUIRED = (("transaction_id",), ("occurred_at",), ("customer_id",), ("amount", "amount_minor"), ("is_fraud",))


def fields() -> tuple[str, ...]:
    """The fields of a transaction and its label, then the extra columns that feature_repo declares."""
    return (*FIELDS, *load_manifest().extra_columns)


@dataclass(frozen=True)
class Layout:
    """The file's column per field; `is_handbook` when the file is the Fraud Detection Handbook's, whose times are UTC."""

    columns: Mapping[str, str]
    is_handbook: bool


def parse_map(text: str, known: Sequence[str] | None = None) -> dict[str, str]:
    """`transaction_id=TX_ID,amount=Total` as field -> column. InputError for an unknown field or a missing "="."""
    known, mapping = known or fields(), dict[str, str]()
    for pair in filter(None, (part.strip() for part in text.split(","))):
        field, equals, column = map(str.strip, pair.partition("="))
        if not equals or not column:
            raise InputError(f"--map: `{pair}` is not field=column. Write for example --map transaction_id=TX_ID,amount=Total")
        if field not in known:
            raise InputError(f"--map: there is no field `{field}`. The fields are {', '.join(known)}")
        if field in mapping:
            raise InputError(f"--map: `{field}` is given twice. Name one column for it")
        mapping[field] = column
    return mapping


def resolve_layout(names: Sequence[str], mapping: Mapping[str, str]) -> Layout:
    """The layout of a file with columns `names`: mapped first, then by our own names, then by the handbook's.

    InputError names every field that has no column.
    """
    refuse_unknown(names, mapping)
    found = ((field, _column_of(field, names, mapping)) for field in fields())
    columns = {field: name for field, name in found if name is not None}
    if "amount_minor" in columns and "amount" not in mapping:
        columns.pop("amount", None)
    missing = [" or ".join(choice) for choice in REQUIRED if not any(field in columns for field in choice)]
    if missing:
        raise InputError(missing_told(missing, names))
    return Layout(columns, is_handbook=all(columns.get(field) == name for field, name in HANDBOOK.items()))


def refuse_unknown(names: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Raise InputError for a mapped column that the file does not have."""
    for field, column in mapping.items():
        if column not in names:
            raise InputError(f"--map {field}={column}: the file has no column `{column}`. It has {', '.join(names)}")


def _column_of(field: str, names: Sequence[str], mapping: Mapping[str, str]) -> str | None:
    choices = (mapping.get(field), field, HANDBOOK.get(field))
    return next((name for name in choices if name in names), None)


def missing_told(missing: Sequence[str], names: Sequence[str]) -> str:
    """What is said of fields that no column has."""
    wanted = ", ".join(f"`{field}`" for field in missing)
    example = missing[0].split()[0]
    return (
        f"no column for {wanted}. The file has {', '.join(names)}. "
        f"Say which column it is: --map {example}=<column> (with make: MAP={example}=<column>)"
    )
