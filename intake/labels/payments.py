"""What a report must know of its payment, whoever decided it: when and where, what was reported, whether it is held."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from greenfraud.errors import DamagedItem
from greenfraud.items import decision, entities, label, release
from greenfraud.items.attributes import Item
from greenfraud.items.label import EarlierReport
from greenfraud.items.release import FIRST_US, ReleasedPayment, told_at_us
from greenfraud.outcomes import HELD
from greenfraud.records import Label
from intake.errors import CommandError
from intake.labels.lake import Found
from intake.labels.records import Key

Released = Callable[[Label, float], ReleasedPayment]  # by a label, told at a moment in epoch seconds


@dataclass
class Payment:
    """One payment; `release` makes the event by which it is let go, None where nothing holds it.

    `is_open`: it stands in the index of what the review list has to do.
    """

    occurred_us: int
    terminal_id: str | None
    release: Released | None = None
    imported: list[EarlierReport] = field(default_factory=list)  # reports that have no number in the table
    reports: Sequence[Item] | None = None  # those of the table, as they were read; None: they must be read
    is_open: bool = False
    entities: Mapping[str, str] = field(default_factory=dict)  # what its extra columns name, by column


def payments_of(ids: Iterable[str], records: Mapping[Key, Item], found: Found) -> dict[str, Payment]:
    """Return what is known of each payment; one that was neither decided nor imported is left out.

    CommandError for a record that is damaged.
    """
    imported = _imported(found)
    payments = {}
    for one in ids:
        try:
            decided = records.get((one, decision.KIND))
            payment = imported.get(one) if decided is None else _decided(decided)
        except DamagedItem as damage:
            raise CommandError(f"the stored records of a payment are damaged: {damage}") from None
        if payment is not None:
            payment.reports = [] if (one, label.FIRST) not in records else None
            payments[one] = payment
    return payments


def _decided(item: Item) -> Payment:
    def released(told: Label, now_seconds: float) -> ReleasedPayment:
        return release.release_of(item, told.observed_us, told.source, now_seconds)

    is_held = decision.outcome_of(item) in HELD
    about = label.about(item)
    return Payment(
        about.occurred_us,
        about.terminal_id,
        released if is_held else None,
        is_open=decision.is_open(item),
        entities=about.entities,
    )


def _imported(found: Found) -> dict[str, Payment]:
    let_go = set(found.releases["transaction_id"].to_pylist())
    payments = {
        row["transaction_id"]: Payment(
            row["occurred_us"],
            row["terminal_id"],
            _released(row) if row["decision"] in HELD and row["transaction_id"] not in let_go else None,
            entities=entities.named_in(row),
        )
        for row in found.payments.to_pylist()
    }
    for row in found.reports.to_pylist():
        payments[row["transaction_id"]].imported.append(EarlierReport(row["is_fraud"], row["observed_us"]))
    return payments


def _released(row: Mapping[str, Any]) -> Released:
    """It counts from what was told, and at the earliest from when it is told by the clock of the events, as a decided one does."""

    def released(told: Label, now_seconds: float) -> ReleasedPayment:
        told_us = told_at_us(row["clock_us"], row["clock_seconds"], now_seconds)
        return ReleasedPayment(
            transaction_id=row["transaction_id"],
            accepted_us=max(told.observed_us, row["occurred_us"] + FIRST_US, told_us),
            source=told.source,
            occurred_us=row["occurred_us"],
            customer_id=row["customer_id"],
            terminal_id=row["terminal_id"],
            amount_minor=row["amount_minor"],
            released_us=told.observed_us,
            entities=entities.named_in(row),
        )

    return released
