"""From a person's file to a data set, checked from the first row to the last before anything is written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cli.data.checking import Reader
from cli.data.dataset import INVESTIGATED, MATURITY_DAYS, Dataset, in_order
from cli.data.left_out import LeftOut, is_older, is_too_many
from cli.errors import InputError
from greenfraud.errors import InvalidInput
from greenfraud.exchange import Exchange
from greenfraud.features.manifest import ENTITY, load_manifest
from greenfraud.instants import start_of_day_us
from greenfraud.money import EURO, currency_of
from greenfraud.rates import RateTable
from intake.description import Description
from intake.doubtful_ids import doubts
from intake.label_words import is_word
from intake.layout import resolve_layout
from intake.look.counting import counted
from intake.reading import SourceFile, content_of, file_sha256, read_source
from intake.refusals import RowsError
from intake.signs import is_negative, is_positive
from intake.unpacking import packed_as

MUCH_BYTES = 64 << 20  # takes long enough to ask whether something goes on
UNNAMED = "(one without a name)"
SKIPPED = ". --skip-bad leaves such rows out, and writes them to a file"


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How a file is to be read. `maturity_days`: how long after a fraud its report arrives where the file does not say.

    `currency` is the platform's; `rates` the file by which rows in other currencies are converted. `description` is what
    `dataset.toml` and the command said of the file; `mapping` and `timezone` go before it.
    """

    mapping: dict[str, str] = field(default_factory=dict)
    timezone: str | None = None
    maturity_days: int = MATURITY_DAYS
    currency: str = EURO
    rates: Path | None = None
    description: Description = field(default_factory=Description)

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
    chosen: list[Any] = [sorted(options.mapping.items()), options.timezone, options.maturity_days, options.currency]
    chosen += [extra_columns] if extra_columns else []
    chosen += [file_sha256(options.rates)] if options.rates else []
    if options.description != Description():
        chosen += [options.description.model_dump(mode="json", exclude={"labels": {"file"}}, exclude_defaults=True)]
    if options.description.labels.file:
        chosen += [file_sha256(Path(options.description.labels.file))]
    return hashlib.sha256(f"{digest}{json.dumps(chosen, sort_keys=True)}".encode()).hexdigest()


def load_file(path: Path, options: ImportOptions, *, note: Callable[[str], None] = lambda _: None) -> Dataset:
    """The data set in `path`. InputError names column, row and remedy; `note` is told which columns and rows are left out."""
    exchange, described, before = options.exchange(), options.description, _written_at(path)
    refuse_undeclared(described)
    if path.stat().st_size >= MUCH_BYTES:
        note(f"reading {path}, from its first row to its last …")
    source = _source(path, options)
    if source.headers:
        note(
            f"left out: {counted(source.headers, 'line')} with the names of the columns again, as files have that were put together"
        )
    if source.ignored:
        note(f"columns not used: {', '.join(name or UNNAMED for name in source.ignored)} (--look says which could become features)")
    if lacking := [name for name in load_manifest().extra_columns if name not in source.columns]:
        note(f"declared columns that the file lacks: {', '.join(lacking)}: none of its payments has a value of them")
    for of in ("transaction_id", "customer_id", "terminal_id"):
        for line in doubts(source.columns[of]) if of in source.columns else []:
            note(line)
    if "terminal_id" not in source.columns:
        note("no terminal: what is known of terminals stays empty")
    zone = options.timezone or described.times.timezone
    notes = dict[str, None]()  # a file is gone through again where rows are left out, and says the same
    reader = Reader(
        description=described, timezone=zone, maturity_days=options.maturity_days, exchange=exchange, note=notes.setdefault
    )
    table = _usable(path, source, reader, notes)
    for line in notes:
        note(line)
    stem = Path(path.stem).stem if packed_as(path) else path.stem  # of f.csv.gz as of f.csv
    identity = source_identity(path, options)
    if _written_at(path) != before:
        raise InputError(f"{path} was written to while it was read. Wait until it is whole, and run this again")
    name = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-").lower()[:60] or "dataset"
    return Dataset(
        name=name,
        source_sha256=identity,
        table=in_order(table),
        currency=options.currency,
        maturity_days=options.maturity_days,
        rates_version=exchange.rates().version,
    )


