"""What labels add to the records of their transactions: every one of a list is looked at before anything is written. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from greenfraud.errors import ContractError, DamagedItem, InvalidInput, NotFound, StateConflict
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items.label import About, EarlierReport, Report
from greenfraud.outcomes import HELD
from greenfraud.records import Label

Item = Mapping[str, Any]


@dataclass
class Plan:
    """What is said of each label, and the reports to be written."""

    outcomes: list[str] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    released: list[Label] = field(default_factory=list)  # by these, payments that were held are let go


@dataclass
class Told:
    """What is known of one transaction: when and where it happened, and what was reported, by the store and by the list so far."""

    payment: About
    reports: list[EarlierReport]
    is_held: bool = False

    @property
    def is_fraud(self) -> bool:
        """What the newest report says; nobody's silence is a fraud."""
        return bool(self.reports) and max(self.reports, key=lambda report: report.observed_us).is_fraud


def plan_of(labels: Sequence[Label], histories: Mapping[str, Sequence[Item]], place: str) -> Plan:
    """Take the labels in their order; `place`, formatted with the index, begins what is said of the first one at fault.

    Raises NotFound, InvalidInput, StateConflict, and ContractError for records that are damaged.
    """
    plan, told = Plan(), dict[str, Told]()
    for index, label in enumerate(labels):
        at, name = place.format(index), label.transaction_id
        if name not in told:
            told[name] = _told(name, histories[name], at)
        if label.observed_us < told[name].payment.occurred_us:
            raise InvalidInput(f"{at}observed_at", "must not be before the transaction happened")
        plan.outcomes.append(_outcome_of(label, told[name].reports, at))
        if plan.outcomes[-1] != "known":
            plan.reports.append(_added(label, told[name]))
    # Also by one that was known: a fault may have come between it and the release. What is called fraud last stays held.
    plan.released = [
        one for one in labels if not one.is_fraud and told[one.transaction_id].is_held and not told[one.transaction_id].is_fraud
    ]
    return plan


def _told(name: str, history: Sequence[Item], at: str) -> Told:
    try:
        reports = [label_items.earlier(item) for item in history if label_items.is_report(item)]
        for item in history:
            if _is_decision(item):
                return Told(label_items.about(item), reports, decision_items.outcome_of(item) in HELD)
    except DamagedItem as damage:
        raise ContractError(f"{at}transaction_id: its stored records are damaged: {damage}") from None
    raise NotFound(f"{at}transaction_id: no decision for {name}")


def _is_decision(item: Item) -> bool:
    return decision_items.record_of(item) == decision_items.KIND


def _outcome_of(label: Label, reports: Sequence[EarlierReport], at: str) -> str:
    """What the label is to those before it; a known one is not stored again."""
    try:
        return label_items.standing(label, reports)
    except StateConflict as conflict:
        raise StateConflict(f"{at}observed_at: {conflict}") from None


def _added(label: Label, told: Told) -> Report:
    """The report under the next number, which the next label of the list finds told."""
    number = len(told.reports)
    report = label_items.numbered(label, told.reports, number, **told.payment._asdict())
    told.reports.append(EarlierReport(label.is_fraud, label.observed_us))
    return report
