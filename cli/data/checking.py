"""The checked columns of a file as the lake's: each by its own check, and what the file lacks is made as it was described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cli.data.amounts import amounts
from cli.data.dataset import INVESTIGATED, SCHEMA
from cli.data.labels_elsewhere import labels_of
from cli.data.outcomes import outcomes
from cli.data.undeclared import undeclared_told
from cli.errors import InputError
from greenfraud.exchange import Exchange
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US
from intake import checks
from intake.amount_marks import AS_NUMBERS
from intake.label_words import Verdicts, filled_in, verdicts
from intake.moments import moments, not_ahead
from intake.reading import plain
from intake.reports import not_before, reported_moments
from intake.row_ids import generated_ids

if TYPE_CHECKING:
    from intake.description import Description
    from intake.reading import Column, SourceFile

EXTRA_COLUMNS: dict[str, Callable[[Column], pa.Array]] = {
    "category": checks.texts,
    "entity": partial(checks.identifiers, required=False),
}


NUMBER = "number"
AT_ONCE = (
    "every fraud was reported the very moment it happened, when nobody knows of one. Leave the column out, and say by "
    "--maturity-days how long a report takes"
)
NO_CUSTOMER = "Fill it in, or take such payments for strangers', as of guests: --guests"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """How a file's columns become the lake's; `note` is told what a person should know."""

    description: Description
    timezone: str | None
    maturity_days: int
    exchange: Exchange
    note: Callable[[str], None]

    def occurred(self, source: SourceFile) -> pa.Array:
        """When each payment happened. InputError for what is no time, and for what is ahead of now."""
        column = source.columns["occurred_at"]
        return not_ahead(column, moments(column, timezone=self._zone(source), described=self.description))

    def table(self, source: SourceFile, occurred: pa.Array) -> pa.Table:
        """Every column, in the order of the file. InputError names column, row and remedy."""
        columns, zone = source.columns, self._zone(source)
        verdict = self._verdicts(source)
        money = amounts(source, occurred, self.exchange, self.description.money)
        values = {"occurred_us": occurred, "terminal_id": self._terminals(source, len(occurred))} | money
        ids = self._ids(source, values)
        values |= {"transaction_id": ids, "customer_id": ids}
        if "customer_id" in columns:
            values["customer_id"] = pc.coalesce(self._customers(columns["customer_id"]), ids)
        if verdict is None:
            is_fraud, observed = self._told(ids, occurred, zone)
        else:
            is_fraud, observed = verdict.is_fraud, self._observed(source, occurred, verdict.is_fraud)
        values |= {"is_fraud": is_fraud, "observed_us": pc.if_else(is_fraud, observed, pa.scalar(None, pa.int64()))}
        table = pa.table({name: values[name] for name in SCHEMA.names}, schema=SCHEMA)
        for name in values:
            if name not in SCHEMA.names:  # what converted rows were before
                table = table.append_column(name, values[name])
        for name, column in outcomes(source, occurred, zone, self.description).items():
            table = table.append_column(name, column)
        if verdict and pc.all(verdict.is_investigated).as_py() is False:
            table = table.append_column(INVESTIGATED, verdict.is_investigated)
        for name, kind in load_manifest().extra_columns.items():
            if name in columns:
                table = table.append_column(name, self._extra(name, kind, columns[name]))
        for line in undeclared_told(table):  # once no row is refused any more
            self.note(line)
        return table

    def _extra(self, name: str, kind: str, column: Column) -> pa.Array:
        """A declared column, by its kind."""
        described = self.description.features.get(name)
        column = checks.without_words(column, described.empty if described else ())
        if kind == NUMBER:
            return checks.numbers(column, described.marks if described else AS_NUMBERS)
        return EXTRA_COLUMNS[kind](column)

    def _verdicts(self, source: SourceFile) -> Verdicts | None:
        """What the file's own column says; one of when frauds were reported says it by being filled in."""
        if "is_fraud" not in source.columns:
            return None
        names = source.layout.columns
        if names["is_fraud"] == names.get("observed_at"):
            return filled_in(source.columns["is_fraud"])
        return verdicts(source.columns["is_fraud"], self.description.labels)

    def _zone(self, source: SourceFile) -> str | None:
        has_stamps = pa.types.is_timestamp(source.columns["occurred_at"].values.type)
        # The handbook documents that its timestamps are UTC; a text says nothing.
        return self.timezone or ("UTC" if source.layout.is_handbook and has_stamps else None)

    def _terminals(self, source: SourceFile, rows: int) -> pa.Array:
        if "terminal_id" not in source.columns:
            return pa.nulls(rows, pa.string())
        column = source.columns["terminal_id"]
        return checks.known_only(checks.identifiers(column, required=False), self.description.rows.nobody)

    def _customers(self, column: Column) -> pa.Array:
        rows = self.description.rows
        return checks.known_only(checks.identifiers(column, required=not rows.guests, mend=NO_CUSTOMER), rows.nobody)

    def _ids(self, source: SourceFile, values: dict[str, pa.Array]) -> pa.Array:
        if "transaction_id" in source.columns:
            return checks.unique_identifiers(source.columns["transaction_id"])
        customer = source.columns.get("customer_id")
        rows = len(values["occurred_us"])
        paid, currency = values["amount_minor"], pa.nulls(rows, pa.string())
        if "original_amount_minor" in values:  # the id must not change with the rates
            paid, currency = pc.coalesce(values["original_amount_minor"], paid), values["original_currency"]
        who = self._customers(customer) if customer else pa.nulls(rows, pa.string())
        return generated_ids([values["occurred_us"], who, values["terminal_id"], paid, currency])

    def _observed(self, source: SourceFile, occurred: pa.Array, is_fraud: pa.Array) -> pa.Array:
        """Return when each was or would have been reported: as the file says of frauds, else `maturity_days` after it happened."""
        observed = pc.add(occurred, self.maturity_days * DAY_US)
        if "observed_at" not in source.columns:
            return observed
        column = source.columns["observed_at"]
        values = plain(column.values)
        # Of others the moment says nothing, and programs write 1900 or 9999 where there is none.
        column = replace(column, values=pc.if_else(is_fraud, values, pa.scalar(None, values.type)))
        reported = reported_moments(column, timezone=self._zone(source), described=self.description)
        is_at_once = pc.equal(reported, occurred)
        if pc.all(is_at_once).as_py() and pc.any(is_at_once).as_py():  # of what is there: nulls are passed over
            self.note(f"column `{column.name}`: {AT_ONCE}")
        return pc.coalesce(not_before(column, reported, occurred), observed)

    def _told(self, ids: pa.Array, occurred: pa.Array, zone: str | None) -> tuple[pa.Array, pa.Array]:
        """Labels of another file, and when they were reported, which is when they mature where it does not say."""
        labels = self.description.labels
        path = Path(labels.file or "")
        told = labels_of(ids, path, labels, timezone=zone, note=self.note)
        is_early = pc.fill_null(pc.less(told.reported_us, occurred), fill_value=False)
        if count := pc.sum(is_early).as_py():
            raise InputError(
                f"--labels {path}: the label of `{ids.filter(is_early)[0]}` was reported before the payment happened, "
                f"as were {count:,} in all. Check that both files are of one time zone"
            )
        return told.is_fraud, pc.coalesce(told.reported_us, pc.add(occurred, self.maturity_days * DAY_US))
