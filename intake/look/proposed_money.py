"""What a description should say of amounts; what two readings allow is asked."""

from __future__ import annotations

from greenfraud.money import digits_by_currency, digits_of
from intake.amount_marks import SIGNS
from intake.description import MOST_BAD_SHARE
from intake.look.candidates import ENOUGH_ROWS
from intake.look.choosing import quoted
from intake.look.draft import Draft, Seen
from intake.look.findings import MoneyForm, Question, Reply

THREE = 3  # decimals of a few currencies, such as KWD


def propose_money(draft: Draft, form: MoneyForm, seen: Seen) -> None:
    """Propose the marks of amounts, and ask where they can be read in two ways or are finer than the currency."""
    told, digits = seen.given.money, _digits(seen)
    is_point = form.thousands != ","
    if form.is_ambiguous and digits == 0:  # which has no quarters
        draft.say("money", **({"decimal": ",", "thousands": "."} if is_point else {"thousands": ","}))
    elif form.is_ambiguous and not (is_point and (told.round or digits >= THREE)):
        draft.questions.append(_either(form, digits, seen, is_point=is_point))
    else:
        marks = {"decimal": form.decimal, "thousands": form.thousands or None}
        changed = {name: mark for name, mark in marks.items() if mark != getattr(told, name)}
        if changed:
            draft.say("money", **changed)
    if is_of_open_unit(seen):
        draft.questions.append(
            Question(
                section="columns",
                what=f"{form.column}: no amount has decimals, so these may be whole {_currency(seen)} or their smallest units",
                replies=(
                    Reply(lines={"amount": quoted(form.column)}, meaning=f"1250 is 1250 {_currency(seen)}"),
                    Reply(
                        lines={"amount_minor": quoted(form.column)},
                        meaning=f"1250 is {1250 / 10 ** _digits(seen):.{_digits(seen)}f}",
                    ),
                ),
            )
        )
    if "currency" not in seen.choice.columns:
        _signs(draft, form, seen)
    _decimals(draft, form, seen)
    if form.negative > max(1, MOST_BAD_SHARE * form.rows) and told.negative is None and seen.given.rows.kind is None:
        draft.questions += [] if seen.further else [_negative(form)]


def is_of_open_unit(seen: Seen) -> bool:
    """Tell whether nothing says if amounts are of the currency or of its smallest units: many, none with decimals."""
    form = seen.money
    is_open = form is not None and form.is_whole and form.rows >= ENOUGH_ROWS and not form.thousands and not form.marks
    return is_open and _digits(seen) > 0 and not {"amount", "amount_minor"} & set(seen.given_columns)


def _currency(seen: Seen) -> str:
    return seen.given.money.currency or seen.currency


def _digits(seen: Seen) -> int:
    """The decimals of the file's currency; two of one that reading refuses by its name."""
    return digits_by_currency().get(_currency(seen), 2)


def _either(form: MoneyForm, digits: int, seen: Seen, *, is_point: bool) -> Question:
    thousand, quarter = "one thousand two hundred and fifty", "one and a quarter"
    if not is_point:
        return Question(
            section="money",
            what=f"{form.column}: a comma stands before three digits only, so 1,250 may be either",
            replies=(Reply(lines={"thousands": '","'}, meaning=thousand), Reply(lines={"decimal": '","'}, meaning=quarter)),
        )
    return Question(
        section="money",
        what=f"{form.column}: a point stands before three digits only, so 1.250 may be either, and {_currency(seen)} has {digits}",
        replies=(
            Reply(lines={"decimal": '","', "thousands": '"."'}, meaning=thousand),
            Reply(lines={"round": "true"}, meaning=f"{quarter}, to the nearest {digits} decimals"),
            Reply(lines={"currency": '"KWD"'}, meaning=f"{quarter}, of a currency of three decimals"),
        ),
    )


def _negative(form: MoneyForm) -> Question:
    replies = (
        Reply(lines={"negative": quoted("refunds")}, meaning="a minus is a refund: left out, and listed"),
        Reply(lines={"negative": quoted("payments")}, meaning="a minus is money that was paid; all else is left out, and listed"),
    )
    return Question(
        section="money",
        what=f"{form.column}: {form.negative:,} of {form.rows:,} amounts are negative",
        replies=replies[::-1] if 2 * form.negative > form.rows else replies,
    )


def _signs(draft: Draft, form: MoneyForm, seen: Seen) -> None:
    """Signs of money must be those of the currency that the rows are counted in; which dollar it is, nobody guesses."""
    own = seen.given.money.currency or seen.currency
    kinds = {sign: SIGNS.get(sign, (sign,)) for sign in form.marks}
    foreign = {sign: codes for sign, codes in kinds.items() if own not in codes}
    if len(kinds) > 1 and foreign:
        signs = " and ".join(sorted(kinds))
        what = f"{form.column}: amounts carry {signs}: give the file a column of currencies, such as EUR, and amounts without signs"
        draft.questions.append(Question(section="columns", what=what))
    elif foreign:
        sign, codes = next(iter(foreign.items()))
        known = [code for code in codes if code in digits_by_currency()][:3]
        replies = tuple(Reply(lines={"currency": quoted(code)}, meaning=f"converted to {own} by --rates") for code in known)
        what = f"{form.column}: amounts carry {sign}, and the platform counts in {own}; or set up one with --currency {codes[0]}"
        draft.questions.append(Question(section="money", what=what, replies=replies))


def _decimals(draft: Draft, form: MoneyForm, seen: Seen) -> None:
    currency = seen.given.money.currency or seen.currency
    if currency not in digits_by_currency():  # which reading refuses, by its name
        return
    if form.decimals <= digits_of(currency) or seen.given.money.round or form.is_ambiguous or "currency" in seen.choice.columns:
        return
    finer = {3: ("KWD", "a currency of three decimals")}.get(form.decimals)
    replies = [Reply(lines={"round": "true"}, meaning=f"to the nearest {digits_of(currency)} decimals")]
    replies += [Reply(lines={"currency": quoted(finer[0])}, meaning=finer[1])] if finer else []
    draft.questions.append(
        Question(
            section="money",
            what=f"{form.column}: amounts have up to {form.decimals} decimals, {currency} has {digits_of(currency)}",
            replies=tuple(replies),
        )
    )
