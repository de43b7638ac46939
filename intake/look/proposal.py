"""The description that a look proposes: what names and writing do not say by themselves, and never what two readings allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from intake.description import MOST_BAD_SHARE
from intake.fields import FIELDS
from intake.look.choosing import MOST_CHOICES, is_own, quoted
from intake.look.draft import Draft, Seen
from intake.look.findings import ColumnSeen, Question, Reply
from intake.look.names import plain_name
from intake.look.proposed_labels import propose_labels, propose_reports
from intake.look.proposed_money import is_of_open_unit, propose_money
from intake.look.proposed_times import propose_times

FEW_CUSTOMERS, RARELY, OFTEN = 50, 1.2, 200.0  # below, above: a category, or no history to learn from
CONTRARY = re.compile("(is)?(legit|legitimate|genuine|valid|approved|(not?|non)fraud|notfraudulent|good|clean)")


def propose(seen: Seen) -> Draft:
    """Return what dataset.toml should say besides what is given."""
    draft = Draft(questions=list(seen.choice.questions()))
    _file(draft, seen)
    _columns(draft, seen)
    if seen.time is not None:
        propose_times(draft, seen.time, seen)
    if seen.money is not None:
        propose_money(draft, seen.money, seen)
    if seen.labels is not None:
        propose_labels(draft, seen.labels, seen)
    if seen.reports is not None:
        propose_reports(draft, seen.reports, seen)
    draft.questions += seen.further
    return draft


def _file(draft: Draft, seen: Seen) -> None:
    form, told = seen.form, seen.given.file
    if form.encoding and form.encoding not in {"utf-8", told.encoding}:
        draft.say("file", encoding=form.encoding)
        if not form.has_bom:
            draft.assumed.append(f"the bytes are no UTF-8; read as {form.encoding}, check that names look right")


def _columns(draft: Draft, seen: Seen) -> None:
    rivals = {*seen.choice.rivals, *seen.choice.unsure, *(("amount",) if is_of_open_unit(seen) else ())}
    named = {
        of: columns
        for of, columns in seen.choice.columns.items()
        if of not in seen.given_columns and of not in rivals and not is_own(of, columns, seen.names)
    }
    if named:
        draft.say("columns", **{of: named[of] for of in FIELDS if of in named})
    for of, columns in seen.choice.columns.items():
        draft.questions += [
            Question(section="columns", what=f"{seen.names.count(name)} columns are called `{name}`, and one is to be `{of}`: "
                     "give the others another name in the file")
            for name in columns
            if seen.names.count(name) > 1
        ]  # fmt: skip
    draft.questions += [*_missing(draft, seen), *_guests(seen), *seen.words]


def _missing(draft: Draft, seen: Seen) -> Iterator[Question]:
    """What no column could be: made, done without and said, or asked for."""
    found, rows, labels = seen.choice.columns, seen.given.rows, seen.given.labels
    if "transaction_id" not in found and not rows.generate_ids:
        draft.say("rows", generate_ids=True)
        draft.assumed.append(
            "no column has an id of its own for each row: ids are made of the rows' content, the same ones every time"
        )
    if "customer_id" not in found and not rows.no_customer:
        perhaps = [column for column in seen.unused if _may_pay(column)][:MOST_CHOICES]
        if perhaps:
            yield _who(perhaps)
        else:
            draft.say("rows", no_customer=True)
            draft.assumed.append("no column says who paid: every payment counts as a stranger's")
    if "occurred_at" not in found:
        yield _which("occurred_at", "no column holds times")
    if not {"amount", "amount_minor"} & set(found):
        yield _which("amount", "no column could be the amount")
    if "is_fraud" not in found and labels.file is None:
        yield from _filled_in(seen)
        yield Question(
            section="labels",
            what=f"no column says which payments were frauds; another file may, such as a bank's chargebacks{_contrary(seen)}",
            replies=(
                Reply(
                    lines={"file": '"chargebacks.csv"'},
                    meaning="a file of transaction_id, reported_at beside this one; or --labels",
                ),
            ),
        )


def _filled_in(seen: Seen) -> Iterator[Question]:
    """Ask about a column of when frauds were reported, where it is filled in for some rows alone."""
    column = seen.reported
    if column is not None and 0 < column.absent < column.rows:
        yield Question(
            section="columns",
            what=f"`{column.name}` is filled in for {column.rows - column.absent:,} of {column.rows:,} rows, maybe the frauds",
            replies=(Reply(lines={"is_fraud": quoted(column.name)}, meaning="whatever stands there is a reported fraud"),),
        )


def _guests(seen: Seen) -> Iterator[Question]:
    """Ask about more payments without a customer than faults would be."""
    rows, columns = seen.given.rows, seen.choice.columns.get("customer_id", ())
    if rows.guests or rows.skip_bad or len(columns) != 1 or (found := seen.customers) is None:
        return
    if found.absent > max(1, MOST_BAD_SHARE * found.rows):
        yield Question(
            section="rows",
            what=f"{found.name}: nothing in {found.absent:,} of {found.rows:,} rows, so nobody knows who paid",
            replies=(Reply(lines={"guests": "true"}, meaning="each of them is a stranger's, such as a guest's"),),
        )


def _may_pay(column: ColumnSeen) -> bool:
    """Tell whether a column of any name has as many values, and each as often, as customers do."""
    return column.kind == "text" and column.distinct >= FEW_CUSTOMERS and RARELY <= column.payments_each <= OFTEN


def _who(perhaps: Sequence[ColumnSeen]) -> Question:
    return Question(
        section="columns",
        what="no column is called as customers are, and one may be; where nobody is known, no_customer = true under [rows]",
        replies=tuple(
            Reply(lines={"customer_id": quoted(one.name)}, meaning=f"{one.distinct:,} of them, {one.payments_each:.1f} rows each")
            for one in perhaps
        ),
    )


def _contrary(seen: Seen) -> str:
    """What to say of a column that tells legitimate payments; which of its words is which, nobody guesses."""
    names = [name for name in seen.names if CONTRARY.fullmatch(plain_name(name))]
    return f"; `{names[0]}` may tell the contrary: is_fraud under [columns], fraud and legitimate under [labels]" if names else ""


def _which(of: str, what: str) -> Question:
    return Question(section="columns", what=what, replies=(Reply(lines={of: '"..."'}, meaning="the column's name"),))
