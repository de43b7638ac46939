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

from cli.data.amounts import amounts
from cli.data.dataset import MATURITY_DAYS, SCHEMA, Dataset, in_order
from cli.data.outcomes import outcomes
from cli.errors import InputError
from greenfraud.errors import InvalidInput
from greenfraud.exchange import Exchange
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US
from greenfraud.money import EURO, currency_of
from greenfraud.rates import RateTable
from intake import checks
from intake.moments import moments, not_before
from intake.reading import SourceFile, content_of, file_sha256, read_source

EXTRA_COLUMNS = {"number": checks.numbers, "category": checks.texts}


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How a file is to be read. `maturity_days`: how long after a fraud its report arrives where the file does not say.

    `currency` is the platform's; `rates` the file by which rows in other currencies are converted.
    """

    mapping: dict[str, str] = field(default_factory=dict)
    timezone: str | None = None
    maturity_days: int = MATURITY_DAYS
    currency: str = EURO
    rates: Path | None = None

    def exchange(self) -> Exchange:
        """Return the way into the platform's currency. InputError when it is none, or the file of rates cannot be used."""
        try:
            table = RateTable() if self.rates is None else RateTable.parse(content_of(self.rates), currency_of(self.currency))
            return Exchange(currency_of(self.currency, "--currency"), lambda: table)
        except InvalidInput as error:
            raise InputError(f"{error}" if self.rates is None else f"{self.rates}, {error}") from None


def source_identity(path: Path, options: ImportOptions) -> str:
    """Return the file's sha256, hashed with options and declared extra columns where there are any: they change the import."""
    digest, extra_columns = file_sha256(path), sorted(load_manifest().extra_columns.items())
    if options == ImportOptions() and not extra_columns:
        return digest
    chosen = [sorted(options.mapping.items()), options.timezone, options.maturity_days, options.currency]
    chosen += [extra_columns] if extra_columns else []
    chosen += [file_sha256(options.rates)] if options.rates else []
    return hashlib.sha256(f"{digest}{json.dumps(chosen)}".encode()).hexdigest()


def load_file(path: Path, options: ImportOptions, *, note: Callable[[str], None] = lambda _: None) -> Dataset:
    """The data set in `path`. InputError names column, row and remedy; `note` is told which columns are left out."""
    exchange = options.exchange()
    source = read_source(path, options.mapping)
    if source.ignored:
        note(f"columns not used: {', '.join(source.ignored)}")
    table = _checked(source, options, exchange)
    name = re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-").lower()[:60] or "dataset"
    return Dataset(
        name=name,
        source_sha256=source_identity(path, options),
        table=in_order(table),
        currency=options.currency,
        maturity_days=options.maturity_days,
        rates_version=exchange.rates().version,
    )


def _checked(source: SourceFile, options: ImportOptions, exchange: Exchange) -> pa.Table:
    columns = source.columns
    timezone = options.timezone or ("UTC" if source.layout.is_handbook and _has_timestamps(source) else None)
    occurred = moments(columns["occurred_at"], timezone=timezone)
    is_fraud = checks.flags(columns["is_fraud"])
    money = amounts(source, occurred, exchange)
    values = {
        "transaction_id": checks.unique_identifiers(columns["transaction_id"]),
        "occurred_us": occurred,
        "customer_id": checks.identifiers(columns["customer_id"]),
        "terminal_id": _terminals(source, len(occurred)),
        "amount_minor": money.pop("amount_minor"),
        "is_fraud": is_fraud,
        "observed_us": _observed(source, occurred, is_fraud, timezone, options.maturity_days),
    }
    table = pa.table(values, schema=SCHEMA)
    told = money | outcomes(columns, occurred, timezone)  # what converted rows were before, and what became of them
    for name, column in told.items():
        table = table.append_column(name, column)
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


def _observed(source: SourceFile, occurred: pa.Array, is_fraud: pa.Array, timezone: str | None, maturity_days: int) -> pa.Array:
    """Return when each fraud was reported: as the file says, else `maturity_days` after it happened."""
    observed = pc.add(occurred, maturity_days * DAY_US)
    if "observed_at" in source.columns:
        column = source.columns["observed_at"]
        reported = moments(column, timezone=timezone, required=False)
        observed = pc.coalesce(not_before(column, reported, occurred), observed)
    return pc.if_else(is_fraud, observed, pa.scalar(None, pa.int64()))
