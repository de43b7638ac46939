"""What one action of a person adds to the records of a transaction, looked at before anything is written. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from functions.score.review_action import CLAIM, DECIDE, NOTE, UNCLAIM, Action
from functions.score.review_state import Closed, casework_of, closed_by, told
from greenfraud.callers import name_of, person_of
from greenfraud.errors import NotFound, StateConflict
from greenfraud.instants import SECOND_US, format_rfc3339
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items import release as release_items
from greenfraud.items.casework import CLAIM_US, MOST_NOTES, Casework, Claim, Finding, Note
from greenfraud.items.label import Report
from greenfraud.items.release import ReleasedPayment
from greenfraud.outcomes import ALLOW, HELD
from greenfraud.records import Label

SOURCE = "review"
ELSEWHERE = "what is found out later is told by POST /v1/labels"

Item = Mapping[str, Any]


class Who(NamedTuple):
    """The caller's ARN, and the moment of the call by the wall clock, in epoch seconds."""

    arn: str
    now_seconds: float

    @property
    def now_us(self) -> int:
        """The moment as event time, to the second: a person reads it."""
        return int(self.now_seconds) * SECOND_US

    def is_also(self, arn: str) -> bool:
        """Tell whether another caller may be the same person."""
        return person_of(self.arn) == person_of(arn)


@dataclass(frozen=True)
class Step:
    """What is answered, and what is written at once; `after` is the new casework, None where nothing is written.

    `closed_us` is when the payment happened that leaves the list.
    """

    answer: dict[str, Any]
    after: Casework | None = None
    report: Report | None = None
    release: ReleasedPayment | None = None
    closed_us: int | None = None


def step_of(transaction_id: str, items: Sequence[Item], action: Action, who: Who) -> Step:
    """Return the step of an action on a transaction with these records.

    Raises NotFound, StateConflict that says who or what stands in the way, DamagedItem.
    """
    decision = next((item for item in items if decision_items.record_of(item) == decision_items.KIND), None)
    if decision is None:
        raise NotFound(f"transaction_id: no decision for {transaction_id}")
    if decision_items.outcome_of(decision) == ALLOW:
        raise StateConflict(f"transaction_id: it was allowed, and asks for nobody; {ELSEWHERE}")
    casework = casework_of(decision, items)
    doubt = Doubt(decision, items, casework, closed_by(casework, items))
    return ACTIONS[action.name](doubt, action, who)


class Doubt(NamedTuple):
    """A decision that asks for a person, its other records, and where it stands."""

    decision: Item
    records: Sequence[Item]
    casework: Casework
    closed: Closed | None

    def refuse_closed(self) -> None:
        """Raise StateConflict where it was decided, by whichever road."""
        if self.closed is not None:
            raise StateConflict(f"transaction_id: {self.closed.words}; {ELSEWHERE}")

    def refuse_claimed(self, who: Who) -> None:
        """Raise StateConflict where somebody else has it."""
        claim = self.casework.claim_at(who.now_us)
        if claim is not None and not who.is_also(claim.by):
            raise StateConflict(f"transaction_id: {name_of(claim.by)} has it until {format_rfc3339(claim.until_us)}")

    def step(self, who: Who, after: Casework | None = None, **changes: Any) -> Step:
        """Return what is written and told; without a change nothing is written."""
        casework = self.casework if after is None else after
        closed = closed_by(casework, self.records)
        effects = {"label": changes.pop("label_is", None), "release": changes.pop("release_is", None)}
        answer = {"transaction_id": casework.transaction_id, **told(casework, closed, who.now_us), **effects}
        return Step(answer, after, **changes)


def _claim(doubt: Doubt, _: Action, who: Who) -> Step:
    """Whoever has it already has it for longer."""
    doubt.refuse_closed()
    doubt.refuse_claimed(who)
    held = doubt.casework.claim_at(who.now_us)
    claim = Claim(who.arn, held.since_us if held else who.now_us, who.now_us + CLAIM_US)
    return doubt.step(who, replace(doubt.casework, claim=claim))


def _unclaim(doubt: Doubt, _: Action, who: Who) -> Step:
    doubt.refuse_claimed(who)
    return doubt.step(who, replace(doubt.casework, claim=None) if doubt.casework.claim else None)


def _note(doubt: Doubt, action: Action, who: Who) -> Step:
    """The same sent again is one note."""
    notes = doubt.casework.notes
    if notes and (notes[-1].by, notes[-1].text) == (who.arn, action.text):
        return doubt.step(who)
    if len(notes) >= MOST_NOTES:
        raise StateConflict(f"transaction_id: it has {MOST_NOTES} notes, and takes no more")
    return doubt.step(who, replace(doubt.casework, notes=(*notes, Note(who.arn, who.now_us, action.text))))


def _decide(doubt: Doubt, action: Action, who: Who) -> Step:
    """A label observed now, and of a payment that was held and is none the release; what was declined is never accepted."""
    finding = doubt.casework.finding
    if finding is not None and who.is_also(finding.by) and finding.is_fraud == action.is_fraud:
        return doubt.step(who, label_is="known", release_is="known" if _releases(doubt, action) else None)
    if finding is not None:
        doubt.refuse_closed()
    doubt.refuse_claimed(who)
    is_released = _is_released(doubt)
    _refuse_contrary(doubt, action, is_released=is_released)
    report = _report(doubt, action, who)
    release = None
    if _releases(doubt, action) and not is_released:
        release = release_items.release_of(doubt.decision, who.now_us, SOURCE, who.now_seconds)
    after = replace(doubt.casework, claim=None, finding=Finding(action.is_fraud, who.arn, who.now_us))
    release_is = "released" if release else "known" if is_released else None
    label_is = "stored" if report else "known"
    writes = {"report": report, "release": release, "closed_us": label_items.about(doubt.decision).occurred_us}
    return doubt.step(who, after, label_is=label_is, release_is=release_is, **writes)


def _refuse_contrary(doubt: Doubt, action: Action, *, is_released: bool) -> None:
    """Raise StateConflict where a report says the contrary, or what would be called a fraud was let go."""
    reports = [label_items.earlier(item) for item in doubt.records if label_items.is_report(item)]
    says_fraud = max(reports, key=lambda report: report.observed_us).is_fraud if reports else None
    if says_fraud == (not action.is_fraud) or (is_released and action.is_fraud and says_fraud is None):
        doubt.refuse_closed()


def _report(doubt: Doubt, action: Action, who: Who) -> Report | None:
    """The first report of the transaction; None where it was reported as the same before."""
    if any(label_items.is_report(item) for item in doubt.records):
        return None
    payment = label_items.about(doubt.decision)
    # A caller's clock may be ahead of ours: nothing is observed before it happens.
    observed_us = max(who.now_us, payment.occurred_us)
    label = Label(doubt.casework.transaction_id, action.is_fraud, observed_us, SOURCE)
    return label_items.numbered(label, (), 0, **payment._asdict())


def _releases(doubt: Doubt, action: Action) -> bool:
    return not action.is_fraud and decision_items.outcome_of(doubt.decision) in HELD


def _is_released(doubt: Doubt) -> bool:
    return any(decision_items.record_of(item) == release_items.KIND for item in doubt.records)


ACTIONS: dict[str, Callable[[Doubt, Action, Who], Step]] = {CLAIM: _claim, UNCLAIM: _unclaim, NOTE: _note, DECIDE: _decide}
