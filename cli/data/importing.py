"""From a person's file to a data set, checked from the first row to the last before anything is written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from cli.data import checks
from cli.data.dataset import MATURITY_DAYS, SCHEMA, Dataset, in_order
from cli.data.moments import moments, not_before
from cli.data.reading import SourceFile, file_sha256, read_source
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US

EXTRA_COLUMNS = {"number": checks.numbers, "category": checks.texts}
MINOR_DIGITS = 2  # amount_minor counts hundredths, whatever the currency


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How a file is to be read. `maturity_days`: how long after a fraud its report arrives where the file does not say."""

    mapping: dict[str, str] = field(default_factory=dict)
    timezone: str | None = None
    maturity_days: int = MATURITY_DAYS
    currency: str = "EUR"


def source_identity(path: Path, options: ImportOptions) -> str:
    """Return the file's sha256, hashed with options and declared extra columns where there are any: they change the import."""
    digest, extra_columns = file_sha256(path), sorted(load_manifest().extra_columns.items())
    if options == ImportOptions() and not extra_columns:
        return digest
    chosen = [sorted(options.mapping.items()), options.timezone, options.maturity_days, options.currency]
    chosen += [extra_columns] if extra_columns else []
    return hashlib.sha256(f"{digest}{json.dumps(chosen)}".encode()).hexdigest()


def load_file(path: Path, options: ImportOptions, *, note: Callable[[str], None] = lambda _: None) -> Dataset:
    """The data set in `path`. InputError names column, row and remedy; `note` is told which columns are left out."""
    source = read_source(path, options.mapping)
    if source.ignored:
        note(f"columns not used: {', '.join(source.ignored)}")
    table = _checked(source, options)
    name = re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-").lower()[:60] or "dataset"
    return Dataset(
        name=name,
        source_sha256=source_identity(path, options),
        table=in_order(table),
        currency=options.currency,
        maturity_days=options.maturity_days,
    )


def _checked(source: SourceFile, options: ImportOptions) -> pa.Table:
    columns = source.columns
    timezone = options.timezone or ("UTC" if source.layout.is_handbook and _has_timestamps(source) else None)
    occurred = moments(columns["occurred_at"], timezone=timezone)
    is_fraud = checks.flags(columns["is_fraud"])
    values = {
        "transaction_id": checks.unique_identifiers(columns["transaction_id"]),
        "occurred_us": occurred,
        "customer_id": checks.identifiers(columns["customer_id"]),
        "terminal_id": _terminals(source, len(occurred)),
        "amount_minor": _amounts(source),
        "is_fraud": is_fraud,
        "observed_us": _observed(source, occurred, is_fraud, timezone, options.maturity_days),
    }
    table = pa.table(values, schema=SCHEMA)
    for name, kind in load_manifest().extra_columns.items():
        if name in columns:
            table = table.append_column(name, EXTRA_COLUMNS[kind](columns[name]))
    return table


def _has_timestamps(source: SourceFile) -> bool:
    """Tell whether times are stored as timestamps: the handbook documents that its own are UTC, a text says nothing."""
    return bool(pa.types.is_timestamp(source.columns["occurred_at"].values.type))


def _terminals(source: SourceFile, rows: int) -> pa.Array:
    if "terminal_id" not in source.columns:
        return pa.nulls(rows, pa.string())
    return checks.identifiers(source.columns["terminal_id"], required=False)


def _amounts(source: SourceFile) -> pa.Array:
    if "amount_minor" in source.columns:
        return checks.minor_amounts(source.columns["amount_minor"])
    return checks.amounts_minor(source.columns["amount"], digits=MINOR_DIGITS)


def _observed(source: SourceFile, occurred: pa.Array, is_fraud: pa.Array, timezone: str | None, maturity_days: int) -> pa.Array:
    """Return when each fraud was reported: as the file says, else `maturity_days` after it happened."""
    observed = pc.add(occurred, maturity_days * DAY_US)
    if "observed_at" in source.columns:
        column = source.columns["observed_at"]
        reported = moments(column, timezone=timezone, required=False)
        observed = pc.coalesce(not_before(column, reported, occurred), observed)
    return pc.if_else(is_fraud, observed, pa.scalar(None, pa.int64()))
