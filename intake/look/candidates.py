"""Which column could be which field, by its name and by what it holds; whatever speaks against it is said with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from greenfraud.errors import InvalidInput
from greenfraud.money import currency_of
from greenfraud.outcomes import OUTCOMES
from intake.fields import FIELDS
from intake.look.columns import Sampled
from intake.look.findings import Candidate
from intake.look.label_words import MOST_WORDS, SPEAKING, UNINVESTIGATED, meanings
from intake.look.money_texts import amounts_as
from intake.look.names import OWN, plain_name, points_of
from intake.look.numbered_times import are_steps, epoch_of

Reasons = tuple[str, ...]
Fit = tuple[Reasons, Reasons] | None  # what speaks for it, what against; None: it cannot be
STEPS, ONLY_FLAGS = "whole numbers that rise: steps", "its words are those of any flag"
WEAK = {STEPS, ONLY_FLAGS}
# What is a moment or an amount, and neither when something was paid nor how much.
OTHER_MOMENTS = re.compile("birth|dob|expir|until|since|signup|regist|opened|joined|updated|modified|settle")
OTHER_AMOUNTS = re.compile("limit|balance|income|salary|fee|tax|discount|saldo")
NUMBERS = ("whole number", "number")
SPEAKS = re.compile("(?<!no)(?<!not)(?<!non)(?<!anti)(fraud|chargeback)")  # what a column of labels is called in parts
FEW = 10
CUT = re.compile(r"\d(\.\d+)?[eE]\+\d+|\d+")  # 4.11E+15, and what was short enough to stay
CODE = re.compile(r"(?=.*\d)[\w./:#-]+")  # one word with a digit
ENOUGH_ROWS = 100  # below, how often values repeat says little


def candidates(columns: Sequence[Sampled]) -> dict[str, list[Candidate]]:
    """Return the candidates of each field, the likeliest first."""
    found = {field: list(_of(field, columns)) for field in FIELDS}
    return {field: sorted(some, key=lambda one: one.rank) for field, some in found.items() if some}


def _of(field: str, columns: Sequence[Sampled]) -> Iterator[Candidate]:
    for column in columns:
        points = points_of(column.name, field)
        fit = FITS[field](column, points)
        if fit is None and points == OWN:
            fit = ((), ("its values are not what this field holds",))
        if fit is None:
            continue
        named = {4: ("its name is the field's",), 3: ("its name says so",), 2: ("its name is usual for it",), 1: ("its name fits",)}
        reasons = (*named.get(points, ()), *fit[0])
        is_weak = bool(WEAK & {*fit[0], *fit[1]})
        yield Candidate(field=field, column=column.name, points=points, reasons=reasons, doubts=fit[1], is_weak=is_weak)


def _transaction_id(column: Sampled, points: int) -> Fit:
    seen = column.seen
    if seen.kind in {"time", "number", "amount", "empty"} or (points < OWN and not seen.is_unique):
        return None
    if not points and not (seen.kind == "text" and seen.rows >= ENOUGH_ROWS and all(map(CODE.fullmatch, column.looked_at))):
        return None
    if seen.is_unique:
        return (f"{seen.distinct:,} rows, as many values",), ()
    return (), (f"{seen.rows - seen.distinct:,} rows repeat a value or have none",)


def _occurred_at(column: Sampled, points: int) -> Fit:
    seen = column.seen
    if seen.absent > seen.rows / 2 or (not points and OTHER_MOMENTS.search(plain_name(column.name))):
        return None
    if seen.kind == "time" and (column.written is None or column.written.has_date):
        doubts = () if column.written is None or column.written.has_clock else ("days without a time of day",)
        return ("holds times",), doubts
    if seen.kind not in NUMBERS or not points:
        return None
    if epoch := epoch_of(column.looked_at):
        return (f"numbers since the epoch ({epoch})",), ()
    return ((STEPS,), ()) if seen.kind != "empty" and are_steps(column) else None


def _entity(column: Sampled, points: int) -> Fit:
    seen = column.seen
    is_cut = seen.kind == "number" and points > 1 and all(map(CUT.fullmatch, column.looked_at))
    if not points or (seen.kind in {"time", "number", "amount", "flag", "empty"} and not is_cut):
        return None
    is_many = seen.rows >= ENOUGH_ROWS
    if points < 2 and is_many and seen.is_unique:
        return None
    doubts: Reasons = ()
    if is_many and seen.distinct < FEW:
        doubts = (f"only {seen.distinct} in {seen.rows:,} rows",)
    elif is_many and seen.payments_each < 1.05:
        doubts = ("nearly every row has one of its own, so there is no history to learn from",)
    doubts += ("in a spreadsheet's notation, in which different ones are the same",) if is_cut else ()
    return (f"{seen.distinct:,} of them, {seen.payments_each:.1f} rows each",), doubts


def _amount(column: Sampled, points: int) -> Fit:
    seen = column.seen
    if seen.kind not in {*NUMBERS, "amount"} or (not points and seen.kind != "amount") or points_of(column.name, "amount_minor"):
        return None
    if not points and OTHER_AMOUNTS.search(plain_name(column.name)):
        return None
    if points < 2 and seen.kind == "whole number" and seen.is_unique and seen.rows >= ENOUGH_ROWS:
        return None
    return ("holds amounts" if seen.kind == "amount" else "holds numbers",), ()


def _amount_minor(column: Sampled, points: int) -> Fit:
    written = amounts_as(column.looked_at) if points else None
    return (("holds whole numbers",), ()) if written and written.is_whole and column.seen.kind in {*NUMBERS, "amount"} else None


def _currency(column: Sampled, points: int) -> Fit:
    words = list(column.counts)[:200]
    if not words or len(column.counts) > 200 or not (points or len(words) > 1):
        return None
    known = sum(_is_currency(word) for word in words)
    if known == len(words):
        return (f"codes of currencies: {', '.join(sorted(words)[:4])}",), ()
    return ((), (f"{len(words) - known} of {len(words)} values are no code of a currency",)) if points and known else None


def _is_currency(word: str) -> bool:
    try:
        currency_of(word.strip().upper())
    except InvalidInput:
        return False
    return True


def _is_fraud(column: Sampled, points: int) -> Fit:
    known = meanings(column.name, column.counts, column.seen.absent)
    words = {word.strip().lower() for word in column.counts}
    is_some = bool(words) and len(words) + bool(column.seen.absent) > 1
    if known is None and points > 1 and is_some and len(words) <= MOST_WORDS:
        return (f"values {', '.join(list(column.counts)[:4])}",), ("its words are unknown",)
    is_spoken = bool(words & SPEAKING or (SPEAKS.search(plain_name(column.name)) and len(words) > 1))
    if known is None or not (points or is_spoken):
        return None
    if points < 2 and (known.unknown or not known.fraud) and not words & SPEAKING:
        return None
    shown = ", ".join(list(known.counts)[:4])
    doubts = ("some of its words are unknown",) if known.unknown else ()
    return (f"values {shown}",), (*doubts, *((ONLY_FLAGS,) if points < 2 and not words & SPEAKING else ()))


def _moment_later(column: Sampled, points: int) -> Fit:
    is_time = column.seen.kind in {"time", "empty"} or (column.seen.kind in NUMBERS and bool(epoch_of(column.looked_at)))
    return (("holds times",), ()) if points and is_time else None


def _decision(column: Sampled, points: int) -> Fit:
    words = {word.strip().lower() for word in column.counts}
    return (("words of decisions",), ()) if points and words and words <= OUTCOMES | UNINVESTIGATED else None


FITS: dict[str, Callable[[Sampled, int], Fit]] = {
    "transaction_id": _transaction_id,
    "occurred_at": _occurred_at,
    "customer_id": _entity,
    "terminal_id": _entity,
    "amount": _amount,
    "amount_minor": _amount_minor,
    "currency": _currency,
    "is_fraud": _is_fraud,
    "observed_at": _moment_later,
    "decision": _decision,
    "accepted_at": _moment_later,
}
