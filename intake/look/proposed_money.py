"""What a description should say of amounts; what two readings allow is asked."""

from __future__ import annotations

from greenfraud.money import digits_by_currency, digits_of
from intake.amount_marks import SIGNS
from intake.look.choosing import quoted
from intake.look.draft import Draft, Seen
from intake.look.findings import MoneyForm, Question, Reply


def propose_money(draft: Draft, form: MoneyForm, seen: Seen) -> None:
    """Propose the marks of amounts, and ask where they can be read in two ways or are finer than the currency."""
    told = seen.given.money
    if form.is_ambiguous:
        draft.questions.append(
            Question(
                section="money",
                what=f"{form.column}: a comma stands before three digits only, so 1,250 may be either",
                replies=(
                    Reply(lines={"thousands": '","'}, meaning="one thousand two hundred and fifty"),
                    Reply(lines={"decimal": '","'}, meaning="one and a quarter"),
                ),
            )
        )
    else:
        marks = {"decimal": form.decimal, "thousands": form.thousands or None}
        changed = {name: mark for name, mark in marks.items() if mark != getattr(told, name)}
        if changed:
            draft.say("money", **changed)
    if "currency" not in seen.choice.columns:
        _signs(draft, form, seen)
    _decimals(draft, form, seen)


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
