"""Amounts as people write them: marks between thousands, a decimal comma, a currency's sign before or behind."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.description import Money
from intake.reading import Column
from intake.refusals import refuse

AS_NUMBERS = Money()
BLANKS = "[\u0020\u00a0\u202f\u2009]"  # the last three stand between thousands where a line must not break
APOSTROPHES = "['\u2019]"
# A sign belongs to these currencies; a dollar is several countries'.
SIGNS = {
    "€": ("EUR",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "CLP", "COP", "ARS", "TWD"),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₩": ("KRW",),
    "₹": ("INR",),
    "₽": ("RUB",),
    "₺": ("TRY",),
    "₫": ("VND",),
    "฿": ("THB",),
    "₴": ("UAH",),
    "zł": ("PLN",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "R$": ("BRL",),
    "US$": ("USD",),
    "CHF": ("CHF",),
    "Fr.": ("CHF",),
}
SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True)) + "|[A-Z]{3}"
MINUS = "[-\u2212(]"
SIGNED = (
    rf"^(?P<minus>(?:{MINUS}|\+)?){BLANKS}*(?P<before>{SIGN})?{BLANKS}*"
    rf"(?P<digits>.*?){BLANKS}*(?P<behind>{SIGN})?(?P<after>[-\)]?)$"
)
PLAIN = r"^[+-]?\d+(\.\d+)?$"
WITHIN_REACH = r"^[+-]?\d{1,20}(\.\d{1,25})?$"
FINEST = pa.decimal256(46, 25)  # holds whatever is within reach
NUMBER = r"^\d+(\.\d+)?$"


def signed_parts(text: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Text as whether it is negative, its currency sign ("" for none) and its digits with their marks."""
    parts = pc.extract_regex(text, pattern=SIGNED)
    minus = pc.binary_join_element_wise(pc.struct_field(parts, "minus"), pc.struct_field(parts, "after"), "")
    sign = pc.binary_join_element_wise(pc.struct_field(parts, "before"), pc.struct_field(parts, "behind"), "")
    return pc.match_substring_regex(minus, MINUS), sign, pc.struct_field(parts, "digits")


def without_marks(column: Column, text: pa.Array, money: Money) -> pa.Array:
    """Amounts as plain decimals with a point; a text that is none stays as it is, for whoever reads numbers to refuse.

    Their signs are gone; `refuse_other_signs` looks at them.
    """
    if money == AS_NUMBERS and not _has_signs(text):
        return text
    is_negative, _, digits = signed_parts(text)
    refuse(column, _is_ungrouped(digits, money), "a number with marks elsewhere than between thousands", _marks_advice(money))
    if money.thousands is not None:
        digits = pc.replace_substring_regex(digits, _mark(money.thousands), "")
    if money.decimal == ",":
        if money.thousands != ".":
            refuse(column, pc.match_substring(digits, "."), "a number with a decimal point", _marks_advice(money))
        digits = pc.replace_substring(digits, ",", ".")
    found = pc.binary_join_element_wise(pc.if_else(is_negative, "-", ""), digits, "")
    return pc.if_else(pc.fill_null(pc.match_substring_regex(digits, NUMBER), fill_value=False), found, text)


def refuse_other_signs(column: Column, text: pa.Array, currencies: pa.Array) -> None:
    """Raise for the first amount whose sign is another currency's than its row's."""
    if not _has_signs(text):
        return
    _, signs, digits = signed_parts(text)
    is_amount = pc.fill_null(pc.match_substring_regex(digits, r"^[.,]?\d"), fill_value=False)  # NULL is no amount in NUL
    signs = pc.dictionary_encode(pc.fill_null(pc.if_else(is_amount, signs, ""), ""))
    for place, sign in enumerate(signs.dictionary.to_pylist()):
        if not sign:
            continue
        allowed = pa.array(SIGNS.get(sign, (sign,)))
        is_other = pc.and_(pc.equal(signs.indices, place), pc.invert(pc.is_in(currencies, allowed)))
        mend = f"Say of which currency the whole file is, such as --file-currency {allowed[0].as_py()}, or map a column `currency`"
        refuse(column, is_other, f"of another currency, by its sign {sign}", mend)


def rounded(text: pa.Array, digits: Any) -> pa.Array:
    """Plain decimals with no more than so many digits after the point, half way to the even one, exactly; others as they are."""
    allowed = np.broadcast_to(np.asarray(digits), len(text))
    is_number = pc.fill_null(pc.match_substring_regex(text, WITHIN_REACH), fill_value=False).to_numpy(zero_copy_only=False)
    for places in np.unique(allowed).tolist():
        rows = pa.array(is_number & (allowed == places))
        exact = pc.cast(text.filter(rows), FINEST)
        whole = pc.cast(pc.round(exact, ndigits=places, round_mode="half_to_even"), pa.decimal256(30, places))
        text = pc.replace_with_mask(text, rows, pc.cast(whole, pa.string()))
    return text


def _has_signs(text: pa.Array) -> bool:
    return bool(pc.any(pc.invert(pc.match_substring_regex(text, PLAIN))).as_py())


def _mark(mark: str) -> str:
    return {" ": BLANKS, "'": APOSTROPHES}.get(mark, re.escape(mark))


def _is_ungrouped(digits: pa.Array, money: Money) -> pa.Array:
    """Tell which have a thousands mark that does not stand between groups of three: 1,25 is no 125, and 0,125 is none either."""
    if money.thousands is None:
        return pc.fill_null(pc.equal(digits, "\0"), fill_value=False)
    mark, point = _mark(money.thousands), re.escape(money.decimal)
    is_grouped = pc.match_substring_regex(digits, rf"^[1-9]\d{{0,2}}({mark}\d{{2,3}})*{mark}\d{{3}}({point}\d*)?$")
    is_marked = pc.and_(pc.match_substring_regex(digits, mark), pc.match_substring_regex(digits, rf"^(\d|[.,]|{mark})+$"))
    return pc.and_(is_marked, pc.invert(is_grouped))


def _marks_advice(money: Money) -> str:
    thousands = f"--thousands '{money.thousands}'" if money.thousands else "no --thousands"
    return f"It was read by --decimal '{money.decimal}' and {thousands}: say how amounts are written"
