"""Adding a later file to the data set of a lake: what one import of both would have written, to the bytes.

Days are written oldest first, and what became known before the payments it is about: cut off in between, the lake holds a beginning
of the new file with all its labels, and the same command goes on from there. The description is written last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from botocore.exceptions import BotoCoreError, ClientError

from cli.data.dataset import Dataset
from cli.data.lake_days import LakeDays
from cli.data.lake_weeks import weeks_of_lake
from cli.data.overlap import Overlap, overlap_of
from cli.data.upload import lake_files
from cli.errors import CommandError, InputError
from greenfraud.instants import DAY_US, day_of, parse_rfc3339
from greenfraud.records import format_rfc3339

# The column by which rows of a kind stand; reports are written before what they are about.
ORDER = {"labels": "observed_us", "releases": "accepted_us", "transactions": "occurred_us"}
APPENDED = "appended"  # in `dataset.json`: what came after the first file, by sha256


@dataclass(frozen=True, kw_only=True)
class Appended:
    """What came of it: new payments, payments that the lake had, reports of those, and days that were written.

    `live` of the known ones arrived live. `contradicting` ones are frauds in the lake and none in the file; they stay frauds.
    `looked_at` ones were not investigated before; they stay so.
    """

    document: dict[str, Any]
    new: int = 0
    known: int = 0
    live: int = 0
    looked_at: int = 0
    late_reports: int = 0
    contradicting: int = 0
    days_written: int = 0


@dataclass(frozen=True)
class _Reports:
    """`table` is the file with only those frauds that the lake does not know of; `there` counts imported reports."""

    table: pa.Table
    there: int
    new: int
    late: int
    contradicting: int


def append(s3: Any, bucket: str, dataset: Dataset, *, done: Callable[[int, int], None] = lambda *_: None) -> Appended:
    """Add `dataset` to the lake's; `done` is told how many of how many files are seen to.

    InputError where the file contradicts the lake: another currency or maturity, days before its first, one id for two payments.
    """
    lake = LakeDays(s3, bucket)
    document, tag = lake.described()
    if dataset.source_sha256 in {document["source_sha256"], *document.get(APPENDED, [])}:
        return Appended(document=document, known=dataset.table.num_rows)
    _refuse_another_kind(dataset, document)
    try:
        overlap = overlap_of(dataset.table, lake.tables("transactions"))
        is_live = _is_live(lake, dataset)
        known = pc.or_(overlap.known, is_live)
        reports = _reports(dataset, known, lake)
        written = _write(lake, replace(dataset, table=reports.table), is_live, done)
        live = _count(pc.and_(is_live, pc.invert(overlap.known)))
        document = _described(document, dataset, replace(overlap, rows=overlap.rows - live), reports.there + reports.new)
        lake.recount_weeks(lambda: weeks_of_lake(lake, document))
        lake.describe(document, tag)
    except (ClientError, BotoCoreError) as error:
        raise CommandError(
            f"the import stopped: {error}. Mend that and import the same file again: it goes on from there"
        ) from error
    return Appended(
        document=document,
        new=dataset.table.num_rows - _count(known),
        known=_count(known),
        live=live,
        looked_at=overlap.looked_at,
        late_reports=reports.late,
        contradicting=reports.contradicting,
        days_written=written,
    )


def _refuse_another_kind(dataset: Dataset, document: dict[str, Any]) -> None:
    for name, ours in (("currency", dataset.currency), ("maturity_days", dataset.maturity_days)):
        if ours != document[name]:
            raise InputError(f"the lake's {name} is {document[name]}, the file's {ours}: a lake has one. Import it with the lake's")
    if dataset.first_day < date.fromisoformat(document["first_day"]):
        raise InputError(
            f"the file begins on {dataset.first_day}, before the lake's first day, {document['first_day']}, from which weeks are "
            "counted. Leave older payments out, or import all of them into an empty lake"
        )


def _is_live(lake: LakeDays, dataset: Dataset) -> pa.Array:
    """Tell of each row whether it arrived live: what was decided of it then is more than a file says."""
    days = {day_of(moment) for moment in (dataset.table["occurred_us"].to_numpy() // DAY_US * DAY_US).tolist()}
    live = pa.array(sorted(lake.live_ids(sorted(days))), pa.string())
    return pc.is_in(dataset.table["transaction_id"].combine_chunks(), live)


def _reports(dataset: Dataset, known: pa.Array, lake: LakeDays) -> _Reports:
    """Tell which frauds are news.

    A known payment of which nothing was told became known by the end of the new file, unless that one says when: earlier, nobody
    can say that it was.
    """
    table = dataset.table
    told = lake.told_frauds()
    is_told = pc.is_in(table["transaction_id"], pa.array(sorted(told), pa.string()))
    is_news = pc.and_(table["is_fraud"], pc.invert(is_told))
    is_late = pc.and_(is_news, known)
    undated = pc.equal(table["observed_us"], pc.add(table["occurred_us"], dataset.maturity_days * DAY_US))
    later = pc.max_element_wise(table["observed_us"], pa.scalar(dataset.newest_us))
    observed = pc.if_else(pc.fill_null(pc.and_(is_late, undated), fill_value=False), later, table["observed_us"])
    place = table.column_names.index
    table = table.set_column(place("is_fraud"), "is_fraud", is_news).set_column(place("observed_us"), "observed_us", observed)
    contradicting = pc.and_(is_told, pc.invert(dataset.table["is_fraud"]))
    there = sum(day.num_rows for day in lake.tables("labels"))
    return _Reports(table, there, _count(is_news), _count(is_late), _count(contradicting))


def _count(flags: pa.Array | pa.ChunkedArray) -> int:
    return int(pc.sum(flags).as_py() or 0)


def _write(lake: LakeDays, dataset: Dataset, is_live: pa.Array, done: Callable[[int, int], None]) -> int:
    reports = [file for file in lake_files(dataset) if not file[0].startswith("transactions/")]
    imported = replace(dataset, table=dataset.table.filter(pc.invert(is_live)))
    payments = [file for file in lake_files(imported) if file[0].startswith("transactions/")]
    files = sorted([*reports, *payments], key=lambda file: file[0])  # kinds in the order of ORDER, each by day
    written = 0
    for count, (key, rows) in enumerate(files, start=1):
        written += lake.merge(key, rows, ORDER[key.partition("/")[0]])
        done(count, len(files))
    return written


def _described(document: dict[str, Any], dataset: Dataset, overlap: Overlap, frauds: int) -> dict[str, Any]:
    newest_us = max(dataset.newest_us, parse_rfc3339(document["newest_occurred_at"], "newest_occurred_at"))
    return {
        **document,
        "newest_occurred_at": format_rfc3339(newest_us),
        **({"rates_version": dataset.rates_version} if dataset.rates_version else {}),
        "rows": overlap.rows,
        "frauds": frauds,
        "customers": overlap.customers,
        "terminals": overlap.terminals,
        APPENDED: [*document.get(APPENDED, []), dataset.source_sha256],
    }