def refuse_undeclared(described: Description) -> None:
    """Raise InputError for a described column that feature_repo does not declare: without it, the lake would never have it."""
    declared = load_manifest().extra_columns
    for name, one in described.features.items():
        kind = ENTITY if one.declaration(name).marks_customers else one.kind
        if name not in declared:
            raise InputError(
                f"dataset.toml makes features of `{name}`, and feature_repo/columns.toml does not declare it yet: "
                "`greenfraud import <file> --declare` does, or set the mark before its line again"
            )
        if declared[name] != kind:
            raise InputError(f"`{name}` is {one.kind} in dataset.toml and {declared[name]} in feature_repo/columns.toml: it is one")


def _written_at(path: Path) -> tuple[int, ...]:
    """What changes when somebody writes to a file, or puts another in its place. InputError when it is not there."""
    try:
        found = path.stat()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the path and its permissions") from None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _source(path: Path, options: ImportOptions) -> SourceFile:
    """The needed columns of the file. InputError names it, whatever is wrong."""
    described = options.description
    others = list(dict.fromkeys(one.column for one in (described.rows.kind, described.rows.declined) if one))
    try:
        return read_source(path, options.mapping, others, partial(resolve_layout, described=described), described)
    except InputError as error:
        if path.name in str(error):
            raise
        raise InputError(f"{path.name}: {error}") from None


def _usable(path: Path, source: SourceFile, reader: Reader, notes: dict[str, None]) -> pa.Table:
    """The table of all rows that can be used, each reason to leave rows out being met by going through the rest again."""
    left_out, rows = LeftOut(path), reader.description.rows
    if rows.kind is not None:
        refunds = is_word(source.others[rows.kind.column], rows.kind.refund)
        source = left_out.leave(source, refunds, "refunds", column=rows.kind.column)
    source = _of_one_sign(source, reader.description.money.negative, left_out)
    while True:
        if not len(source):
            notes |= dict.fromkeys(left_out.settle(source, 1.0))
            raise InputError(f"{path.name}: no row is left. {'. '.join(notes)}")
        try:
            occurred = reader.occurred(source)
            if rows.since is not None and (is_old := is_older(occurred, start_of_day_us(rows.since))).any():
                source = left_out.count(source, is_old, f"before {rows.since}")
                continue
            table = reader.table(source, occurred)
        except RowsError as error:
            if not rows.skip_bad:
                is_hopeless = is_too_many(int(error.is_bad.sum()), len(source), rows.most_bad_share)
                raise InputError(f"{error}{'' if is_hopeless else SKIPPED}") from None
            source = left_out.leave(source, error.is_bad, error.what, column=error.column.name, fault=str(error))
            continue
        notes |= dict.fromkeys([*left_out.settle(source, rows.most_bad_share), *_told(table, reader)])
        return table


def _of_one_sign(source: SourceFile, negative: str | None, left_out: LeftOut) -> SourceFile:
    """The payments alone, where a minus tells them from what flows back."""
    if negative is None:
        return source
    column = source.columns.get("amount_minor") or source.columns["amount"]
    if negative == "refunds":
        return left_out.leave(source, is_negative(column), "refunds, by their minus", column=column.name)
    return left_out.leave(source, is_positive(column), "without a minus, which payments have", column=column.name)


def _told(table: pa.Table, reader: Reader) -> list[str]:
    """What a person should know of what was read."""
    told = list[str]()
    if reader.description.rows.no_customer:
        told.append("no customer: every payment counts as a stranger's. Send its transaction_id as customer_id to the API")
    if (reader.description.rows.guests or reader.description.rows.nobody) and (strangers := _strangers(table)):
        told.append(
            f"{counted(strangers, 'payment')} of guests: each counts as a stranger's. Send its transaction_id as customer_id"
        )
    if INVESTIGATED in table.column_names:
        never = table.num_rows - pc.sum(table[INVESTIGATED]).as_py()
        told.append(f"not investigated: {never:,} of {table.num_rows:,}, neither learned nor judged")
    return told


def _strangers(table: pa.Table) -> int:
    return int(pc.sum(pc.equal(table["customer_id"], table["transaction_id"])).as_py() or 0)
