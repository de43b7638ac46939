"""A report about a transaction, numbered beside its decision: the first one is `report`, a later correction `report#1`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from greenfraud.errors import StateConflict
from greenfraud.instants import LAST_US
from greenfraud.items import decision, entities
from greenfraud.items.attributes import Attributes, Item, number_cells, text_cells
from greenfraud.items.entities import NOBODY, Entities
from greenfraud.items.tables import EXPIRY, REVIEWS
from greenfraud.records import Label

KIND = "label"
FIRST = "report"
# What telling reports apart needs of a transaction's records.
HISTORY = (
    *(decision.RECORD, "is_fraud", "observed_us", "occurred_us", "terminal_id", "decision", str(REVIEWS.partition)),
    decision.EXTRAS,
)
TOLD_BY = "told_by"


@dataclass(frozen=True)
class Report:
    """A label as it is stored, with what ingestion needs to know of the transaction: it never asks for the decision.

    Only the first report of a fraud counts in features. `told_by` names the dropped file that brought it: told again after an
    interruption, or by two at once, it knows its own; None for every other report. `entities` are what the payment's extra columns
    name, by column.
    """

    label: Label
    record: str
    is_first_report: bool
    occurred_us: int
    terminal_id: str | None
    told_by: str | None = None
    entities: Entities = field(default_factory=dict, hash=False)

    def entity(self, join_key: str) -> str | None:
        """Return whom the report is about, by the column that names it; a customer is nobody whom a report is told of."""
        return self.terminal_id if join_key == "terminal_id" else self.entities.get(join_key)


class About(NamedTuple):
    """What a report repeats of its transaction, as `numbered` takes it."""

    occurred_us: int
    terminal_id: str | None
    entities: Entities


@dataclass(frozen=True)
class EarlierReport:
    """What an earlier report said, and when it was observed."""

    is_fraud: bool
    observed_us: int


def record(number: int) -> str:
    """Return the record of a transaction's report, counted from 0.

    >>> [record(0), record(1)]
    ['report', 'report#1']
    """
    return f"{FIRST}#{number}" if number else FIRST


def is_report(item: Item) -> bool:
    """Tell a report from the other records of a transaction: the decision, the release, what people did about it."""
    return decision.record_of(item).partition("#")[0] == FIRST


def encode(report: Report, now_seconds: float) -> dict[str, Any]:
    """Return the item; `now_seconds`, by the wall clock, starts its time to live."""
    label = report.label
    texts = {"source": label.source, "content_sha256": decision.content_sha256(label.to_json())}
    optional = {"terminal_id": report.terminal_id, "reason_code": label.reason_code, TOLD_BY: report.told_by}
    texts |= {name: text for name, text in optional.items() if text is not None}
    numbers = {
        "observed_us": label.observed_us,
        "occurred_us": report.occurred_us,
        EXPIRY: int(now_seconds) + decision.KEPT_SECONDS,
    }
    return {
        **decision.key(label.transaction_id, report.record),
        **text_cells(texts),
        **entities.cells(report.entities),
        **number_cells(numbers),
        "is_fraud": {"BOOL": label.is_fraud},
        "is_first_report": {"BOOL": report.is_first_report},
    }


def decode(item: Item) -> Report:
    """Return the report of an item or of a stream record's image. Raises DamagedItem."""
    read = Attributes(item, KIND)
    label = Label(
        transaction_id=read.parsed(decision.KEY, decision.identity),
        is_fraud=read.flag("is_fraud"),
        observed_us=read.whole("observed_us", LAST_US),
        source=read.text("source"),
        reason_code=read.text("reason_code") if "reason_code" in item else None,
    )
    # Told together with the terminal: without it, no terminal would mean nothing.
    occurred_us = read.whole("occurred_us", LAST_US)
    terminal_id = decision.terminal_id_of(read)
    record, is_first_report = decision.record_of(item), read.flag("is_first_report")
    return Report(label, record, is_first_report, occurred_us, terminal_id, told_by_of(item), entities.told_by(read))


def standing(label: Label, reports: Sequence[EarlierReport]) -> str:
    """Return what a label is to those before it: `stored`, `correction`, or `known`, which is not stored again.

    Raises StateConflict for the contrary of what was observed later or at the same moment: nobody could tell which is true.

    >>> standing(Label("T1", is_fraud=False, observed_us=7), [EarlierReport(True, 5)])
    'correction'
    """
    if not reports:
        return "stored"
    if any(report == EarlierReport(label.is_fraud, label.observed_us) for report in reports):
        return "known"  # told again, maybe after it was corrected
    latest = max(reports, key=lambda report: report.observed_us)
    if latest.is_fraud == label.is_fraud:
        return "known"
    if label.observed_us <= latest.observed_us:
        raise StateConflict("contradicts a label observed later or at the same time")
    return "correction"


def numbered(  # noqa: PLR0913
    label: Label,
    reports: Sequence[EarlierReport],
    number: int,
    *,
    occurred_us: int,
    terminal_id: str | None,
    entities: Entities = NOBODY,
) -> Report:
    """Return the report under its number; of several reports, only the first of a fraud counts in features."""
    is_first_report = label.is_fraud and not any(report.is_fraud for report in reports)
    return Report(label, record(number), is_first_report, occurred_us, terminal_id, entities=entities)


def earlier(item: Item) -> EarlierReport:
    """Return what an item with the attributes HISTORY reported. Raises DamagedItem."""
    read = Attributes(item, KIND)
    return EarlierReport(read.flag("is_fraud"), read.whole("observed_us", LAST_US))


def told_by_of(item: Item) -> str | None:
    """Return the name of the file that brought a report. Raises DamagedItem."""
    return Attributes(item, KIND).text(TOLD_BY) if TOLD_BY in item else None


def about(item: Item) -> About:
    """Return when, where and by what the transaction of a decision with the attributes HISTORY happened.

    Raises DamagedItem.
    """
    read = Attributes(item, decision.KIND)
    return About(read.whole("occurred_us", LAST_US), decision.terminal_id_of(read), entities.of_decision(item))
